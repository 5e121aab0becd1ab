import type { Signer, VersionState } from './overview.ts';
import type { CATALOGUE_FORMAT } from './pointer.ts';

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
export interface Decision {
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
