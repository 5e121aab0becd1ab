import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanupBottles } from '../../../src/application/bottles/cleanup.ts';
import { listSnapshots, rollbackBottles } from '../../../src/application/bottles/snapshots.ts';
import { verifyBottles } from '../../../src/application/bottles/verify.ts';
import type { SampleFormula } from '../../../src/embedded/homebrew/world.ts';
import { motoIsHere } from '../../adapters/aws/support.ts';
import {
  folderPlace,
  installFrom,
  type MirrorPlace,
  motoPlace,
  strictS3Place,
} from '../../support/bottles/mirror-places.ts';
import { DAY, DAY_1, entryOf, LINUX, mirrorWorld, NEXT_DAY } from '../../support/bottles/mirror-world.ts';
import { dyingStore } from '../../support/dying-store.ts';

const TWO: readonly SampleFormula[] = [
  { name: 'hello', version: '1.0', tags: [LINUX], dependencies: ['lib'] },
  { name: 'lib', version: '1', tags: [LINUX] },
];
const TWO_LATER = TWO.map((formula) => (formula.name === 'hello' ? { ...formula, version: '1.1' } : formula));
const INTERNAL = entryOf({ apiGenerations: ['internal'] });
const YESTERDAY = 'snapshots/2026-11-21/api';

const PLACES: readonly (readonly [string, () => Promise<MirrorPlace>, boolean])[] = [
  ['a folder', folderPlace, true],
  ['a strict S3', strictS3Place, true],
  ['moto’s S3', motoPlace, motoIsHere],
];

describe.each(PLACES)('a mirror of bottles in %s', (_name, makePlace, isHere) => {
  let place: MirrorPlace;
  beforeAll(async () => {
    if (isHere) place = await makePlace();
  }, 120_000);
  afterAll(async () => await place?.[Symbol.asyncDispose]());

  it.skipIf(!isHere)(
    'whose sync is broken off at whatever step leaves what was installable so, and the next sync completes it',
    async () => {
      await using world = await mirrorWorld(TWO);
      await world.sync(place.storeAt('first'), INTERNAL);
      await world.publish(TWO_LATER, DAY_1 + DAY);
      let broken = 0;
      for (let operations = 0; ; operations += 1) {
        const name = `broken-${operations}`;
        await place.copy('first', name);
        const [store, url] = [place.storeAt(name), place.urlOf(name)];
        const run = await world.sync(dyingStore(store, operations), INTERNAL).catch(() => undefined);
        const after = await installFrom(url);
        expect(['hello 1.0', 'hello 1.1'], `after ${operations} operations`).toContain(after.at(-1));
        if (run?.ok) break;
        broken += 1;
        expect(await world.sync(store, INTERNAL), `after ${operations} operations`).toMatchObject({
          ok: true,
          current: '2026-11-22',
        });
        expect((await installFrom(url)).at(-1)).toBe('hello 1.1');
        expect(await installFrom(url, { api: YESTERDAY })).toContain('hello 1.0');
      }
      expect(broken).toBeGreaterThan(20);
    },
    240_000,
  );

  it.skipIf(!isHere)(
    'installs from the snapshot of day 1 what it did then, after an upgrade, a rollback and a cleanup',
    async () => {
      await using world = await mirrorWorld();
      const [store, url] = [place.storeAt('snapshots-live'), place.urlOf('snapshots-live')];
      await world.sync(store);
      const before = await installFrom(url, { api: YESTERDAY });
      expect(before.at(-1)).toBe('hello 1.0');
      await world.publish(NEXT_DAY, DAY_1 + DAY);
      await world.sync(store);
      expect((await installFrom(url)).at(-1)).toBe('hello 1.1');
      const ports = world.ports(store);
      await rollbackBottles(ports, '2026-11-21');
      world.now = DAY_1 + 60 * DAY;
      await cleanupBottles(ports, { keepSnapshots: 1, maxShare: 1, dryRun: false });
      for (const generation of ['internal', 'formula'] as const) {
        expect(await installFrom(url, { api: YESTERDAY, generation })).toEqual(before);
        expect(await installFrom(url, { generation })).toEqual(before);
      }
      expect(await verifyBottles(ports, { which: 'all' })).toMatchObject({ ok: true, snapshots: [{}, {}] });
    },
    60_000,
  );

  it.skipIf(!isHere)(
    'loses a snapshot that is old and beyond those kept, with what it alone needs',
    async () => {
      await using world = await mirrorWorld();
      const [store, url] = [place.storeAt('snapshots-go'), place.urlOf('snapshots-go')];
      await world.sync(store);
      await world.publish(NEXT_DAY, DAY_1 + DAY);
      await world.sync(store);
      const ports = world.ports(store);
      world.now = DAY_1 + 60 * DAY;
      const request = { keepSnapshots: 1, maxShare: 0.5 };
      const dry = await cleanupBottles(ports, { ...request, dryRun: true });
      expect((await listSnapshots(store)).snapshots).toHaveLength(2);
      const done = await cleanupBottles(ports, { ...request, dryRun: false });
      expect(done).toMatchObject({ ok: true, deletedSnapshots: ['2026-11-21'], files: dry.files });
      expect(done.files.filter((key) => key.includes('/blobs/'))).toHaveLength(2);
      expect(await verifyBottles(ports, { which: 'all' })).toMatchObject({
        ok: true,
        snapshots: [{ snapshot: '2026-11-22' }],
      });
      expect((await installFrom(url)).at(-1)).toBe('hello 1.1');
    },
    60_000,
  );

  it.skipIf(!isHere)(
    'refuses an API that is signed and older than what it had, also after a rollback of its own',
    async () => {
      await using world = await mirrorWorld();
      const [store, url] = [place.storeAt('attacked'), place.urlOf('attacked')];
      const first = world.world;
      await world.sync(store);
      await world.publish(NEXT_DAY, DAY_1 + DAY);
      await world.sync(store);
      const refusal = {
        code: 'UpstreamResponseInvalid',
        message: expect.stringContaining('older than the last'),
      };
      world.world = first;
      world.now += DAY;
      await expect(world.sync(store)).rejects.toMatchObject(refusal);
      expect((await installFrom(url)).at(-1)).toBe('hello 1.1');
      // The generation that carries no time, alone.
      const formulaOnly = entryOf({ apiGenerations: ['formula'] });
      await expect(world.sync(store, formulaOnly)).rejects.toMatchObject(refusal);
      await rollbackBottles(world.ports(store), '2026-11-21');
      await expect(world.sync(store)).rejects.toMatchObject(refusal);
      expect((await listSnapshots(store)).snapshots.map(({ name }) => name)).toEqual([
        '2026-11-22',
        '2026-11-21',
      ]);
    },
    60_000,
  );
});
