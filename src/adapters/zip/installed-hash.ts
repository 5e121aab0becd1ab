import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import { SyncError } from '../../domain/errors.ts';
import type { ByteSource } from '../../ports/bytes.ts';
import type { InstalledHashReader } from '../../ports/lock-evidence.ts';
import { createPackageHasher } from './package-hasher.ts';

/** Computes hashes as the bytes pass; a zip that must be read at random is put aside for that moment. */
export function createInstalledHashReader(): InstalledHashReader {
  const hasher = createPackageHasher();
  return {
    read: async (source, sha256) => {
      let confirm = (): void => {};
      const watch = (body: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> => {
        const watched = hasher.watch(sha256, body);
        confirm = watched.confirm;
        return watched.body;
      };
      for await (const _ of checked(source, sha256, watch));
      confirm();
      const known = hasher.known(sha256);
      if (known !== undefined) return known.installed;
      const folder = await mkdtemp(join(tmpdir(), 'provider-sync-lock-'));
      try {
        const path = join(folder, 'package.zip');
        await pipeline(
          checked(source, sha256, (body) => body),
          createWriteStream(path),
        );
        const { size } = await stat(path);
        const hashes = await hasher.ofStored(sha256, {
          size,
          read: (start, end) => readRange(path, start, end),
        });
        return 'installed' in hashes ? hashes.installed : undefined;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** The source's bytes through `pass`; throws DigestMismatch at their end when they are others. */
async function* checked(
  source: ByteSource,
  sha256: Sha256,
  pass: (body: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of pass((await source.open()).body)) {
    hash.update(chunk);
    yield chunk;
  }
  const actual = hash.digest('hex');
  if (actual === sha256) return;
  throw new SyncError(
    'DigestMismatch',
    `${source.name} has the SHA-256 ${actual}, SHA256SUMS lists ${sha256}. Nothing was locked by it.`,
  );
}

async function* readRange(path: string, start: number, end: number): AsyncGenerator<Uint8Array> {
  if (end <= start) return;
  await using file = await open(path);
  yield* file.createReadStream({ start, end: end - 1, autoClose: false });
}
