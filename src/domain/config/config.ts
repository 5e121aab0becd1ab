import type { ProviderAddress } from '../provider/address.ts';
import type { VersionConstraint } from '../provider/constraint.ts';
import type { Platform } from '../provider/platform.ts';
import type { RequestedVersion } from '../provider/requested-version.ts';

/** One provider of `config.json`, parsed: nothing about its form is checked again. */
export interface ProviderEntry {
  /** Its place in the file: `$` for a single object, `$[3]` in an array. */
  readonly path: string;
  readonly address: ProviderAddress;
  readonly requested: RequestedVersion;
  readonly platforms: readonly Platform[];
  /** 16 or 40 upper-case hex digits: the signature must be by this key or a subkey of it. */
  readonly pinnedKeyId: string | undefined;
  /** Versions that cleanup must never delete, beside what `requested` names. */
  readonly retain: readonly VersionConstraint[];
}

export interface SyncConfig {
  readonly providers: readonly ProviderEntry[];
}
