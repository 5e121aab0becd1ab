import { blobKeyOf } from '../../../domain/bottle/names.ts';
import type { WantedBottle } from '../../../domain/bottle/resolve.ts';
import { writeRunDocument } from '../../../domain/bottle/run/schema.ts';
import type { Read } from '../../../domain/bottle/schema.ts';
import { SyncError } from '../../../domain/errors.ts';
import type { MirrorStore } from '../../../ports/mirror-store.ts';

const MAX_ATTEMPTS = 30;
const ID = /^[A-Za-z0-9_-]{1,80}$/;

/** Where a run keeps its papers: beside what clients ask for, under names that none of them asks for. */
export interface RunKeys {
  readonly plan: string;
  /** Every bottle's SHA-256 and path, as `sha256sum --check` reads it in a copy of the mirror. */
  readonly hashes: string;
  readonly present: string;
  readonly api: (path: string) => string;
  readonly group: (name: string) => string;
  readonly result: (name: string) => string;
}

/** Throws ArgumentsInvalid for an id or a name that cannot stand in a path. */
export function runKeys(id: string): RunKeys {
  const folder = `runs/${named(id)}`;
  return {
    plan: `${folder}/plan.json`,
    hashes: `${folder}/SHA256SUMS`,
    present: `${folder}/present.json`,
    api: (path) => `${folder}/api/${path}`,
    group: (name) => `${folder}/groups/${named(name)}.json`,
    result: (name) => `${folder}/results/${named(name)}.json`,
  };
}

function named(text: string): string {
  if (ID.test(text)) return text;
  throw new SyncError('ArgumentsInvalid', `${JSON.stringify(text)} is no name of a run or of a part of one.`);
}

/** Of a run's own papers, which nobody else writes. Throws DestinationResponseInvalid when one is not there or broken. */
export async function readPaper<T>(
  store: MirrorStore,
  key: string,
  read: (bytes: Uint8Array) => Read<T>,
): Promise<T> {
  const found = await findPaper(store, key, read);
  if (found !== undefined) return found;
  throw new SyncError(
    'DestinationResponseInvalid',
    `${key} is not in ${store.location}. Start another run; this one's papers may have expired.`,
  );
}

export async function findPaper<T>(
  store: MirrorStore,
  key: string,
  read: (bytes: Uint8Array) => Read<T>,
): Promise<T | undefined> {
  const stored = await store.readDocument(key);
  if (stored === undefined) return undefined;
  const document = read(stored.bytes);
  if ('value' in document) return document.value;
  throw new SyncError(
    'DestinationResponseInvalid',
    `${key} in ${store.location} cannot be read: ${document.problem}. Start another run.`,
  );
}

/** In the place of what an attempt before this one has written. */
export async function writePaper(store: MirrorStore, key: string, document: object): Promise<void> {
  await replace(store, key, writeRunDocument(document), 'application/json');
}

export async function writeHashes(
  store: MirrorStore,
  key: string,
  bottles: readonly WantedBottle[],
): Promise<void> {
  const lines = bottles.map(({ image, sha256 }) => `${sha256}  ${blobKeyOf(image, sha256)}\n`);
  await replace(store, key, new TextEncoder().encode([...new Set(lines)].join('')), 'text/plain');
}

async function replace(
  store: MirrorStore,
  key: string,
  bytes: Uint8Array,
  type: 'application/json' | 'text/plain',
): Promise<void> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const stored = await store.readDocument(key);
    if ((await store.writeDocument(key, bytes, stored?.etag, type)) === 'written') return;
  }
  throw new SyncError(
    'DestinationUnavailable',
    `${key} in ${store.location} was written by others again and again.`,
  );
}
