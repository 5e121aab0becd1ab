import { createHash, randomUUID } from 'node:crypto';
import pLimit from 'p-limit';
import type { DescribedProvider } from '../../domain/catalogue/describe-provider.ts';
import type { Happenings } from '../../domain/catalogue/form/happenings.ts';
import type { Overview } from '../../domain/catalogue/form/overview.ts';
import type { Plots } from '../../domain/catalogue/form/plots.ts';
import { CATALOGUE_FORMAT, type Made, type Pointer } from '../../domain/catalogue/form/pointer.ts';
import type { DetailPlace } from '../../domain/catalogue/overview.ts';
import { SyncError } from '../../domain/errors.ts';
import type { CatalogueStore, PageFile } from '../../ports/catalogue-store.ts';
import type { Clock } from '../../ports/clock.ts';
import { readOverview, readPointer, readRetired } from './schema.ts';

export interface WritePorts {
  readonly store: CatalogueStore;
  readonly clock: Clock;
}

/** What a catalogue says, up to where its parts lie. */
export interface CatalogueContents {
  readonly run: string | null;
  /** The synchronizer's version. */
  readonly by: string;
  readonly providers: readonly DescribedProvider[];
  readonly overview: (made: Made, places: ReadonlyMap<string, DetailPlace>) => Overview;
  readonly happenings: (made: Made) => Happenings;
  readonly plots: (made: Made) => Plots;
}

export interface WrittenCatalogue {
  readonly location: string;
  readonly generation: string;
  /** How many files were written, and how many bytes they have together. */
  readonly files: number;
  readonly bytes: number;
  /** Files of earlier writings that were removed. */
  readonly removed: number;
}

const POINTER = 'catalogue.json';
const PAGE = 'index.html';
const MAX_ATTEMPTS = 5;
const AT_ONCE = 16;

/** How long a page that is open may go on with what it began with. */
const GRACE_MS = 24 * 60 * 60 * 1000;

/**
 * Writes a catalogue, whole or not at all: first the data under new names, then the page's files, and last the pointer
 * that names them all. Broken off anywhere, readers see what they saw before. Files that nobody names any more go a
 * day later. A provider whose file says the same as before keeps it. Throws DestinationUnavailable when others write
 * the same catalogue all the time.
 */
export async function writeCatalogue(
  ports: WritePorts,
  contents: CatalogueContents,
  page: readonly PageFile[],
): Promise<WrittenCatalogue> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const written = await attemptWriting(ports, contents, page);
    if (written !== undefined) return written;
  }
  throw new SyncError(
    'DestinationUnavailable',
    `The catalogue in ${ports.store.location} was written by somebody else ${MAX_ATTEMPTS} times in a row. Try again later.`,
  );
}

async function attemptWriting(
  { store, clock }: WritePorts,
  contents: CatalogueContents,
  page: readonly PageFile[],
): Promise<WrittenCatalogue | undefined> {
  const now = clock.now();
  const before = await readBefore(store);
  const present = new Set(await store.list());
  const generation = `${now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_')}_${randomUUID().slice(0, 8)}`;
  const made: Made = { at: now.toISOString(), run: contents.run, by: contents.by, generation };
  const folder = `data/${generation}`;
  const writer = createWriter(store);
  const places = await writeDetails(writer, contents, folder, (kept) => present.has(kept), before.details);
  const pointer: Pointer = {
    format: CATALOGUE_FORMAT,
    made,
    overview: `${folder}/index.json`,
    happenings: `${folder}/runs.json`,
    plots: `${folder}/plots.json`,
    retired: `${folder}/retired.json`,
    assets: page.map(({ path }) => path).filter((path) => path !== PAGE),
  };
  const inForce = new Set([
    ...[...places.values()].map(({ detail }) => detail),
    pointer.overview,
    pointer.happenings,
    pointer.plots,
    pointer.retired,
    ...pointer.assets,
  ]);
  const retired = retire(present, inForce, before.retired, now);
  await writer.putJson(pointer.overview, contents.overview(made, places));
  await writer.putJson(pointer.happenings, contents.happenings(made));
  await writer.putJson(pointer.plots, contents.plots(made));
  await writer.putJson(pointer.retired, { format: CATALOGUE_FORMAT, files: [...retired.waiting] });
  for (const { path, bytes, type } of page) {
    // One that waits to be removed may be gone any moment.
    const there = present.has(path) && !before.retired.has(path);
    if (path !== PAGE && !there) await writer.put(path, bytes, type);
  }
  await replacePage(store, page);
  const bytes = jsonOf(pointer);
  if ((await store.replace(POINTER, bytes, before.etag, 'application/json')) === 'changed') return undefined;
  writer.count(bytes);
  const removed = await writer.remove(retired.due);
  return { location: store.location, generation, ...writer.counts, removed };
}

