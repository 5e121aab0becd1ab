import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { gatherBottles } from '../../../src/application/catalogue/gather-bottles.ts';
import { DAY, DAY_1, mirrorWorld, NEXT_DAY } from '../../support/bottles/mirror-world.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();

describe('the bottles of a catalogue', () => {
  it('are those that clients are shown now', async () => {
    await using world = await mirrorWorld();
    const store = createFolderMirrorStore(await temporaryFolder());
    await world.sync(store);
    const first = await gatherBottles(store, 2);
    expect(first.destinations).toMatchObject([
      { name: 'bottles', kind: 'bottles', client: { kind: 'none' } },
    ]);
    expect(first.missing).toEqual([]);
    expect(first.rows.map(({ name, version, tags }) => [name, version, tags.join()])).toEqual([
      ['glibc', '2.39', 'x86_64_linux'],
      ['hello', '1.0', 'x86_64_linux'],
      ['hello+plus', '2.0', 'all'],
      ['libhello@3', '3.1_1', 'x86_64_linux'],
      ['zlib', '1.3.1', 'x86_64_linux'],
    ]);
    for (const row of first.rows) {
      expect(row.destinations).toEqual([2]);
      expect(row.bytes).toBeGreaterThan(0);
    }
    await world.publish(NEXT_DAY, DAY_1 + DAY);
    await world.sync(store);
    const next = await gatherBottles(store, 2);
    expect(next.rows.find(({ name }) => name === 'hello')?.version).toBe('1.1');
  });

  it('are said to be missing where nothing is shown yet, and where it cannot be read', async () => {
    const folder = await temporaryFolder();
    const store = createFolderMirrorStore(folder);
    expect(await gatherBottles(store, 0)).toMatchObject({
      rows: [],
      missing: [expect.stringContaining('No bottles are shown')],
    });
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'publication.json'), 'x');
    expect(await gatherBottles(store, 0)).toMatchObject({
      destinations: [{ unread: expect.any(String) }],
      rows: [],
      missing: [expect.stringContaining('is not known')],
    });
  });
});
