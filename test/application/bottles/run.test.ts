import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createFolderMirrorStore } from '../../../src/adapters/folder/mirror-store.ts';
import { cleanupBottles } from '../../../src/application/bottles/cleanup.ts';
import { readPublication } from '../../../src/application/bottles/mirror-documents.ts';
import { beginRun } from '../../../src/application/bottles/run/begin.ts';
import { bringRunGroup } from '../../../src/application/bottles/run/bring-group.ts';
import { abandonRun, publishRun } from '../../../src/application/bottles/run/publish-run.ts';
import type { BottlesEntry } from '../../../src/domain/config/bottles.ts';
import type { MirrorStore } from '../../../src/ports/mirror-store.ts';
import { brewInstall } from '../../support/bottles/brew-client.ts';
import {
  DAY,
  DAY_1,
  entryOf,
  LINUX,
  type MirrorWorld,
  mirrorWorld,
  NEXT_DAY,
  sampleKey,
} from '../../support/bottles/mirror-world.ts';
import { serveFolder } from '../../support/bottles/static-server.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();
const TRANSFER = { limits: { resumes: 1, restarts: 1, baseDelayMs: 1, maxDelayMs: 1 } };
const CONFIG = 's3://configs/config.json';

/** A threshold between hello's bottle and the others', so that both kinds of groups are there. */
const SMALL = { sizeThresholdBytes: 1 } as const;

async function stage() {
  const world = await mirrorWorld();
  const folder = await temporaryFolder();
  const store = createFolderMirrorStore(folder);
  const ports = world.ports(store);
  const begin = (id: string, entry: BottlesEntry = entryOf()) =>
    beginRun(ports, entry, { id, config: CONFIG });
  const bring = (id: string, group: string, signal?: AbortSignal) =>
    bringRunGroup(ports, { id, group }, { transfer: TRANSFER, ...(signal ? { signal } : {}) });
  const publish = (id: string, lost: Parameters<typeof publishRun>[1]['lost'] = []) =>
    publishRun(ports, { id, lost });
  return { world, folder, store, ports, begin, bring, publish };
}

async function installs(folder: string, name = 'hello') {
  await using server = await serveFolder(folder);
  const host = {
    api: `${server.url}/api`,
    artifacts: server.url,
    tag: LINUX,
    generation: 'internal' as const,
    key: sampleKey().publicKey,
  };
  return (await brewInstall(host, name)).poured.at(-1);
}

const turnsOf = async (store: MirrorStore): Promise<unknown> =>
  JSON.parse(Buffer.from((await store.readDocument('turns.json'))?.bytes ?? []).toString()).holders;

async function broughtAll(at: Awaited<ReturnType<typeof stage>>, id: string, entry?: BottlesEntry) {
  const { batches, tasks } = await at.begin(id, entry);
  for (const group of [...batches, ...tasks]) await at.bring(id, group);
  return await at.publish(id);
}

