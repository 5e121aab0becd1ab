import * as z from 'zod';
import type { AdmissionPolicy } from '../../admission/policy.ts';
import type { Problem } from '../../errors.ts';
import {
  DEFAULT_HOSTNAME,
  HOSTNAME_PATTERN,
  MAX_NAME_LENGTH,
  NAME_PATTERN,
  type ProviderAddress,
  parseHostname,
  parseNamespace,
  parseType,
} from '../../provider/address.ts';
import { CONSTRAINT_PATTERN, parseConstraint } from '../../provider/constraint.ts';
import { KNOWN_ARCH, KNOWN_OS, type Platform } from '../../provider/platform.ts';
import { LATEST, parseRequestedVersion, type RequestedVersion } from '../../provider/requested-version.ts';
import { MAX_VERSION_LENGTH } from '../../provider/version.ts';
import { KEY_ALIASES, POLICY_KEY_ALIASES } from '../aliases.ts';
import { destinationName } from '../destinations/schema.ts';
import { problemsOfForm } from '../form-problems.ts';
import { KEY_ID_PATTERN, parseKeyId } from '../key-id.ts';
import { policy, policyOf } from '../policy/schema.ts';
import { keysAt, parsedText } from '../text/schema.ts';

const platform = z
  .strictObject({
    os: z.enum(KNOWN_OS).meta({ description: "The operating system, by Go's name.", examples: ['linux'] }),
    arch: z.enum(KNOWN_ARCH).meta({ description: "The architecture, by Go's name.", examples: ['amd64'] }),
  })
  .meta({ title: 'Platform', description: 'A platform whose package is synchronized.' });

const hostname = parsedText(parseHostname, {
  title: 'Hostname',
  description: 'The public registry that the provider comes from.',
  default: DEFAULT_HOSTNAME,
  examples: ['registry.opentofu.org'],
  maxLength: 253,
  pattern: `^${HOSTNAME_PATTERN}$`,
});

const fields = {
  provider: parsedText(parseType, {
    title: 'Provider',
    description: "The provider's type: the last part of its address.",
    examples: ['aws'],
    minLength: 1,
    maxLength: MAX_NAME_LENGTH,
    pattern: `^(?!terraform-)${NAME_PATTERN}$`,
  }),
  namespace: parsedText(parseNamespace, {
    title: 'Namespace',
    description: "The publisher's namespace in the public registry.",
    examples: ['hashicorp'],
    minLength: 1,
    maxLength: MAX_NAME_LENGTH,
    pattern: `^${NAME_PATTERN}$`,
  }),
  hostname: z.union([hostname, z.array(hostname).min(1).meta({ uniqueItems: true })]).meta({
    title: 'Hostname',
    description: 'The public registry that the provider comes from, or several: an entry for each.',
    examples: ['registry.opentofu.org', ['registry.terraform.io', 'registry.opentofu.org']],
  }),
  version: parsedText(parseRequestedVersion, {
    title: 'Version',
    description:
      'An exact version, a Terraform version constraint (its newest version is taken), or "latest": the newest stable version.',
    default: 'latest',
    examples: ['latest', '5.100.0', '~> 5.0', '>= 5.80, < 6'],
    maxLength: MAX_VERSION_LENGTH,
    pattern: `^(?:latest|${CONSTRAINT_PATTERN})$`,
  }),
  'gpg-key-id': parsedText(parseKeyId, {
    title: 'Signing key',
    description:
      'The release must be signed by this key or a subkey of it: 16 hexadecimal digits (key id) or 40 (fingerprint). Any key that the registry lists is taken without it.',
    examples: ['34365D9472D7468F'],
    pattern: `^${KEY_ID_PATTERN}$`,
  }),
  platforms: z
    .array(platform)
    .min(1)
    .meta({
      title: 'Platforms',
      description: 'The platforms to synchronize.',
      examples: [[{ os: 'linux', arch: 'amd64' }]],
      uniqueItems: true,
    }),
  retain: z
    .array(
      parsedText(parseConstraint, {
        examples: ['5.31.0', '~> 4.67.0'],
        maxLength: MAX_VERSION_LENGTH,
        pattern: `^${CONSTRAINT_PATTERN}$`,
      }),
    )
    .meta({
      title: 'Versions to retain',
      description: 'Exact versions and constraints: what they name is never deleted by a cleanup.',
    }),
  destinations: z
    .array(destinationName)
    .min(1)
    .meta({
      title: 'Destinations',
      description: "Names of the config's destinations that the provider goes to; all of them without it.",
      examples: [['mirror']],
      uniqueItems: true,
    }),
  'allow-other-version-names': z.boolean().meta({
    title: 'Other version names',
    description:
      'Whether packages may be named after another version than the one that the registry lists them under.',
    default: false,
  }),
};

