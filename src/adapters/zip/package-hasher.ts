import { createHash } from 'node:crypto';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import { type PackageHashes, packageHashes } from '../../domain/integrity/package-hashes.ts';
import { createPassingEntries } from './passing-entries.ts';
import type { ZipBytes } from './random-access.ts';
import { readStoredEntries } from './stored-entries.ts';

/** A package's bytes on their way to one destination. */
interface WatchedBody {
  readonly body: AsyncIterable<Uint8Array>;
  /**
   * To be called once the destination has found the bytes to have the SHA-256: only then does what was seen inside
   * count for it. Without effect when `body` did not end well or the zip did not allow it.
   */
  readonly confirm: () => void;
}

/** Both `h1:` hashes of packages, each computed once however many destinations want it. */
export interface PackageHasher {
  /** What is known by now. */
  known(sha256: Sha256): PackageHashes | undefined;
  /**
   * Passes `body` on and hashes what is inside meanwhile. A body of the same package that passes at the same time
   * passes as it is.
   */
  watch(sha256: Sha256, body: AsyncIterable<Uint8Array>): WatchedBody;
  /**
   * The hashes, from the stored zip where they are not known yet; or why clients would refuse the zip. The caller has
   * found the zip to have the SHA-256.
   */
  ofStored(sha256: Sha256, zip: ZipBytes): Promise<PackageHashes | { readonly problem: string }>;
}

export function createPackageHasher(): PackageHasher {
  const hashes = new Map<Sha256, PackageHashes>();
  const passing = new Set<Sha256>();
  const digest = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

  const watch = (sha256: Sha256, body: AsyncIterable<Uint8Array>): WatchedBody => {
    let seen: PackageHashes | undefined;
    async function* watched(): AsyncGenerator<Uint8Array> {
      passing.add(sha256);
      const entries = createPassingEntries();
      try {
        for await (const chunk of body) {
          // Unpacked while the destination deals with the same bytes; never more than this one chunk behind.
          const dealtWith = entries.write(chunk);
          yield chunk;
          await dealtWith;
        }
        const files = await entries.end();
        const found = files && packageHashes(files, digest);
        if (found !== undefined && 'archive' in found) seen = found;
      } finally {
        passing.delete(sha256);
        await entries.end();
      }
    }
    const confirm = (): void => {
      if (seen !== undefined) hashes.set(sha256, seen);
    };
    return { body: watched(), confirm };
  };

  return {
    known: (sha256) => hashes.get(sha256),
    watch: (sha256, body) =>
      hashes.has(sha256) || passing.has(sha256) ? { body, confirm: () => {} } : watch(sha256, body),
    ofStored: async (sha256, zip) => {
      const known = hashes.get(sha256);
      if (known !== undefined) return known;
      try {
        const found = packageHashes(await readStoredEntries(zip), digest);
        if ('archive' in found) hashes.set(sha256, found);
        return found;
      } catch (error) {
        return { problem: error instanceof Error ? error.message : String(error) };
      }
    },
  };
}
