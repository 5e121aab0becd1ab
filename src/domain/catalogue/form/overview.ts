import type { CATALOGUE_FORMAT, Made } from './pointer.ts';

/**
 * What is true of a version, the one that matters most first: `recalled` (a person called it back), `withdrawn`
 * (upstream lists it no more), `needs-approval` and `held` (not let in yet: a person, or time, lets it in), `admitted`
 * (let in, and a coming run delivers it), `incomplete` (at a destination, but not whole), `available` (a client can
 * install it from at least one destination).
 */
export type VersionState =
  | 'recalled'
  | 'withdrawn'
  | 'needs-approval'
  | 'held'
  | 'admitted'
  | 'incomplete'
  | 'available';

/** A provider is in the states of its versions, and `behind` when upstream has newer versions. */
export type ProviderState = VersionState | 'behind';

/** What asks most for a person first; what is `available` says least. */
export const STATE_ORDER = [
  'recalled',
  'withdrawn',
  'needs-approval',
  'held',
  'admitted',
  'incomplete',
  'behind',
  'available',
] as const satisfies readonly ProviderState[];

/** `index.json`: everything that the overview shows, sorts and searches. */
export interface Overview {
  readonly format: typeof CATALOGUE_FORMAT;
  readonly made: Made;
  readonly destinations: readonly CatalogueDestination[];
  /** Every platform that a row names. */
  readonly platforms: readonly string[];
  readonly signers: readonly Signer[];
  readonly providers: readonly ProviderRow[];
  readonly bottles: readonly BottleRow[];
  /** What is not known here and why, in sentences: "No ledger was read: who approved is not known." */
  readonly missing: readonly string[];
}

/** A place that providers are delivered to, with what a client has to write to install from it. */
export interface CatalogueDestination {
  readonly name: string;
  readonly kind: 'private-registry' | 'network-mirror' | 'oci-mirror' | 'bottles';
  /** `the organization "my-org"`, `the mirror s3://acme/mirror`. */
  readonly description: string;
  readonly client: ClientInputs;
  /** Why nothing is known of what it holds: it could not be read. */
  readonly unread?: string;
}

export type ClientInputs =
  /** `source` is `HOST/ORGANIZATION/TYPE`; `http` where the host is only found by a `host` block. */
  | {
      readonly kind: 'private-registry';
      readonly host: string;
      readonly organization: string;
      /** The address of its `providers.v1` service, where discovery by the host's name cannot lead to it. */
      readonly service?: string;
    }
  | {
      readonly kind: 'network-mirror';
      /**
       * With the slash at its end. Absolute (https), or relative to the folder of `catalogue.json` ("../") when the
       * catalogue lies in the mirror; null when nobody said where clients find it.
       */
      readonly url: string | null;
      /** The folder, absolute, for a `filesystem_mirror`; null for a bucket. */
      readonly folder: string | null;
      /** The hosts whose providers it stands for. */
      readonly hosts: readonly string[];
    }
  /** `template` is OpenTofu's `repository_template`. Terraform cannot read it. */
  | { readonly kind: 'oci-mirror'; readonly template: string; readonly hosts: readonly string[] }
  | { readonly kind: 'none' };

export interface Signer {
  /** The primary key's id: 16 hex digits, as far as one was told. */
  readonly keyId: string;
  /** What the key's owner calls himself. */
  readonly userIds: readonly string[];
}

/** Numbers in `platforms`, `destinations` and `signer` are places in the overview's lists of these. */
export interface ProviderRow {
  /** `registry.terraform.io/hashicorp/aws`. */
  readonly address: string;
  /** The path of its ProviderDetail, from the folder of `catalogue.json`. */
  readonly detail: string;
  /** SHA-256 of that file, in hex. */
  readonly detailSha256: string;
  /** The newest version that is available; null when none is. */
  readonly newest: string | null;
  /** How many versions are available. */
  readonly versions: number;
  /** Of the newest version that is available. */
  readonly platforms: readonly number[];
  readonly destinations: readonly number[];
  readonly signer: number | null;
  /** When something about it changed here for the last time. */
  readonly changed: string | null;
  /** Every state that it is in, the one that matters most first; empty when nothing of it is here. */
  readonly states: readonly ProviderState[];
  /** Versions that are not let in yet. `until` is null where a person has to. */
  readonly held: readonly { readonly version: string; readonly until: string | null }[];
  /** Upstream's newest version, prereleases left out; null when upstream was not asked. */
  readonly upstream: string | null;
  /** How many versions upstream has that are newer than `newest`; null when that is not known. */
  readonly behind: number | null;
  /** Package bytes stored, all destinations that tell it together; null when none does. */
  readonly bytes: number | null;
}

export interface BottleRow {
  /** The formula's name. */
  readonly name: string;
  /** The version that clients are shown, with its revision: `3.4.0_1`. */
  readonly version: string;
  /** The tags that bottles are there for: `arm64_sequoia`. */
  readonly tags: readonly string[];
  /** Places in the overview's destinations. */
  readonly destinations: readonly number[];
  readonly bytes: number | null;
}
