import * as z from 'zod';
import type { Problem } from '../errors.ts';
import {
  DEFAULT_HOSTNAME,
  HOSTNAME_PATTERN,
  MAX_NAME_LENGTH,
  NAME_PATTERN,
  parseHostname,
  parseNamespace,
  parseType,
} from '../provider/address.ts';
import { CONSTRAINT_PATTERN, parseConstraint } from '../provider/constraint.ts';
import type { Mistake } from '../provider/mistake.ts';
import { KNOWN_ARCH, KNOWN_OS, type Platform } from '../provider/platform.ts';
import { LATEST, parseRequestedVersion, type RequestedVersion } from '../provider/requested-version.ts';
import { MAX_VERSION_LENGTH } from '../provider/version.ts';
import { problemsOfForm } from './form-problems.ts';
import { KEY_ID_PATTERN, parseKeyId } from './key-id.ts';

/** A text that `parse` turns into a value; `meta` says the same to editors. */
function parsedText<T extends object>(
  parse: (text: string) => T | Mistake,
  meta: Readonly<Record<string, unknown>>,
) {
  return z
    .string()
    .meta(meta)
    .transform((text, context) => {
      const parsed = parse(text);
      if (!('problem' in parsed)) return parsed;
      context.issues.push({
        code: 'custom',
        input: text,
        message: parsed.problem,
        params: { fix: parsed.fix },
      });
      return z.NEVER;
    });
}

const platform = z
  .strictObject({
    os: z.enum(KNOWN_OS).meta({ description: "The operating system, by Go's name.", examples: ['linux'] }),
    arch: z.enum(KNOWN_ARCH).meta({ description: "The architecture, by Go's name.", examples: ['amd64'] }),
  })
  .meta({ title: 'Platform', description: 'A platform whose package is synchronized.' });

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
  hostname: parsedText(parseHostname, {
    title: 'Hostname',
    description: 'The public registry that the provider comes from.',
    default: DEFAULT_HOSTNAME,
    examples: ['registry.opentofu.org'],
    maxLength: 253,
    pattern: `^${HOSTNAME_PATTERN}$`,
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
};

const entryFields = {
  provider: fields.provider,
  namespace: fields.namespace,
  'gpg-key-id': fields['gpg-key-id'].optional(),
  version: fields.version.optional(),
  platforms: fields.platforms,
  hostname: fields.hostname.optional(),
  retain: fields.retain.optional(),
};

const entryMeta = { title: 'Provider', description: 'One provider to synchronize.' };
const entry = z.strictObject(entryFields).meta(entryMeta);
const singleEntry = z
  .strictObject({
    $schema: z.string().optional().meta({ description: 'Where editors find this schema.' }),
    ...entryFields,
  })
  .meta(entryMeta);

// Parts that are read even where the rest of an entry is wrong, so that no problem hides another.
const identity = z.object({
  provider: fields.provider,
  namespace: fields.namespace,
  hostname: fields.hostname.optional(),
});
const versionPart = z.object({ version: fields.version.optional() });
const platformList = z.object({ platforms: z.array(z.unknown()) });

/** What a config entry says, its texts parsed. */
export type EntryForm = z.output<typeof entry>;

/** The part of an entry that tells which provider it is. */
export type EntryIdentity = z.output<typeof identity>;

export interface ReadEntry {
  readonly path: string;
  /** Undefined when there are problems. */
  readonly form: EntryForm | undefined;
  readonly identity: EntryIdentity | undefined;
  /** Undefined when it cannot be read. */
  readonly version: RequestedVersion | undefined;
  /** At their places in the list; undefined for those that cannot be read. */
  readonly platforms: readonly (Platform | undefined)[];
  readonly problems: readonly Problem[];
}

const KNOWN_KEYS = { entry: Object.keys(entryFields), platform: Object.keys(platform.shape) };

/**
 * Checks the form of one entry at `path` and parses its texts; every problem of its form is found.
 * `single`: it is the whole config, which may name its `$schema`.
 */
export function readEntry(value: unknown, path: string, options: { readonly single: boolean }): ReadEntry {
  const { data, error } = (options.single ? singleEntry : entry).safeParse(value, { reportInput: true });
  const version = versionPart.safeParse(value).data;
  return {
    path,
    form: data,
    identity: identity.safeParse(value).data,
    version: version && (version.version?.requested ?? LATEST),
    platforms:
      platformList.safeParse(value).data?.platforms.map((item) => platform.safeParse(item).data) ?? [],
    problems: problemsOfForm(error?.issues ?? [], path, KNOWN_KEYS),
  };
}

/** The JSON Schema (draft 7, which editors know best) of `config.json`, from the definitions above. */
export function configJsonSchema(): object {
  const config = z.union([singleEntry, z.array(entry).min(1)]).meta({
    title: 'Terraform provider synchronizer: config.json',
    description: 'The providers to keep in a private registry: one, or an array of them.',
  });
  return z.toJSONSchema(config, { io: 'input', target: 'draft-7' });
}