/** Where a config says which schema it follows. */
export const schemaReference = {
  $schema: z.string().optional().meta({ description: 'Where editors find this schema.' }),
};

const entryFields = {
  provider: fields.provider,
  namespace: fields.namespace,
  'gpg-key-id': fields['gpg-key-id'].optional(),
  version: fields.version.optional(),
  platforms: fields.platforms,
  hostname: fields.hostname.optional(),
  retain: fields.retain.optional(),
  destinations: fields.destinations.optional(),
  'allow-other-version-names': fields['allow-other-version-names'].optional(),
  policy: policy.optional(),
};

const meta = { title: 'Provider', description: 'One provider to synchronize.' };

/** An item of an array of providers. */
export const providerEntry = z.strictObject(entryFields).meta(meta);

/** An entry that is the whole config. */
export const singleProviderEntry = z.strictObject({ ...schemaReference, ...entryFields }).meta(meta);

// Parts that are read even where the rest of an entry is wrong, so that no problem hides another.
const identity = z.object({
  provider: fields.provider,
  namespace: fields.namespace,
  hostname: fields.hostname.optional(),
});
const versionPart = z.object({ version: fields.version.optional() });
const platformList = z.object({ platforms: z.array(z.unknown()) });
const policyPart = z.object({ policy });
const destinationList = z.object({ destinations: z.array(z.unknown()) });

/** What a config entry says, its texts parsed. */
export type EntryForm = z.output<typeof providerEntry>;

export interface ReadEntry {
  readonly path: string;
  /** Undefined when there are problems. */
  readonly form: EntryForm | undefined;
  /** One for each hostname; none when the entry does not tell which provider it is. */
  readonly addresses: readonly ProviderAddress[];
  /** Undefined when it cannot be read. */
  readonly version: RequestedVersion | undefined;
  /** At their places in the list; undefined for those that cannot be read. */
  readonly platforms: readonly (Platform | undefined)[];
  /** As platforms; undefined when the entry names none. */
  readonly destinations: readonly (string | undefined)[] | undefined;
  /** The entry's own; undefined when it has none that can be read. */
  readonly policy: AdmissionPolicy | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Checks the form of one entry at `path` and parses its texts; every problem of its form is found.
 * `single`: it is the whole config, which may name its `$schema`.
 */
export function readEntry(value: unknown, path: string, options: { readonly single: boolean }): ReadEntry {
  const schema = options.single ? singleProviderEntry : providerEntry;
  const { data, error } = schema.safeParse(value, { reportInput: true });
  const known = identity.safeParse(value).data;
  const version = versionPart.safeParse(value).data;
  const platforms = platformList.safeParse(value).data?.platforms ?? [];
  const destinations = destinationList.safeParse(value).data?.destinations;
  const ownPolicy = policyPart.safeParse(value).data?.policy;
  return {
    path,
    form: data,
    addresses: known ? addressesOf(known) : [],
    version: version && (version.version?.requested ?? LATEST),
    platforms: platforms.map((item) => platform.safeParse(item).data),
    destinations: destinations?.map((item) => destinationName.safeParse(item).data?.name),
    policy: ownPolicy && policyOf(ownPolicy),
    problems: problemsOfForm(error?.issues ?? [], path, {
      keysAt: (at) => keysAt(schema, at),
      keyAliases: { ...POLICY_KEY_ALIASES, ...KEY_ALIASES },
      whole: { name: 'The entry', fix: 'Write one provider object or an array of them.' },
    }),
  };
}

/** The addresses that an entry stands for, one for each hostname, in the config's order. */
export function addressesOf(form: z.output<typeof identity>): readonly ProviderAddress[] {
  const hostnames = form.hostname === undefined ? [DEFAULT_HOSTNAME] : [form.hostname].flat().map(nameOf);
  return hostnames.map((hostname) => ({
    hostname,
    namespace: form.namespace.name,
    type: form.provider.name,
  }));
}

const nameOf = ({ name }: { readonly name: string }): string => name;
