import type { AdmissionPolicy } from '../admission/policy.ts';
import type { ProviderAddress } from '../provider/address.ts';
import type { VersionConstraint } from '../provider/constraint.ts';
import type { Platform } from '../provider/platform.ts';
import type { RequestedVersion } from '../provider/requested-version.ts';
import type { BottlesEntry } from './bottles.ts';
import type { DestinationEntry } from './destinations.ts';

/**
 * The largest config that is read: 1 MiB, some five thousand providers. Parsing one takes 60 to 90 MB of memory, and a
 * function that reads it has 256 MB.
 */
export const MAX_CONFIG_BYTES = 1024 * 1024;

/** One provider of `config.json`, parsed: nothing about its form is checked again. */
export interface ProviderEntry {
  /**
   * Its place in the file: `$` for a single object, `$[3]` in an array, `$.providers[3]` below "providers". Entries
   * that one object stands for, by several hostnames, share it.
   */
  readonly path: string;
  readonly address: ProviderAddress;
  readonly requested: RequestedVersion;
  readonly platforms: readonly Platform[];
  /** 16 or 40 upper-case hex digits: the signature must be by this key or a subkey of it. */
  readonly pinnedKeyId: string | undefined;
  /** Versions that cleanup must never delete, beside what `requested` names. */
  readonly retain: readonly VersionConstraint[];
  /** Names of the config's destinations; undefined for all of them. */
  readonly destinations: readonly string[] | undefined;
  /** Whether packages may be named after another version than the one that the registry lists them under. */
  readonly allowOtherVersionNames: boolean;
  /** What is let in: the config's policy, narrowed to this provider. Undefined where neither says anything. */
  readonly policy: AdmissionPolicy | undefined;
}

export interface SyncConfig {
  readonly providers: readonly ProviderEntry[];
  /** Undefined where the config names none: one private registry, from the environment or the stack's parameters. */
  readonly destinations: readonly DestinationEntry[] | undefined;
  /** The whole config's; each provider has its own, narrowed. */
  readonly policy: AdmissionPolicy | undefined;
  /** Undefined where the config asks for none. With it, there may be no providers. */
  readonly bottles: BottlesEntry | undefined;
}
