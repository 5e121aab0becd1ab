/** Where a network mirror lies. */
export type MirrorLocation =
  | {
      readonly scheme: 's3';
      readonly bucket: string;
      /** In front of every key, without slashes at its ends: "team/mirror"; "" for the bucket itself. */
      readonly prefix: string;
    }
  | {
      readonly scheme: 'folder';
      /** As the config has it: relative to the working directory unless it is absolute. */
      readonly path: string;
    };

interface Named {
  /** Its place in the file: `$.destinations[1]`. */
  readonly path: string;
  /** Unique in its config: lower-case letters, digits and dashes. */
  readonly name: string;
}

/** An organization's private registry in HCP Terraform or Terraform Enterprise. What is undefined is today's `TFC_*`. */
interface PrivateRegistryEntry extends Named {
  readonly kind: 'private-registry';
  readonly organization: string | undefined;
  /** An absolute https URL (http on loopback alone), without a slash at its end. */
  readonly address: string | undefined;
  /** The environment variable that holds the token, on one machine. */
  readonly tokenVariable: string | undefined;
  /** The name or ARN of the Secrets Manager secret that holds the token, on AWS. */
  readonly tokenSecret: string | undefined;
}

/** A static store by the provider network mirror protocol. */
interface NetworkMirrorEntry extends Named {
  readonly kind: 'network-mirror';
  readonly location: MirrorLocation;
  /** Whether pages for people are written beside the documents for clients. */
  readonly catalogue: boolean;
}

/** A registry that OpenTofu's `oci_mirror` reads. */
interface OciMirrorEntry extends Named {
  readonly kind: 'oci-mirror';
  /** As `parseRepositoryTemplate` reads it: `HOST/PATH` with `${hostname}`, `${namespace}` and `${type}` in the path. */
  readonly repository: string;
  /** Whether a repository that is missing may be made, where the registry does not do so by itself. */
  readonly createRepositories: boolean;
}

/** One destination of `config.json`, parsed: nothing about its form is checked again. */
export type DestinationEntry = PrivateRegistryEntry | NetworkMirrorEntry | OciMirrorEntry;

export type DestinationKind = DestinationEntry['kind'];

/** `s3://bucket/prefix` or the folder's path: equal for two locations that are the same place. */
export function formatLocation(location: MirrorLocation): string {
  if (location.scheme === 'folder') return location.path;
  return `s3://${location.bucket}${location.prefix === '' ? '' : `/${location.prefix}`}`;
}
