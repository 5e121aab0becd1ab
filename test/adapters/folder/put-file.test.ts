import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import type { Sha256 } from '../../../src/domain/artifact/sha256.ts';

const bytes = Buffer.from('a package');
const sha256 = createHash('sha256').update(bytes).digest('hex') as Sha256;

it.each([
  ['other bytes', Buffer.from('a pancake'), false],
  ['too few bytes, whoever vouches for them', bytes.subarray(1), true],
  ['too many bytes, whoever vouches for them', Buffer.concat([bytes, bytes]), true],
])('keeps nothing of a body of %s', async (_, sent, proved) => {
  const folder = await mkdtemp(join(tmpdir(), 'provider-sync-put-'));
  try {
    const store = createFolderMirrorStore(folder);
    const body = async function* () {
      yield sent;
    };
    const put = store.putFile({ key: 'a.zip', sha256 }, body(), { size: bytes.length, proved });
    await expect(put).rejects.toMatchObject({ code: 'DigestMismatch' });
    expect(await readdir(folder)).toEqual([]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
