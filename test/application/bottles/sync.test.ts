import { describe, expect, it } from 'vitest';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { syncBottles } from '../../../src/application/bottles/sync.ts';
import type { ProgressSignal } from '../../../src/domain/events/progress-signal.ts';
import { brewInstall } from '../../support/bottles/brew-client.ts';
import {
  DAY,
  DAY_1,
  entryOf,
  LINUX,
  mirrorWorld,
  NEXT_DAY,
  sampleKey,
} from '../../support/bottles/mirror-world.ts';
import { serveFolder } from '../../support/bottles/static-server.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();

const hostOf = (url: string, generation: 'internal' | 'formula', api = `${url}/api`) => ({
  api,
  artifacts: url,
  tag: LINUX,
  generation,
  key: sampleKey().publicKey,
});

describe('a mirror of bottles', () => {
  it.each(['internal', 'formula'] as const)(
    'is all that an install by the %s API asks for',
    async (generation) => {
      await using world = await mirrorWorld();
      const folder = await temporaryFolder();
      const result = await world.sync(createFolderMirrorStore(folder));
      expect(result).toMatchObject({
        ok: true,
        outcome: 'published',
        snapshot: '2026-11-21',
        current: '2026-11-21',
      });
      await using server = await serveFolder(folder);
      const installed = await brewInstall({ ...hostOf(server.url, generation), oldGlibc: true }, 'hi');
      expect(installed.poured).toEqual([
        'glibc 2.39',
        'zlib 1.3.1',
        'libhello@3 3.1_1',
        'hello+plus 2.0',
        'hello 1.0',
      ]);
      expect(result.bottles.map(({ name }) => name)).toEqual([
        'glibc',
        'hello',
        'hello+plus',
        'libhello@3',
        'zlib',
      ]);
    },
  );

  it('tells how far each bottle is while it comes', async () => {
    await using world = await mirrorWorld();
    const signals: ProgressSignal[] = [];
    const store = createFolderMirrorStore(await temporaryFolder());
    const progress = { signal: (signal: ProgressSignal) => void signals.push(signal) };
    const { bottles } = await syncBottles({ ...world.ports(store), progress }, entryOf());
    expect(signals[0]).toMatchObject({ kind: 'BottlesAwaited', bottles: { length: 5 } });
    const bottle = 'zlib--1.3.1.x86_64_linux.bottle.tar.gz';
    const about = signals.filter((signal) => 'bottle' in signal && signal.bottle === bottle);
    const size = bottles.find(({ name }) => name === 'zlib')?.size;
    expect(about.at(0)).toEqual({ kind: 'BottleTransferStarted', bottle });
    expect(about.at(-2)).toEqual({ kind: 'BottleTransferProgressed', bottle, bytes: size, size });
    expect(about.at(-1)).toEqual({ kind: 'BottleTransferEnded', bottle });
  });

  it('asks the registry for nothing when nothing has changed', async () => {
    await using world = await mirrorWorld();
    const store = createFolderMirrorStore(await temporaryFolder());
    await world.sync(store);
    world.requests.length = 0;
    const again = await world.sync(store);
    expect(again).toMatchObject({
      ok: true,
      outcome: 'up-to-date',
      summary: { bottles: 5, present: 5, fetched: 0, bytes: 0 },
    });
    expect(world.requests.filter((path) => !path.startsWith('/api/'))).toEqual([]);
  });

  it('brings only what is new on the next day, and leaves the former day installable', async () => {
    await using world = await mirrorWorld();
    const folder = await temporaryFolder();
    const store = createFolderMirrorStore(folder);
    await world.sync(store);
    await world.publish(NEXT_DAY, DAY_1 + DAY);
    expect(await world.sync(store)).toMatchObject({
      outcome: 'published',
      current: '2026-11-22',
      summary: { fetched: 2, present: 3 },
    });
    await using server = await serveFolder(folder);
    const today = await brewInstall(hostOf(server.url, 'internal'), 'hello');
    expect(today.poured).toContain('hello 1.1');
    const former = await brewInstall(
      hostOf(server.url, 'internal', `${server.url}/snapshots/2026-11-21/api`),
      'hello',
    );
    expect(former.poured).toContain('hello 1.0');
  });

  it('leaves clients what they saw when a bottle is missing, says which, and completes it later', async () => {
    await using world = await mirrorWorld();
    const folder = await temporaryFolder();
    const store = createFolderMirrorStore(folder);
    await world.sync(store);
    const next = await world.publish(NEXT_DAY, DAY_1 + DAY);
    const whole = new Map(next.indexes);
    world.world = { ...next, indexes: new Map([...whole].filter(([name]) => name !== 'hello 1.1')) };
    const broken = await world.sync(store);
    expect(broken).toMatchObject({ ok: false, outcome: 'incomplete', current: '2026-11-21', snapshot: null });
    expect(broken.missing).toEqual([
      {
        formula: 'hello',
        allowed: false,
        reason: expect.stringContaining('hello--1.1.x86_64_linux.bottle.tar.gz: 127.0.0.1'),
      },
    ]);
    await using server = await serveFolder(folder);
    expect((await brewInstall(hostOf(server.url, 'internal'), 'hello')).poured).toContain('hello 1.0');
    world.world = next;
    expect(await world.sync(store)).toMatchObject({ ok: true, outcome: 'published', current: '2026-11-22' });
    expect((await brewInstall(hostOf(server.url, 'internal'), 'hello')).poured).toContain('hello 1.1');
  });

  it('publishes without a formula that may be missing', async () => {
    await using world = await mirrorWorld();
    const store = createFolderMirrorStore(await temporaryFolder());
    const entry = entryOf({ formulae: ['hello', 'nothing-like-it'], allowMissing: ['nothing-like-it'] });
    expect(await world.sync(store, entry)).toMatchObject({
      ok: true,
      outcome: 'published',
      missing: [{ formula: 'nothing-like-it', allowed: true }],
    });
  });
});
