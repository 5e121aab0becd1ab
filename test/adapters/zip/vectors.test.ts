import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPackageHasher } from '../../../src/adapters/zip/package-hasher.ts';
import { parseSha256, type Sha256 } from '../../../src/domain/artifact/sha256.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';

interface Vector {
  readonly file: string;
  readonly zh: string;
  readonly installs: boolean;
  readonly archive_h1: string | null;
  readonly installed_h1: string | null;
}

const folder = sharedVectors('mirrors/h1');
const vectors: readonly Vector[] =
  folder === undefined ? [] : (JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Vector[]);

/** Zips whose local headers tell enough for their entries to be hashed as they pass. */
const AS_THEY_PASS = [
  'absolute.zip',
  'backslash.zip',
  'cp437name.zip',
  'datadesc.zip',
  'dirs.zip',
  'dotslash.zip',
  'dup.zip',
  'emptydir.zip',
  'order.zip',
  'plain.zip',
  'symlink.zip',
  'trailing.zip',
  'utf8name.zip',
  'zip64_dd.zip',
];

function expectedOf({ installs, archive_h1, installed_h1 }: Vector): unknown {
  return installs
    ? { archive: archive_h1, installed: installed_h1 }
    : { problem: 'an entry has another checksum than the zip says' };
}

describe.skipIf(folder === undefined)('both h1 of zips that a real terraform was given', () => {
  describe.each(vectors)('$file', (vector) => {
    const bytes = readFileSync(join(folder ?? '', vector.file));
    const sha256 = parseSha256(createHash('sha256').update(bytes).digest('hex')) as Sha256;

    it('come out right by random access, or the zip is refused as clients refuse it', async () => {
      expect(vector.zh).toBe(`zh:${sha256}`);
      const read = async function* (start: number, end: number) {
        yield bytes.subarray(start, end);
      };
      const found = await createPackageHasher().ofStored(sha256, { size: bytes.length, read });
      expect(found).toEqual(expectedOf(vector));
    });

    it.each([1, 7, 64, 1_000_000])(
      'come out right in passing, %i bytes at a time, or not at all',
      async (size) => {
        const hasher = createPackageHasher();
        async function* body(): AsyncGenerator<Uint8Array> {
          for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
        }
        const watched = hasher.watch(sha256, body());
        const passed = await Array.fromAsync(watched.body);
        expect(hasher.known(sha256)).toBeUndefined();
        watched.confirm();
        expect(Buffer.concat(passed).equals(bytes)).toBe(true);
        const expected = AS_THEY_PASS.includes(vector.file) ? expectedOf(vector) : undefined;
        expect(hasher.known(sha256)).toEqual(expected);
      },
    );
  });
});