/** Writes files, some at once, and counts them. */
function createWriter(store: CatalogueStore) {
  const counts = { files: 0, bytes: 0 };
  const limit = pLimit(AT_ONCE);
  const count = ({ length }: Uint8Array): void => {
    counts.files += 1;
    counts.bytes += length;
  };
  const put = (path: string, bytes: Uint8Array, type: PageFile['type']): Promise<void> =>
    limit(async () => {
      await store.put(path, bytes, type);
      count(bytes);
    });
  return {
    counts,
    count,
    put,
    putJson: (path: string, value: unknown) => put(path, jsonOf(value), 'application/json'),
    /** How many are gone. What cannot be removed now is found again the next time. */
    remove: async (paths: readonly string[]): Promise<number> => {
      const removed = await Promise.allSettled(
        paths.map((path) => limit(async () => await store.delete(path))),
      );
      return removed.filter(({ status }) => status === 'fulfilled').length;
    },
  };
}

/** Each provider's own file, by address; one about which nothing changed stays where it is. */
async function writeDetails(
  { put }: ReturnType<typeof createWriter>,
  { providers }: CatalogueContents,
  folder: string,
  isThere: (path: string) => boolean,
  before: ReadonlyMap<string, DetailPlace>,
): Promise<ReadonlyMap<string, DetailPlace>> {
  const places = new Map<string, DetailPlace>();
  await Promise.all(
    providers.map(async ({ detail }) => {
      const bytes = jsonOf(detail);
      const detailSha256 = createHash('sha256').update(bytes).digest('hex');
      const kept = before.get(detail.address);
      if (kept?.detailSha256 === detailSha256 && isThere(kept.detail)) {
        places.set(detail.address, kept);
        return;
      }
      const path = `${folder}/providers/${detail.address}.json`;
      await put(path, bytes, 'application/json');
      places.set(detail.address, { detail: path, detailSha256 });
    }),
  );
  return places;
}

/** What is there to go on from. Documents that cannot be read count as none: everything is written anew. */
async function readBefore(store: CatalogueStore) {
  const stored = await store.read(POINTER);
  const pointer = stored && readPointer(stored.bytes);
  const [overview, retired] = await Promise.all(
    pointer === undefined ? [] : [store.read(pointer.overview), store.read(pointer.retired)],
  );
  const providers = (overview && readOverview(overview.bytes)?.providers) ?? [];
  return {
    etag: stored?.etag,
    details: new Map(
      providers.map(({ address, detail, detailSha256 }) => [address, { detail, detailSha256 }]),
    ),
    retired: new Map((retired && readRetired(retired.bytes)?.files) ?? []),
  };
}

/**
 * Everything below the data and the assets that is not in force waits its time, from when it was first met so: what a
 * pointer named until now, and what writers that died have left.
 */
function retire(
  present: ReadonlySet<string>,
  inForce: ReadonlySet<string>,
  before: ReadonlyMap<string, string>,
  now: Date,
): { readonly waiting: ReadonlyMap<string, string>; readonly due: readonly string[] } {
  const waiting = new Map<string, string>();
  const due: string[] = [];
  for (const path of present) {
    if (inForce.has(path) || !/^(?:data|assets)\//.test(path)) continue;
    const until = before.get(path) ?? new Date(now.getTime() + GRACE_MS).toISOString();
    if (Date.parse(until) <= now.getTime()) due.push(path);
    else waiting.set(path, until);
  }
  return { waiting, due };
}

/** The page that is there goes on working with the new data, and the new one with the old. */
async function replacePage(store: CatalogueStore, page: readonly PageFile[]): Promise<void> {
  const entry = page.find(({ path }) => path === PAGE);
  if (entry === undefined) return;
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const there = await store.read(PAGE);
    if (there !== undefined && Buffer.compare(there.bytes, entry.bytes) === 0) return;
    if ((await store.replace(PAGE, entry.bytes, there?.etag, entry.type)) === 'written') return;
  }
}

function jsonOf(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}
