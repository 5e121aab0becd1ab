import * as z from 'zod';
import type { Problem } from '../../errors.ts';
import { DESTINATION_KEY_ALIASES } from '../aliases.ts';
import type { DestinationEntry, DestinationKind } from '../destinations.ts';
import { type FormIssue, problemsOfForm } from '../form-problems.ts';
import { keysAt, parsedText } from '../text/schema.ts';
import { LOCATION_PATTERN, parseLocation } from './location.ts';
import {
  DESTINATION_NAME_PATTERN,
  ORGANIZATION_PATTERN,
  parseDestinationName,
  parseOrganization,
  parseRegistryAddress,
  parseRepositoryText,
  parseTokenSecret,
  parseTokenVariable,
  REPOSITORY_PATTERN,
  SECRET_PATTERN,
  VARIABLE_PATTERN,
} from './texts.ts';

export const destinationName = parsedText(parseDestinationName, {
  title: 'Name',
  description: 'What providers and results call the destination.',
  examples: ['mirror'],
  pattern: `^${DESTINATION_NAME_PATTERN}$`,
});

const kind = <K extends DestinationKind>(value: K, description: string) =>
  z.literal(value).meta({ title: 'Kind', description });

const privateRegistry = z
  .strictObject({
    name: destinationName,
    kind: kind('private-registry', 'The private registry of an organization.'),
    organization: parsedText(parseOrganization, {
      title: 'Organization',
      description: 'The organization; TFC_ORGANIZATION without it.',
      examples: ['my-org'],
      pattern: `^${ORGANIZATION_PATTERN}$`,
    }).optional(),
    address: parsedText(parseRegistryAddress, {
      title: 'Address',
      description: 'HCP Terraform or Terraform Enterprise; TFC_ADDRESS without it.',
      examples: ['https://app.terraform.io'],
      pattern: '^https?://[^@?#]+$',
    }).optional(),
    'token-variable': parsedText(parseTokenVariable, {
      title: 'Token variable',
      description: 'The environment variable that holds the token; TFC_TOKEN without it.',
      examples: ['TFC_TOKEN'],
      pattern: `^${VARIABLE_PATTERN}$`,
    }).optional(),
    'token-secret': parsedText(parseTokenSecret, {
      title: 'Token secret',
      description: "On AWS: the Secrets Manager secret that holds the token; the stack's own without it.",
      examples: ['provider-sync/other-org'],
      pattern: `^${SECRET_PATTERN}$`,
    }).optional(),
  })
  .meta({ title: 'Private registry', description: 'The private registry of one organization.' });

const networkMirror = z
  .strictObject({
    name: destinationName,
    kind: kind('network-mirror', 'A static store that serves providers under their original addresses.'),
    location: parsedText(parseLocation, {
      title: 'Location',
      description: 'A bucket with or without a prefix, or a folder.',
      examples: ['s3://acme-providers/mirror', './mirror'],
      pattern: LOCATION_PATTERN,
    }),
    catalogue: z.boolean().optional().meta({
      title: 'Catalogue',
      description: 'Whether pages for people are written beside the documents for clients.',
      default: false,
    }),
  })
  .meta({ title: 'Network mirror', description: 'A network mirror in a bucket or a folder.' });

const ociMirror = z
  .strictObject({
    name: destinationName,
    kind: kind('oci-mirror', 'A registry of OCI artifacts, for OpenTofu.'),
    repository: parsedText(parseRepositoryText, {
      title: 'Repository',
      description: "A registry's host and a path that uses ${hostname}, ${namespace} and ${type}.",
      examples: ['registry.example.com/providers/${hostname}/${namespace}/${type}'],
      maxLength: 255,
      pattern: REPOSITORY_PATTERN,
    }),
    'create-repositories': z.boolean().optional().meta({
      title: 'Create repositories',
      description: 'Whether a repository that is missing is made, in Amazon ECR.',
      default: false,
    }),
  })
  .meta({ title: 'OCI mirror', description: "An OCI registry that OpenTofu's oci_mirror reads." });

/** For the JSON Schema. */
export const destination = z.union([privateRegistry, networkMirror, ociMirror]);

type Reader = (
  value: unknown,
  path: string,
) => { readonly entry?: DestinationEntry; readonly issues: readonly FormIssue[] };

const reader =
  <S extends z.ZodType>(schema: S, toEntry: (form: z.output<S>, path: string) => DestinationEntry): Reader =>
  (value, path) => {
    const { data, error } = schema.safeParse(value, { reportInput: true });
    return error ? { issues: error.issues } : { entry: toEntry(data, path), issues: [] };
  };

const KINDS = {
  'private-registry': {
    schema: privateRegistry,
    read: reader(privateRegistry, ({ name, kind, organization, address, ...token }, path) => ({
      path,
      name: name.name,
      kind,
      organization: organization?.organization,
      address: address?.address,
      tokenVariable: token['token-variable']?.variable,
      tokenSecret: token['token-secret']?.secret,
    })),
  },
  'network-mirror': {
    schema: networkMirror,
    read: reader(networkMirror, ({ name, kind, location, catalogue }, path) => ({
      path,
      name: name.name,
      kind,
      location: location.location,
      catalogue: catalogue ?? false,
    })),
  },
  'oci-mirror': {
    schema: ociMirror,
    read: reader(ociMirror, ({ name, kind, repository, ...options }, path) => ({
      path,
      name: name.name,
      kind,
      repository: repository.repository,
      createRepositories: options['create-repositories'] ?? false,
    })),
  },
} as const satisfies Record<DestinationKind, { readonly schema: z.ZodType; readonly read: Reader }>;

// Read where the kind or the rest is wrong, so that no problem hides another.
const kindAlone = z.object({ kind: z.enum(Object.keys(KINDS) as [DestinationKind]) });
const nameAlone = z.object({ name: destinationName });
const unknownKind = z.object({ ...nameAlone.shape, ...kindAlone.shape });

export interface ReadDestination {
  readonly path: string;
  /** Undefined when there are problems. */
  readonly entry: DestinationEntry | undefined;
  /** Undefined when they cannot be read. */
  readonly name: string | undefined;
  readonly kind: DestinationKind | undefined;
  readonly problems: readonly Problem[];
}

/** Checks the form of one destination at `path` and parses its texts; every problem of its form is found. */
export function readDestination(value: unknown, path: string): ReadDestination {
  const kind = kindAlone.safeParse(value).data?.kind;
  const { schema, read } = kind === undefined ? { schema: unknownKind, read: readUnknownKind } : KINDS[kind];
  const { entry, issues } = read(value, path);
  return {
    path,
    entry,
    name: nameAlone.safeParse(value).data?.name.name,
    kind,
    problems: problemsOfForm(issues, path, {
      keysAt: (at) => keysAt(schema, at),
      keyAliases: kind === undefined ? {} : DESTINATION_KEY_ALIASES[kind],
      whole: { name: 'The destination', fix: 'Write one object for each destination.' },
    }),
  };
}

const readUnknownKind: Reader = (value) => ({
  issues: unknownKind.safeParse(value, { reportInput: true }).error?.issues ?? [],
});
