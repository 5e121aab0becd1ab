import { describe, expect, it } from 'vitest';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { planBottles } from '../../../src/application/bottles/plan.ts';
import { recallBottles, unrecallBottles } from '../../../src/application/bottles/recalls.ts';
import { rollbackBottles } from '../../../src/application/bottles/snapshots.ts';
import { syncBottles } from '../../../src/application/bottles/sync.ts';
import { verifyBottles } from '../../../src/application/bottles/verify.ts';
import { createFakeLedger } from '../../fakes/ledger.ts';
import { folderPlace, installFrom } from '../../support/bottles/mirror-places.ts';
import { DAY, DAY_1, entryOf, mirrorWorld, NEXT_DAY } from '../../support/bottles/mirror-world.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();
const BAD = { formula: 'hello', version: '1.1', reason: 'steals keys', by: undefined };

describe('a version of a formula that is recalled', () => {
  it('is not brought, and whoever needs it is told so with the reason', async () => {
    await using world = await mirrorWorld();
    const store = createFolderMirrorStore(await temporaryFolder());
    const recalled = [{ formula: 'libhello@3', version: '3.1_1', reason: 'bad', by: undefined }];
    const entry = entryOf({ formulae: ['hello', 'other'], recalled });
    const plan = await planBottles(world.ports(store), entry, {});
    expect(plan).toMatchObject({
      ok: false,
      missing: [
        { formula: 'hello', reason: expect.stringContaining('recalled in 3.1_1 by the config: bad') },
      ],
      problems: [{ kind: 'recalled', place: '$.bottles.formulae[0]', tags: ['x86_64_linux'] }],
    });
    expect(await world.sync(store, entry)).toMatchObject({ outcome: 'incomplete', current: null });
    const allowed = await world.sync(store, { ...entry, allowMissing: ['hello'] });
    expect(allowed).toMatchObject({ ok: true, outcome: 'published' });
    expect(allowed.bottles.map(({ name }) => name)).not.toContain('libhello@3');
    const other = { ...recalled[0], version: '3.0' } as (typeof recalled)[0];
    expect(await world.sync(store, { ...entry, recalled: [other] })).toMatchObject({ ok: true });
  });

  it('is taken out where it is, so that nobody can install it; the day before goes on', async () => {
    await using place = await folderPlace();
    await using world = await mirrorWorld();
    const [store, url] = [place.storeAt('mirror'), place.urlOf('mirror')];
    await world.sync(store);
    await world.publish(NEXT_DAY, DAY_1 + DAY);
    await world.sync(store);
    expect((await installFrom(url)).at(-1)).toBe('hello 1.1');
    const entry = entryOf({ recalled: [BAD] });
    const ports = world.ports(store);
    expect(await verifyBottles(ports, { which: 'all', recalls: entry.recalled })).toMatchObject({
      ok: false,
      snapshots: [
        { findings: [] },
        { findings: [{ problem: 'is recalled (steals keys); the next sync takes it out' }] },
      ],
    });
    expect(await world.sync(store, entry)).toMatchObject({ outcome: 'incomplete', current: '2026-11-22' });
    await expect(installFrom(url)).rejects.toThrow('hello: bottle 404');
    expect(await verifyBottles(ports, { which: 'all', recalls: entry.recalled })).toMatchObject({ ok: true });
    expect(world.reporter.events).toContainEqual(
      expect.objectContaining({ kind: 'VersionTakenOut', address: 'homebrew/core/hello', version: '1.1' }),
    );
    await rollbackBottles(ports, '2026-11-21', entry);
    expect((await installFrom(url)).at(-1)).toBe('hello 1.0');
    await expect(rollbackBottles(ports, '2026-11-22', entry)).rejects.toMatchObject({
      code: 'ArgumentsInvalid',
      message: expect.stringContaining('has hello 1.1, which is recalled (steals keys)'),
    });
    // Taken back, it is brought again.
    await world.publish(NEXT_DAY, DAY_1 + 2 * DAY);
    expect(await world.sync(store)).toMatchObject({ outcome: 'published', summary: { fetched: 1 } });
    expect((await installFrom(url)).at(-1)).toBe('hello 1.1');
  });

  it('is not shown to clients when its snapshot has reached the minimum age', async () => {
    await using world = await mirrorWorld();
    const store = createFolderMirrorStore(await temporaryFolder());
    const entry = entryOf({ minimumAge: { text: '1d', milliseconds: DAY * 1000 } });
    await world.sync(store, entry);
    await world.publish(NEXT_DAY, DAY_1 + DAY);
    expect(await world.sync(store, entry)).toMatchObject({ outcome: 'published', current: '2026-11-21' });
    const third = NEXT_DAY.map((formula) =>
      formula.name === 'hello' ? { ...formula, version: '1.2' } : formula,
    );
    await world.publish(third, DAY_1 + 2 * DAY);
    const held = await world.sync(store, { ...entry, recalled: [BAD] });
    expect(held).toMatchObject({ outcome: 'held', current: '2026-11-21', snapshot: '2026-11-23' });
    world.now += DAY;
    expect(await world.sync(store, { ...entry, recalled: [BAD] })).toMatchObject({ current: '2026-11-23' });
  });

  it('is recalled and taken back by people in the ledger', async () => {
    await using world = await mirrorWorld();
    const mirror = world.ports(createFolderMirrorStore(await temporaryFolder()));
    const ports = { ...mirror, ledger: createFakeLedger(mirror.clock) };
    const decided = { formula: 'hello', version: undefined, by: 'ada', reason: 'steals keys' };
    expect(await recallBottles(ports, decided)).toBe('recorded');
    expect(await recallBottles(ports, decided)).toBe('stands');
    expect(await syncBottles(ports, entryOf())).toMatchObject({
      outcome: 'incomplete',
      missing: [{ formula: 'hello', reason: expect.stringContaining('by ada: steals keys') }],
    });
    await expect(unrecallBottles(ports, { ...decided, version: '1.0' })).rejects.toMatchObject({
      code: 'ArgumentsInvalid',
      message: expect.stringContaining('It has hello: write one of these.'),
    });
    await unrecallBottles(ports, decided);
    expect(await syncBottles(ports, entryOf())).toMatchObject({ outcome: 'published' });
    expect(await recallBottles(ports, decided)).toBe('recorded');
  });
});
