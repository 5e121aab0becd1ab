import { createHash } from 'node:crypto';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import { type PackageHashes, packageHashes } from '../../domain/integrity/package-hashes.ts';
import { createPassingEntries } from './passing-entries.ts';
import type { ZipBytes } from './random-access.ts';
import { readStoredEntries } from './stored-entries.ts';

/**
 * Both `h1:` hashes of packages, each computed once however many destinations want it. What it is told must be the
 * zip that has the SHA-256 in fact: whoever uses it checks that.
 */
export interface PackageHasher {
  /** What is known by now. */
  known(sha256: Sha256): PackageHashes | undefined;
  /**
   * Passes `body` on and hashes what is inside meanwhile; when it ends well and the zip allows it, the hashes are
   * known after. A body of the same zip that passes at the same time passes as it is.
   */
  watch(sha256: Sha256, body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>;
  /** The hashes, from the stored zip where they are not known yet; or why clients would refuse the zip. */
  ofStored(sha256: Sha256, zip: ZipBytes): Promise<PackageHashes | { readonly problem: string }>;
}

export function createPackageHasher(): PackageHasher {
  const hashes = new Map<Sha256, PackageHashes>();
  const watched = new Set<Sha256>();
  const digest = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

  async function* watch(sha256: Sha256, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    watched.add(sha256);
    const entries = createPassingEntries();
    try {
      for await (const chunk of body) {
        await entries.write(chunk);
        yield chunk;
      }
      const files = await entries.end();
      const found = files && packageHashes(files, digest);
      if (found !== undefined && 'archive' in found) hashes.set(sha256, found);
    } finally {
      watched.delete(sha256);
      await entries.end();
    }
  }

  return {
    known: (sha256) => hashes.get(sha256),
    watch: (sha256, body) => (hashes.has(sha256) || watched.has(sha256) ? body : watch(sha256, body)),
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
