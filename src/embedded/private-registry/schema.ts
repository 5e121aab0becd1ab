import * as z from 'zod';
import { KNOWN_ARCH, KNOWN_OS } from '../../domain/provider/platform.ts';

export type Schema<T> = z.ZodType<T>;
export type SchemaError = z.ZodError;

/** What stands in a path or a file name: begins with a letter or digit, so never `..` or a hidden file. */
export const SAFE_NAME = /^[0-9A-Za-z][0-9A-Za-z._+-]{0,127}$/;
/** The longest name that is taken; the same number stands in SAFE_NAME. */
const MAX_NAME_LENGTH = 128;

const PROVIDER_NAME = /^[0-9A-Za-z](?:[0-9A-Za-z_-]{0,62}[0-9A-Za-z])?$/;
const SEMVER =
  /^\d+\.\d+\.\d+(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;
const REGISTRY_NAMES = ['private', 'public'] as const;
/** What `protocols` may hold ("Create a Provider Version"). */
const PROTOCOLS = ['4.0', '5.0', '6.0'] as const;

const BLANK = "can't be blank";
const UNLISTED = 'is not included in the list';

/** Both findings at once for a missing value, as HCP Terraform reports them. */
function listed<const T extends string>(values: readonly T[]) {
  return z
    .unknown()
    .superRefine((value, context) => {
      if (value === undefined || value === '') context.addIssue(BLANK);
      if (!(values as readonly unknown[]).includes(value)) context.addIssue(UNLISTED);
    })
    .transform((value) => value as T);
}

const text = z.string({ error: (issue) => (issue.input === undefined ? BLANK : 'is not a string') });
const named = (pattern: RegExp, complaint = 'is invalid') => text.min(1, BLANK).regex(pattern, complaint);

function resource<T extends z.ZodType>(types: readonly [string, ...string[]], attributes: T) {
  return z.object({
    data: z.object(
      {
        type: z.enum(types, {
          error: `must be ${types
            .filter(Boolean)
            .map((type) => `"${type}"`)
            .join(' or ')}`,
        }),
        attributes,
      },
      { error: BLANK },
    ),
  });
}

/** "Create a Provider". */
export const createProviderRequest = resource(
  ['registry-providers'],
  z.object({
    name: named(PROVIDER_NAME),
    namespace: named(PROVIDER_NAME),
    'registry-name': listed(REGISTRY_NAMES),
  }),
);

/**
 * "Create a Provider Version". HashiCorp's client library (go-tfe) sends no type, and null for protocols that a
 * caller leaves out; HCP Terraform takes both, though its documents ask for them.
 */
const createVersion = (keyId: z.ZodType<string>) =>
  resource(
    ['registry-provider-versions', ''],
    z.object({
      version: named(SEMVER, 'is not a valid semantic version').max(
        MAX_NAME_LENGTH,
        `is too long (maximum is ${MAX_NAME_LENGTH} characters)`,
      ),
      'key-id': keyId,
      protocols: z
        .array(listed(PROTOCOLS))
        .refine((protocols) => new Set(protocols).size === protocols.length, 'has a value twice')
        .nullish()
        .transform((protocols) => protocols ?? []),
    }),
  );

/** "Create a Provider Platform": the table and the sample payload give different types, and go-tfe sends none. */
const createPlatform = (shasum: z.ZodType<string>) =>
  resource(
    ['registry-provider-version-platforms', 'registry-provider-platforms', ''],
    z.object({ os: listed(KNOWN_OS), arch: listed(KNOWN_ARCH), shasum, filename: named(SAFE_NAME) }),
  );

/** What the registry wants of a version and of a platform: by default what Terraform can verify in the end. */
export const STRICT_REQUESTS = {
  createVersion: createVersion(named(/^[0-9A-Fa-f]{16}$/, 'is not a valid key id').toUpperCase()),
  createPlatform: createPlatform(named(/^[0-9A-Fa-f]{64}$/, 'is not a valid SHA-256 digest').toLowerCase()),
};

/** Whole ids are kept in upper case, so that the key is found; anything else stays as it came. */
const upperCaseId = (text: string): string => (/^[0-9a-f]{16}$/i.test(text) ? text.toUpperCase() : text);

/** The same as HCP Terraform has it, which looks at neither key ids nor digests. */
export const LENIENT_REQUESTS: typeof STRICT_REQUESTS = {
  createVersion: createVersion(named(SAFE_NAME).transform(upperCaseId)),
  createPlatform: createPlatform(text.min(1, BLANK).max(MAX_NAME_LENGTH)),
};

/** "Add a GPG Key". */
export const createKeyRequest = resource(
  ['gpg-keys'],
  z.object({ namespace: named(PROVIDER_NAME), 'ascii-armor': text.min(1, BLANK) }),
);

/** "Update a GPG Key": only the namespace can change. */
export const updateKeyRequest = resource(['gpg-keys'], z.object({ namespace: named(PROVIDER_NAME) }));

const stored = { id: z.string(), createdAt: z.string() };

export const storedProvider = z.object({
  ...stored,
  registryName: z.enum(REGISTRY_NAMES),
  namespace: z.string(),
  name: z.string(),
});
export type StoredProvider = z.infer<typeof storedProvider>;

export const storedVersion = z.object({
  ...stored,
  version: z.string(),
  keyId: z.string(),
  protocols: z.array(z.string()),
});
export type StoredVersion = z.infer<typeof storedVersion>;

export const storedPlatform = z.object({
  ...stored,
  os: z.string(),
  arch: z.string(),
  shasum: z.string(),
  filename: z.string(),
});
export type StoredPlatform = z.infer<typeof storedPlatform>;

export const storedKey = z.object({
  ...stored,
  updatedAt: z.string(),
  keyId: z.string(),
  namespace: z.string(),
  asciiArmor: z.string(),
});
export type StoredKey = z.infer<typeof storedKey>;

/** Which running registry has a data folder. */
export const folderHolder = z.object({ url: z.url(), id: z.string() });

/** What a signed link is about. */
export const linkClaim = z.object({
  /** What the link allows. */
  use: z.enum(['upload', 'download']),
  file: z.enum(['shasums', 'shasums-sig', 'provider-binary']),
  /** Id of the version or platform: a link does not outlive what it was made for. */
  owner: z.string(),
  name: z.string(),
  version: z.string(),
  /** `os_arch`; empty for SHA256SUMS and its signature. */
  platform: z.string(),
  /** Milliseconds since 1970. */
  expires: z.number(),
});
export type LinkClaim = z.infer<typeof linkClaim>;
