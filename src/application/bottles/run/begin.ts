import pLimit from 'p-limit';
import { requireEntry } from '../../../domain/bottle/bottle-index.ts';
import type { WantedBottle } from '../../../domain/bottle/resolve.ts';
import { type SizedBottle, splitWork } from '../../../domain/bottle/work.ts';
import type { BottlesEntry } from '../../../domain/config/bottles.ts';
import { interruptionOf } from '../../../domain/transfer/interruption.ts';
import type { ProvedApi } from '../../../ports/bottle-source.ts';
import type { MirrorStore } from '../../../ports/mirror-store.ts';
import type { BottlePorts } from '../ports.ts';
import { prepareRun } from '../prepare.ts';
import { takeOutRecalled } from '../recalls.ts';
import { beginTurn } from '../turn.ts';
import { runKeys, writeHashes, writePaper } from './documents.ts';

const DEFAULT_CONCURRENCY = 8;

/** What has to be carried out now: small, whatever the run's size. */
export interface BegunRun {
  readonly id: string;
  /** Names of groups for workers that have minutes. */
  readonly batches: readonly string[];
  /** Names of groups for tasks that have hours. */
  readonly tasks: readonly string[];
  readonly bottles: number;
  readonly toFetch: number;
}

/**
 * Begins a run whose parts are carried out by others: proves the API, plans, and leaves in the mirror's `runs/ID/` what
 * they need: the plan, the hash file, the proved API files, the groups. The run holds its turn from here on, until
 * `publishRun` or `abandonRun`. Begun again under the same id it begins anew. Throws what `proveIndex` and the store do,
 * DestinationUnavailable while a cleanup runs.
 */
export async function beginRun(
  ports: BottlePorts,
  entry: BottlesEntry,
  run: { readonly id: string; readonly config: string; readonly signal?: AbortSignal },
): Promise<BegunRun> {
  const { store } = ports;
  const { id, config, signal } = run;
  const keys = runKeys(id);
  await beginTurn(ports, 'sync', id);
  const prepared = await prepareRun(ports, entry, signal);
  const { apis, resolution, present, open } = prepared;
  await takeOutRecalled(ports, prepared);
  const work = splitWork(await measure(ports, open, signal), entry.sizeThresholdBytes);
  const batches = work.batches.map((bottles, at) => ({ name: groupName('batch', at), bottles }));
  const tasks = work.tasks.map((bottles, at) => ({ name: groupName('task', at), bottles }));
  await keepApis(store, keys.api, apis);
  await writeHashes(store, keys.hashes, resolution.bottles);
  await writePaper(store, keys.present, { bottles: present });
  for (const { name, bottles } of [...batches, ...tasks])
    await writePaper(store, keys.group(name), { bottles });
  const { problems, remarks } = resolution;
  const names = {
    batches: batches.map(({ name }) => name),
    tasks: tasks.map(({ name }) => name),
  };
  await writePaper(store, keys.plan, {
    id,
    config,
    apis: apis.map(({ path, sha256, size, generatedAt, signedBy }) => ({
      path,
      sha256,
      size,
      generatedAt,
      signedBy,
    })),
    problems,
    remarks,
    allowMissing: entry.allowMissing,
    minimumAgeMs: entry.minimumAge?.milliseconds ?? 0,
    ...names,
  });
  return { id, ...names, bottles: resolution.bottles.length, toFetch: open.length };
}

const groupName = (kind: string, at: number): string => `${kind}-${String(at + 1).padStart(4, '0')}`;

/** The sizes that the indexes tell. What is wrong with one is found, and told, where its bottles are brought. */
async function measure(
  { registry }: Pick<BottlePorts, 'registry'>,
  open: readonly WantedBottle[],
  signal: AbortSignal | undefined,
): Promise<readonly SizedBottle[]> {
  const limit = pLimit(DEFAULT_CONCURRENCY);
  const versions = Map.groupBy(open, ({ image, ref }) => `${image} ${ref}`);
  const measured = await Promise.all(
    [...versions.values()].map((bottles) =>
      limit(async (): Promise<readonly SizedBottle[]> => {
        const [first] = bottles;
        if (first === undefined || signal?.aborted) return [];
        const read = await registry.readIndex(first.image, first.ref).catch(() => undefined);
        return bottles.map((bottle) => ({ bottle, size: read ? sizeIn(read.index, bottle) : 'unread' }));
      }),
    ),
  );
  if (signal?.aborted) throw interruptionOf(signal.reason);
  return measured.flat();
}

function sizeIn(index: Parameters<typeof requireEntry>[0], bottle: WantedBottle): SizedBottle['size'] {
  try {
    return requireEntry(index, bottle).size ?? 'untold';
  } catch {
    return 'unread';
  }
}

async function keepApis(
  store: MirrorStore,
  keyOf: (path: string) => string,
  apis: readonly ProvedApi[],
): Promise<void> {
  for (const api of apis) {
    const { path, sha256, size } = api;
    const file = { key: keyOf(path), sha256 };
    await store.putFile(file, oneChunk(api.bytes()), {
      size,
      contentType: 'application/json',
      mutable: true,
    });
    await store.revealFiles([file]);
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