describe('a run in parts', () => {
  it('comes to what a sync in one piece comes to', async () => {
    const at = await stage();
    await using world: MirrorWorld = at.world;
    const begun = await at.begin('run-1');
    expect(begun).toEqual({ id: 'run-1', batches: ['batch-0001'], tasks: [], bottles: 5, toFetch: 5 });
    expect(await at.bring('run-1', 'batch-0001')).toMatchObject({ bottles: 5, fetched: 5, failed: 0 });
    expect((await readPublication(at.store)).publication).toBeUndefined();
    const result = await at.publish('run-1');
    expect(result).toMatchObject({ ok: true, outcome: 'published', current: '2026-11-21' });
    expect(result.summary).toMatchObject({ bottles: 5, fetched: 5, failed: 0 });
    expect(await installs(at.folder)).toBe('hello 1.0');
    expect(await turnsOf(at.store)).toEqual([]);
    const whole = await world.sync(createFolderMirrorStore(await temporaryFolder()));
    const unproved = ({ bottles }: typeof whole) => bottles.map((each) => ({ ...each, checks: undefined }));
    expect(unproved(result)).toEqual(unproved(whole));
  });

  it('leaves a hash file that fits the mirror', async () => {
    const at = await stage();
    await using _world = at.world;
    await broughtAll(at, 'run-1');
    const lines = (await readFile(join(at.folder, 'runs/run-1/SHA256SUMS'), 'utf8')).trim().split('\n');
    expect(lines).toHaveLength(5);
    for (const line of lines) {
      const [sha256 = '', path = ''] = line.split('  ');
      const bytes = await readFile(join(at.folder, path));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
  });

  it('gives large bottles to tasks, and has nothing to bring when nothing has changed', async () => {
    const at = await stage();
    await using _world = at.world;
    expect(await at.begin('run-1', entryOf(SMALL))).toMatchObject({ batches: [], tasks: ['task-0001'] });
    await at.bring('run-1', 'task-0001');
    expect(await at.publish('run-1')).toMatchObject({ outcome: 'published' });
    expect(await at.begin('run-2', entryOf(SMALL))).toMatchObject({ batches: [], tasks: [], toFetch: 0 });
    expect(await at.publish('run-2')).toMatchObject({ ok: true, outcome: 'up-to-date' });
  });

  it('goes on with a group that was broken off, fetches nothing twice, and counts both', async () => {
    const at = await stage();
    await using world = at.world;
    await at.begin('run-1');
    const stop = new AbortController();
    let asked = 0;
    world.intercept = (request, response) => {
      if (!request.url?.startsWith('/cdn')) return false;
      asked += 1;
      if (asked < 3) return false;
      stop.abort();
      response.destroy();
      return true;
    };
    await expect(at.bring('run-1', 'batch-0001', stop.signal)).rejects.toMatchObject({ code: 'Interrupted' });
    const held = (await at.store.list('v2')).filter(({ key }) => key.includes('/blobs/')).length;
    world.intercept = () => false;
    world.requests.length = 0;
    expect(await at.bring('run-1', 'batch-0001')).toMatchObject({ fetched: 5, failed: 0 });
    expect(world.requests.filter((path) => path.startsWith('/cdn'))).toHaveLength(5 - held);
    expect(await at.publish('run-1')).toMatchObject({ ok: true, summary: { fetched: 5 } });
  });

  it('leaves the former publication when a group was lost, and says whose', async () => {
    const at = await stage();
    await using world = at.world;
    await broughtAll(at, 'run-1');
    await world.publish(NEXT_DAY, DAY_1 + DAY);
    await at.begin('run-2');
    const result = await at.publish('run-2', [{ group: 'batch-0001', error: 'States.TaskFailed' }]);
    expect(result).toMatchObject({ ok: false, outcome: 'incomplete', current: '2026-11-21' });
    expect(result.missing.map(({ formula }) => formula)).toContain('hello');
    expect(result.missing[0]?.reason).toContain('States.TaskFailed');
    expect(await installs(at.folder)).toBe('hello 1.0');
    expect(await broughtAll(at, 'run-3')).toMatchObject({ outcome: 'published', current: '2026-11-22' });
    expect(await installs(at.folder)).toBe('hello 1.1');
  });

  it('throws what may pass with time, for a retry, and keeps it for the end all the same', async () => {
    const at = await stage();
    await using world = at.world;
    await at.begin('run-1');
    world.intercept = (request, response) => {
      if (!request.url?.includes('zlib/manifests')) return false;
      response.writeHead(503).end();
      return true;
    };
    await expect(at.bring('run-1', 'batch-0001')).rejects.toMatchObject({ code: 'UpstreamUnavailable' });
    const result = await at.publish('run-1', [{ group: 'batch-0001', error: 'UpstreamUnavailable' }]);
    expect(result).toMatchObject({ ok: false, summary: { fetched: 4, failed: 1 } });
  });

  it('publishes no API file that was changed after it was proved', async () => {
    const at = await stage();
    await using _world = at.world;
    const { batches } = await at.begin('run-1');
    for (const group of batches) await at.bring('run-1', group);
    const file = join(at.folder, `runs/run-1/api/internal/packages.${LINUX}.jws.json`);
    await writeFile(file, (await readFile(file, 'utf8')).replace('1.3.1', '6.6.6'));
    await expect(at.publish('run-1')).rejects.toMatchObject({ code: 'DigestMismatch' });
    expect((await readPublication(at.store)).publication).toBeUndefined();
  });

  it('keeps a cleanup out until it ends, also by being given up', async () => {
    const at = await stage();
    await using _world = at.world;
    const cleanup = () => cleanupBottles(at.ports, { keepSnapshots: 1, maxShare: 1, dryRun: false });
    await at.begin('run-1');
    await expect(cleanup()).rejects.toMatchObject({ code: 'DestinationUnavailable' });
    await abandonRun(at.ports, 'run-1');
    await expect(cleanup()).resolves.toMatchObject({ ok: true });
  });

  it('does no harm to another run at the same time', async () => {
    const at = await stage();
    await using _world = at.world;
    const results = await Promise.all([broughtAll(at, 'run-1'), broughtAll(at, 'run-2')]);
    expect(results.map(({ ok }) => ok)).toEqual([true, true]);
    expect(new Set(results.map(({ current }) => current)).size).toBe(1);
    expect(await installs(at.folder)).toBe('hello 1.0');
    expect(await turnsOf(at.store)).toEqual([]);
  });

  it.each(['../evil', 'a/b', '', 'x'.repeat(81)])('refuses %j for a name', async (id) => {
    const at = await stage();
    await using _world = at.world;
    await expect(at.begin(id)).rejects.toMatchObject({ code: 'ArgumentsInvalid' });
    await expect(at.bring('run-1', id)).rejects.toMatchObject({ code: 'ArgumentsInvalid' });
  });
});
