import { createHash } from 'node:crypto';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import { type PackageHashes, packageHashes } from '../../domain/integrity/package-hashes.ts';
import type { BodyTerms } from '../../ports/bytes.ts';
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
  /** To be called when `body` is not read any further: nobody waits for what would have been seen. */
  readonly leave: () => void;
}

/** Both `h1:` hashes of packages, each computed once however many destinations want it. */
export interface PackageHasher {
  /** What is known by now. */
  known(sha256: Sha256): PackageHashes | undefined;
  /**
   * Passes `body` on and hashes what is inside meanwhile. A body of the same package that passes at the same time
   * passes as it is. What was seen in a `proved` body counts at its end: no other bytes have one.
   */
  watch(sha256: Sha256, body: AsyncIterable<Uint8Array>, terms?: BodyTerms): WatchedBody;
  /**
   * The hashes, from the stored zip where they are not known yet and no body that passes tells them soon; or why
   * clients would refuse the zip. The caller has found the zip to have the SHA-256.
   */
  ofStored(sha256: Sha256, zip: ZipBytes): Promise<PackageHashes | { readonly problem: string }>;
}

/**
 * A body that passes on its way to another destination is waited for this often, and no longer once it stands still for
 * a whole turn: to unpack a large package once more takes no longer than that.
 */
const TURN_MS = 1000;
const MOST_TURNS = 5;

interface Passing {
  readonly over: Promise<void>;
  bytes: number;
}

export function createPackageHasher(): PackageHasher {
  const hashes = new Map<Sha256, PackageHashes>();
  const passing = new Map<Sha256, Passing>();
  const digest = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

  const watch = (sha256: Sha256, body: AsyncIterable<Uint8Array>, { proved }: BodyTerms): WatchedBody => {
    let seen: PackageHashes | undefined;
    const over = Promise.withResolvers<void>();
    const own: Passing = { over: over.promise, bytes: 0 };
    passing.set(sha256, own);
    const leave = (): void => {
      if (passing.get(sha256) === own) passing.delete(sha256);
      over.resolve();
    };
    const confirm = (): void => {
      if (seen !== undefined) hashes.set(sha256, seen);
    };
    async function* watched(): AsyncGenerator<Uint8Array> {
      const entries = createPassingEntries();
      try {
        for await (const chunk of body) {
          // Unpacked while the destination deals with the same bytes; never more than this one chunk behind.
          const dealtWith = entries.write(chunk);
          own.bytes += chunk.length;
          yield chunk;
          await dealtWith;
        }
        const files = await entries.end();
        const found = files && packageHashes(files, digest);
        if (found !== undefined && 'archive' in found) seen = found;
        if (proved) confirm();
      } finally {
        leave();
        await entries.end();
      }
    }
    return { body: watched(), confirm, leave };
  };

  return {
    known: (sha256) => hashes.get(sha256),
    watch: (sha256, body, terms = {}) =>
      hashes.has(sha256) || passing.has(sha256)
        ? { body, confirm: () => {}, leave: () => {} }
        : watch(sha256, body, terms),
    ofStored: async (sha256, zip) => {
      const elsewhere = passing.get(sha256);
      if (elsewhere !== undefined) await waitWhileMoving(elsewhere);
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

async function waitWhileMoving(passing: Passing): Promise<void> {
  for (let turn = 1; turn <= MOST_TURNS; turn += 1) {
    const before = passing.bytes;
    const isOver = await within(passing.over, TURN_MS);
    if (isOver || passing.bytes === before) return;
  }
}

/** Whether `event` came in time. */
async function within(event: Promise<void>, milliseconds: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(resolve, milliseconds, false);
  const came = await Promise.race([event.then(() => true), promise]);
  clearTimeout(timer);
  return came;
}
