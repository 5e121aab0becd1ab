import type { Sha256 } from '../artifact/sha256.ts';
import { SyncError } from '../errors.ts';
import type { WantedBottle } from './resolve.ts';

/** One signed API file of a snapshot. */
export interface SnapshotApi {
  /** Below the API domain: `internal/packages.x86_64_linux.jws.json`. */
  readonly path: string;
  readonly sha256: Sha256;
  /** In bytes. */
  readonly size: number;
  /** Seconds since 1970, as the signed payload says; undefined for forms that carry no time. */
  readonly generatedAt: number | undefined;
  /** The `kid` of the key. */
  readonly signedBy: string;
}

/** One bottle of a snapshot: all it takes to find it again, and to see that it still is what it was. */
export interface SnapshotBottle extends WantedBottle {
  /** Of the bottle, in bytes. */
  readonly size: number;
  /** SHA-256 of its entry in the index, as JSON with sorted members: refs change upstream, this entry must not. */
  readonly entrySha256: Sha256;
}

/** The hash file of a snapshot: written last, it makes the snapshot. */
export interface Snapshot {
  /** `2026-11-21`, or `2026-11-21-2` for the second of a day. */
  readonly name: string;
  readonly createdAt: Date;
  readonly apis: readonly SnapshotApi[];
  readonly bottles: readonly SnapshotBottle[];
  /** Formulae of the config that it goes without, as "allow-missing" permits, each with the reason. */
  readonly missing: readonly { readonly formula: string; readonly reason: string }[];
}

/** Which snapshot clients are shown, and what is known of every API file that ever was one. */
export interface Publication {
  readonly current: string;
  /** `publishing` from before the first API file is replaced until the last one is. */
  readonly state: 'publishing' | 'published';
  readonly publishedAt: Date;
  /** After a rollback, the newest snapshot that is not to become current again by itself. */
  readonly notBefore: string | undefined;
  /** By path, the API files of snapshots, oldest first. */
  readonly history: Readonly<Record<string, readonly ApiTrace[]>>;
}

interface ApiTrace {
  readonly sha256: Sha256;
  readonly generatedAt: number | undefined;
}

const NAME = /^(\d{4}-\d{2}-\d{2})(?:-([2-9]|[1-9]\d{1,2}))?$/;

/** Two years of daily runs; replays from before that are found by their time alone. */
const LONGEST_HISTORY = 730;

export function isSnapshotName(text: string): boolean {
  return NAME.test(text);
}

/** Orders names by age, oldest first. */
export function compareSnapshots(a: string, b: string): number {
  const [dayA, numberA] = partsOf(a);
  const [dayB, numberB] = partsOf(b);
  return dayA === dayB ? numberA - numberB : dayA < dayB ? -1 : 1;
}

function partsOf(name: string): readonly [string, number] {
  const [, day = '', number = '1'] = NAME.exec(name) ?? [];
  return [day, Number(number)];
}

/** The next free name on the day of `now`, in UTC. */
export function nextSnapshotName(taken: readonly string[], now: Date): string {
  const day = now.toISOString().slice(0, 10);
  const numbers = taken
    .filter(isSnapshotName)
    .map(partsOf)
    .filter(([of]) => of === day)
    .map(([, number]) => number);
  const next = Math.max(0, ...numbers) + 1;
  return next === 1 ? day : `${day}-${next}`;
}

export const snapshotFolder = (name: string): string => `snapshots/${name}`;
export const snapshotDocument = (name: string): string => `${snapshotFolder(name)}/bottles.json`;
export const snapshotApiKey = (name: string, path: string): string => `${snapshotFolder(name)}/api/${path}`;
/** What `HOMEBREW_API_DOMAIN` leads to. */
export const currentApiKey = (path: string): string => `api/${path}`;
export const PUBLICATION = 'publication.json';

