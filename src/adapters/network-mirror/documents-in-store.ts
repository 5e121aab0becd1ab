import { setTimeout } from 'node:timers/promises';
import { backOffMs } from '../../domain/back-off.ts';
import { SyncError } from '../../domain/errors.ts';
import type { DocumentType, MirrorStore } from '../../ports/mirror-store.ts';

const MAX_ATTEMPTS = 30;
const PAUSES = { baseDelayMs: 20, maxDelayMs: 500 };

/**
 * Brings a document from what it is to what `change` makes of it, as often as somebody else writes it in between.
 * `change` gets the bytes as they are (undefined: there is none) and returns those that shall be; the same bytes,
 * or undefined, write nothing. Throws DestinationUnavailable when others never stop writing.
 */
export async function updateDocument(
  store: MirrorStore,
  key: string,
  contentType: DocumentType,
  change: (present: Uint8Array | undefined) => Promise<Uint8Array | undefined> | Uint8Array | undefined,
): Promise<void> {
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const present = await store.readDocument(key);
    const wanted = await change(present?.bytes);
    if (wanted === undefined || (present !== undefined && sameBytes(present.bytes, wanted))) return;
    const outcome = await store.writeDocument(key, wanted, present?.etag, contentType);
    if (outcome === 'written') return;
    await setTimeout(backOffMs(attempt, PAUSES, Math.random));
  }
  throw new SyncError(
    'DestinationUnavailable',
    `${key} in ${store.location} was written by somebody else ${MAX_ATTEMPTS} times in a row. Try again later.`,
  );
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
