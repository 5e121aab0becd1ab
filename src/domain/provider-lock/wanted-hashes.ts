import type { Sha256 } from '../artifact/sha256.ts';
import { SyncError } from '../errors.ts';
import type { LockEntry } from './lock-file.ts';
import { sortHashes } from './write-lock-file.ts';

export interface KnownHashes {
  /** Canonical. */
  readonly version: string;
  /** Every digest that SHA256SUMS lists: Terraform takes any of them for the provider. */
  readonly zips: Iterable<Sha256>;
  /** `h1:…` over each package's extracted folder. */
  readonly installed: Iterable<string>;
}

/**
 * The hashes that a lock file is to have: those known, and those it has already for the same version, which may be of
 * platforms that nobody asked for here. Throws VersionConflict when the lock file knows the version by digests of
 * which SHA256SUMS lists none: it was made from another release, and which is right is for a person to decide.
 */
export function wantedHashes(existing: LockEntry | undefined, known: KnownHashes): readonly string[] {
  const own = [...[...known.zips].map((digest) => `zh:${digest}`), ...known.installed];
  if (existing?.version !== known.version) return sortHashes(own);
  const zips = existing.hashes.filter((hash) => hash.startsWith('zh:'));
  const foreign = zips.filter((hash) => !own.includes(hash));
  if (foreign.length > 0) {
    throw new SyncError(
      'VersionConflict',
      `The lock file has ${foreign[0]} for ${existing.address} ${known.version}, which SHA256SUMS of the mirrored ` +
        'release does not list: it was made from another release. Nothing of this provider was changed. Find out ' +
        'which is right; to take the mirrored one, delete the block and lock again.',
    );
  }
  return sortHashes([...own, ...existing.hashes]);
}
