import * as z from 'zod';

export const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
export const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

/** Any algorithm: a descriptor of somebody else's may use another than ours. */
const digest = z.string().regex(/^[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9A-Za-z=_-]{32,}$/);

/** OCI image specification 1.1, "OCI Content Descriptors". */
const descriptor = z.object({
  mediaType: z.string(),
  digest,
  size: z.int().nonnegative(),
  artifactType: z.string().optional(),
  platform: z
    .object({ os: z.string(), architecture: z.string(), 'os.version': z.string().optional() })
    .optional(),
});

export type Descriptor = z.infer<typeof descriptor>;

/** OCI image specification 1.1, "OCI Image Index Specification". A provider has a dozen platforms. */
export const imageIndex = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.literal(INDEX_TYPE),
  artifactType: z.string().optional(),
  manifests: z.array(descriptor).max(1000),
});

/** OCI image specification 1.1, "OCI Image Manifest Specification". */
export const imageManifest = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.literal(MANIFEST_TYPE),
  artifactType: z.string().optional(),
  layers: z.array(descriptor).max(100),
});

export type ImageManifest = z.infer<typeof imageManifest>;

/** OCI distribution specification 1.1, "Listing Tags". `null` is what some registries send for none. */
export const tagsList = z.object({ tags: z.array(z.string()).max(100_000).nullish() });

/** The catalog, which the distribution specification leaves to each registry. */
export const catalog = z.object({ repositories: z.array(z.string()).max(100_000).nullish() });

/** OCI distribution specification 1.1, "Error Codes". */
export const registryErrors = z.object({
  errors: z.array(z.object({ code: z.string(), message: z.string().optional() })).max(100),
});

/** A header must be able to carry it. */
const headerText = z
  .string()
  .max(64 * 1024)
  .regex(/^[\x21-\x7e]+$/);

/** The answer of a token server (distribution's token authentication). `expires_in` is in seconds. */
export const tokenAnswer = z
  .object({
    token: headerText.optional(),
    access_token: headerText.optional(),
    expires_in: z.number().nonnegative().nullish(),
  })
  .transform(({ token, access_token, expires_in }) => ({
    token: token ?? access_token,
    seconds: expires_in ?? undefined,
  }));

const dockerAuth = z.object({
  auth: z.string().optional(),
  username: z.string().optional(),
  password: z.string().optional(),
  identitytoken: z.string().optional(),
  registrytoken: headerText.optional(),
});

export type DockerAuth = z.infer<typeof dockerAuth>;

/** Docker's `config.json`, as far as it tells credentials. */
export const dockerConfig = z.object({
  auths: z.record(z.string(), dockerAuth).optional(),
  credHelpers: z.record(z.string(), z.string()).optional(),
  credsStore: z.string().optional(),
});

export type DockerConfig = z.infer<typeof dockerConfig>;

/** What a `docker-credential-…` program prints to `get`. */
export const helperAnswer = z.object({ Username: z.string(), Secret: z.string() });
