import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createInstalledHashReader } from '../../../src/adapters/zip/installed-hash.ts';
import type { ByteSource } from '../../../src/ports/bytes.ts';
import { digestOf } from '../../support/bundles.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';

interface Expectation {
  readonly file: string;
  readonly installs: boolean;
  readonly installed_h1?: string;
}

const folder = sharedVectors('mirrors/h1');
const expected =
  folder === undefined
    ? []
    : (JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8')) as Expectation[]);

/** Counts how often it is opened. */
function sourceOf(bytes: Uint8Array) {
  let opened = 0;
  const source: ByteSource = {
    name: 'package.zip',
    open: async () => {
      opened += 1;
      const body = (async function* () {
        for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
      })();
      return { size: bytes.length, etag: undefined, offset: 0, body };
    },
  };
  return { source, opened: () => opened };
}

describe.skipIf(folder === undefined)('the hash of a package that is read back', () => {
  it.each(expected.filter(({ installs }) => installs))(
    'is the one that terraform locks: $file',
    async ({ file, installed_h1 }) => {
      const bytes = readFileSync(join(folder ?? '', file));
      const { source, opened } = sourceOf(bytes);
      expect(await createInstalledHashReader().read(source, digestOf(bytes))).toBe(installed_h1);
      expect(opened()).toBeLessThanOrEqual(2);
    },
  );
});

describe('a package that is read back', () => {
  it('with other bytes than SHA256SUMS lists is not locked', async () => {
    const { source } = sourceOf(Buffer.from('other'));
    await expect(
      createInstalledHashReader().read(source, digestOf(Buffer.from('right'))),
    ).rejects.toMatchObject({ code: 'DigestMismatch' });
  });

  it('has no hash when it is no zip', async () => {
    const bytes = Buffer.from('no zip');
    expect(await createInstalledHashReader().read(sourceOf(bytes).source, digestOf(bytes))).toBeUndefined();
  });
});