/** Whether two snapshots give the same installations: the same API files and bottles. */
export function sameContents(
  a: Pick<Snapshot, 'apis' | 'bottles'>,
  b: Pick<Snapshot, 'apis' | 'bottles'>,
): boolean {
  const apis = ({ apis }: Pick<Snapshot, 'apis'>) =>
    apis
      .map(({ path, sha256 }) => `${path} ${sha256}`)
      .toSorted()
      .join();
  const bottles = ({ bottles }: Pick<Snapshot, 'bottles'>) =>
    bottles
      .map(({ image, refName, sha256, entrySha256 }) => `${image} ${refName} ${sha256} ${entrySha256}`)
      .toSorted()
      .join();
  return apis(a) === apis(b) && bottles(a) === bottles(b);
}

/**
 * Refuses an API file that is older than one that the mirror had: by the time in its signed payload, and, for forms
 * without one, when it was followed by another before. Signatures never expire, so an attacker can send what was true
 * once. Throws UpstreamResponseInvalid.
 */
export function requireFresh(traces: Publication['history'], api: SnapshotApi): void {
  const why = whyStale(traces, api);
  if (why !== undefined) throw stale(api.path, why);
}

/** Whether what was proved before has been overtaken: meanwhile the mirror had a later one of some API file. */
export function isOvertaken(traces: Publication['history'], apis: readonly SnapshotApi[]): boolean {
  return apis.some((api) => whyStale(traces, api) !== undefined);
}

function whyStale(traces: Publication['history'], api: SnapshotApi): string | undefined {
  const history = Object.hasOwn(traces, api.path) ? (traces[api.path] ?? []) : [];
  const newest = Math.max(0, ...history.map(({ generatedAt }) => generatedAt ?? 0));
  if (api.generatedAt !== undefined && api.generatedAt < newest) {
    return `it was generated at ${utc(api.generatedAt)}, the mirror had one of ${utc(newest)} before`;
  }
  const last = history.at(-1);
  if (api.generatedAt !== undefined || last === undefined || last.sha256 === api.sha256) return undefined;
  const followed = history.some(({ sha256 }) => sha256 === api.sha256);
  return followed ? 'the mirror had it before, and a later one since' : undefined;
}

const utc = (seconds: number): string => new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');

function stale(path: string, why: string): SyncError {
  return new SyncError(
    'UpstreamResponseInvalid',
    `The API file ${path} is signed, but older than the last one: ${why}. A cache on the way may be stale, or somebody ` +
      'sends what was true once. The mirror stays as it is; to go back on purpose, use "bottles rollback".',
  );
}

/**
 * The history with the snapshot's API files, unless it has them: a signature is another one every time that a file is
 * signed, so the same bytes are the same writing.
 */
export function extendHistory(
  history: Publication['history'],
  { apis }: Pick<Snapshot, 'apis'>,
): Publication['history'] {
  const extended = new Map(Object.entries(history));
  for (const { path, sha256, generatedAt } of apis) {
    const before = extended.get(path) ?? [];
    if (before.some((trace) => trace.sha256 === sha256)) continue;
    extended.set(path, [...before, { sha256, generatedAt }].slice(-LONGEST_HISTORY));
  }
  return Object.fromEntries(extended);
}

/**
 * The snapshot that clients shall be shown: the newest one that has reached the minimum age (0: none is asked for);
 * the current one stays where nothing newer has, or a rollback holds the newer ones. Undefined: none may be shown yet.
 */
export function snapshotToPublish(
  snapshots: readonly Pick<Snapshot, 'name' | 'createdAt'>[],
  publication: Publication | undefined,
  minimumAgeMs: number,
  now: Date,
): string | undefined {
  const old = snapshots.filter(({ createdAt }) => now.getTime() - createdAt.getTime() >= minimumAgeMs);
  const held = publication?.notBefore;
  const free = old.filter(({ name }) => held === undefined || compareSnapshots(name, held) > 0);
  const [newest] = free.map(({ name }) => name).toSorted((a, b) => compareSnapshots(b, a));
  const current = publication?.current;
  if (newest === undefined) return current;
  return current !== undefined && compareSnapshots(newest, current) < 0 ? current : newest;
}
