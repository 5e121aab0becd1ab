/**
 * The catalogue's JSON files as they lie in a folder or bucket: what the page reads, and scripts may. Times are ISO
 * 8601 in UTC, sizes bytes, versions canonical, platforms `linux_amd64`. Texts that came from outside are without
 * control characters and cut to a length, and nothing more: whoever shows them as HTML escapes them. Members may be
 * added under the same `format`; readers ignore those that they do not know.
 *
 *     catalogue.json                                      Pointer: names the files in force
 *     index.html, assets/NAME-HASH.EXT                    the page
 *     data/GENERATION/index.json                          Overview
 *     data/GENERATION/runs.json                           Happenings
 *     data/GENERATION/plots.json                          Plots
 *     data/GENERATION/providers/HOST/NAMESPACE/TYPE.json  ProviderDetail
 */
export const CATALOGUE_FORMAT = 1;

/** `catalogue.json`. Paths are relative to its own place. */
export interface Pointer {
  readonly format: typeof CATALOGUE_FORMAT;
  readonly made: Made;
  readonly overview: string;
  readonly happenings: string;
  readonly plots: string;
  /** What waits to be removed, for the writer alone. */
  readonly retired: string;
  /** The page's own files. */
  readonly assets: readonly string[];
}

/** From when and what the data is: on every page. */
export interface Made {
  readonly at: string;
  /** The run that wrote it, `runs` in Happenings tells more; null for one written by hand. */
  readonly run: string | null;
  /** The synchronizer's version. */
  readonly by: string;
  /** `GENERATION`: unique to one writing. */
  readonly generation: string;
}

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

/** `providers/HOST/NAMESPACE/TYPE.json`. */
export interface ProviderDetail {
  readonly format: typeof CATALOGUE_FORMAT;
  readonly address: string;
  /** What the config asks for; null when it does not name the provider. */
  readonly requested: string | null;
  /** What upstream lists and is newer than the newest available, newest first; null when upstream was not asked. */
  readonly newer: readonly string[] | null;
  /** Newest first. */
  readonly versions: readonly VersionDetail[];
  readonly missing: readonly string[];
}

export interface VersionDetail {
  readonly version: string;
  /** The one that matters most first. */
  readonly states: readonly [VersionState, ...VersionState[]];
  /** Plugin protocols: "5.0", "6.0"; empty when not known. */
  readonly protocols: readonly string[];
  readonly times: {
    /** The registry's word. */
    readonly published: string | null;
    readonly seen: string | null;
    readonly admitted: string | null;
    /** The first time that it was whole at any destination. */
    readonly delivered: string | null;
  };
  readonly signer: (Signer & { readonly fingerprint: string | null }) | null;
  readonly checks: readonly Check[];
  readonly remarks: readonly string[];
  /** By what rule it was let in, and by whom where a person did. */
  readonly admission: { readonly rule: string; readonly at: string; readonly by: string | null } | null;
  readonly approval: Decision | null;
  /** Why it is not let in yet, and the command that approves it (null where none does). */
  readonly hold: {
    readonly rules: readonly string[];
    readonly since: string | null;
    readonly until: string | null;
    readonly command: string | null;
  } | null;
  readonly recall: (Decision & { readonly versions: string }) | null;
  /** When upstream was found to list it no more. */
  readonly withdrawn: string | null;
  /** SHA-256 of SHA256SUMS for every release that was seen under this version: more than one when it was cut again. */
  readonly releases: readonly string[];
  readonly packages: readonly PackageDetail[];
  readonly at: readonly VersionAtDestination[];
}

export interface Check {
  readonly check: string;
  readonly subject: string;
  readonly passed: boolean;
  readonly detail: string;
}

/** What a person decided. `by` and `at` are null for what stands in the config. */
interface Decision {
  readonly by: string | null;
  readonly at: string | null;
  readonly reason: string;
}

export interface PackageDetail {
  readonly platform: string;
  /** Of the zip, in hex; null where no destination tells it. */
  readonly sha256: string | null;
  /** `h1:` of the zip's contents, as a lock file has it; null where it is not known. */
  readonly h1: string | null;
  readonly bytes: number | null;
  /** Places in the overview's destinations. */
  readonly destinations: readonly number[];
}

interface VersionAtDestination {
  /** Its place in the overview's destinations. */
  readonly destination: number;
  readonly complete: boolean;
  readonly since: string | null;
  /** When it was seen there as upstream has it, for the last time. */
  readonly confirmed: string | null;
  /** How it differs from the other destinations, in sentences. */
  readonly differences: readonly string[];
}

/** `runs.json`: what happened, each list newest first. */
export interface Happenings {
  readonly format: typeof CATALOGUE_FORMAT;
  readonly made: Made;
  readonly runs: readonly RunRow[];
  readonly held: readonly HeldRow[];
  readonly recalls: readonly RecallRow[];
  readonly deletions: readonly DeletionRow[];
  readonly missing: readonly string[];
}

export interface RunRow {
  readonly id: string;
  /** `sync`, `cleanup`, `bottles`. */
  readonly what: string;
  /** When it ended. */
  readonly at: string;
  readonly durationMs: number;
  readonly ok: boolean;
  /** How many providers had each outcome: `published`, `up-to-date`, `failed`, … */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly bytes: number;
  readonly failures: readonly FailureRow[];
}

interface FailureRow {
  readonly address: string;
  readonly version: string | null;
  readonly destination: string | null;
  readonly code: string;
  readonly message: string;
}

export interface HeldRow {
  readonly address: string;
  readonly version: string;
  readonly rules: readonly string[];
  readonly since: string | null;
  readonly until: string | null;
  readonly command: string | null;
}

export interface RecallRow extends Decision {
  /** An address, or a pattern of a config: `acme/*`. */
  readonly provider: string;
  readonly versions: string;
  /** Whether it deletes from private registries as well. */
  readonly deletes: boolean;
  /** Where the versions were taken out. */
  readonly takenOut: readonly {
    readonly version: string;
    readonly destination: string;
    readonly how: 'unlisted' | 'deleted';
    readonly at: string;
  }[];
}

export interface DeletionRow {
  readonly provider: string;
  readonly version: string;
  readonly destination: string;
  readonly reason: string;
  readonly at: string;
}

/** `plots.json`: the numbers behind the plots. */
export interface Plots {
  readonly format: typeof CATALOGUE_FORMAT;
  readonly made: Made;
  /** The furthest behind first. `days`: since the first newer version upstream was seen or published. */
  readonly behind: readonly {
    readonly address: string;
    readonly versions: number;
    readonly days: number | null;
  }[];
  /** The largest first. */
  readonly bytes: readonly { readonly address: string; readonly bytes: number }[];
  /** Oldest first. */
  readonly runs: readonly {
    readonly at: string;
    readonly durationMs: number;
    readonly bytes: number;
    readonly ok: boolean;
  }[];
  /** Oldest first: how long versions waited from their first sight, in hours; `open` for those that still wait. */
  readonly holds: readonly {
    readonly address: string;
    readonly version: string;
    readonly since: string;
    readonly hours: number;
    readonly open: boolean;
  }[];
}
