import { describe, expect, it } from 'vitest';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { bringBottles } from '../../../src/application/bottles/bring.ts';
import { finishRun } from '../../../src/application/bottles/finish.ts';
import { readMirror, readPublication } from '../../../src/application/bottles/mirror-documents.ts';
import { prepareRun } from '../../../src/application/bottles/prepare.ts';
import { DAY, DAY_1, entryOf, mirrorWorld, NEXT_DAY } from '../../support/bottles/mirror-world.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();

describe('a run that is slower than another one with a later API', () => {
  it.each([
    ['sees so before it makes a snapshot', true],
    ['is held back by the publication itself, when it could not see it', false],
  ])('%s, and clients keep the later one', async (_name, looksAgain) => {
    await using world = await mirrorWorld();
    const store = createFolderMirrorStore(await temporaryFolder());
    const ports = world.ports(store);
    const slow = await prepareRun(ports, entryOf(), undefined);
    const brought = await bringBottles(ports, slow.open, slow.holdings, { signedBy: 'homebrew-1' });
    await world.publish(NEXT_DAY, DAY_1 + DAY);
    expect(await world.sync(store)).toMatchObject({ outcome: 'published', current: '2026-11-22' });
    const result = await finishRun(ports, looksAgain ? await readMirror(store) : slow, {
      apis: slow.apis.map((api) => ({
        ...api,
        open: async function* () {
          yield api.bytes();
        },
      })),
      problems: [],
      remarks: [],
      brought,
      allowMissing: [],
      minimumAgeMs: 0,
    });
    expect(result).toMatchObject({ ok: true, outcome: 'up-to-date', current: '2026-11-22' });
    expect((await readPublication(store)).publication?.current).toBe('2026-11-22');
  });
});
