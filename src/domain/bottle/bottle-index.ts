import type { EvidenceCheck } from '../artifact/artifact.ts';
import { SyncError } from '../errors.ts';
import { quote } from '../integrity/untrusted-text.ts';
import type { WantedBottle } from './resolve.ts';

/** One line of the OCI index of a formula's version. */
interface IndexEntry {
  /** Of the image manifest that it points to: `sha256:…`. */
  readonly digest: string;
  /** Of that manifest, in bytes. */
  readonly size: number;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The index under a ref, its entries read and each as it stands there. */
export interface BottleIndex {
  readonly entries: readonly { readonly entry: IndexEntry; readonly raw: object }[];
  /** The whole document, parsed. */
  readonly raw: object;
}

const REF_NAME = 'org.opencontainers.image.ref.name';
const BOTTLE_DIGEST = 'sh.brew.bottle.digest';
const BOTTLE_SIZE = 'sh.brew.bottle.size';
const TAB = 'sh.brew.tab';

/** What names a bottle within an index. */
export type IndexedBottle = Pick<WantedBottle, 'name' | 'ref' | 'refName' | 'sha256'>;

/** What the entry of a bottle says, once it is found right. */
export interface BottleEntry {
  readonly entry: IndexEntry;
  readonly raw: object;
  /** Of the bottle, in bytes, where the index tells it. */
  readonly size: number | undefined;
}

function isOf({ annotations }: IndexEntry, bottle: Pick<WantedBottle, 'refName' | 'sha256'>): boolean {
  return annotations[REF_NAME] === bottle.refName && annotations[BOTTLE_DIGEST] === bottle.sha256;
}

/**
 * The bottle's entry, held to everything that brew demands of it, and to what it does not look at. Throws
 * DigestMismatch when the index names other bytes for the bottle than the signed API, UpstreamResponseInvalid.
 */
export function requireEntry(index: BottleIndex, bottle: IndexedBottle): BottleEntry {
  const about = `The index ${bottle.ref} of ${bottle.name}`;
  const called = index.entries.filter(({ entry }) => entry.annotations[REF_NAME] === bottle.refName);
  const [found] = called.filter(({ entry }) => isOf(entry, bottle));
  if (found === undefined) {
    const other = called[0]?.entry.annotations[BOTTLE_DIGEST];
    if (other !== undefined) {
      throw new SyncError(
        'DigestMismatch',
        `${about} names the bottle ${bottle.refName} with the SHA-256 ${quote(other)}, the signed API ${bottle.sha256}.`,
      );
    }
    const names = index.entries.slice(0, 20).map(({ entry }) => quote(entry.annotations[REF_NAME] ?? ''));
    throw invalid(`${about} has no entry ${quote(bottle.refName)} (it has ${names.join(', ') || 'none'})`);
  }
  const { annotations } = found.entry;
  if (!isJsonObject(annotations[TAB])) {
    throw invalid(`${about}: the entry ${bottle.refName} has no tab (${TAB}) that is JSON`);
  }
  const size = annotations[BOTTLE_SIZE];
  if (size !== undefined && !/^\d{1,15}$/.test(size)) {
    throw invalid(`${about}: the entry ${bottle.refName} tells a size that is no number: ${quote(size)}`);
  }
  return { ...found, size: size === undefined ? undefined : Number(size) };
}

/** The image manifest behind an entry, as far as it concerns the bottle. */
export interface BottleManifest {
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
  readonly annotations: Readonly<Record<string, string>>;
}

/**
 * Holds the manifest to the index and the signed API: one layer, which is the bottle, in the size that the index
 * tells. Returns the bottle's size in bytes. Throws DigestMismatch, UpstreamResponseInvalid.
 */
export function requireLayer(
  manifest: BottleManifest,
  bottle: IndexedBottle,
  told: number | undefined,
): number {
  const about = `The manifest of ${bottle.name} ${bottle.refName}`;
  const [layer, ...more] = manifest.layers;
  if (layer === undefined || more.length > 0) {
    throw invalid(`${about} has ${manifest.layers.length} layers instead of one`);
  }
  if (layer.digest !== `sha256:${bottle.sha256}`) {
    throw new SyncError(
      'DigestMismatch',
      `${about} has the layer ${quote(layer.digest)}, the signed API names the SHA-256 ${bottle.sha256}.`,
    );
  }
  const annotated = manifest.annotations[BOTTLE_DIGEST];
  if (annotated !== undefined && annotated !== bottle.sha256) {
    throw new SyncError(
      'DigestMismatch',
      `${about} says of itself that its bottle has the SHA-256 ${quote(annotated)}, the signed API ${bottle.sha256}.`,
    );
  }
  if (told !== undefined && told !== layer.size) {
    throw invalid(`${about} has a layer of ${layer.size} bytes, its index tells ${told}`);
  }
  return layer.size;
}

/** Everything that was checked of a bottle whose bytes have passed, as evidence. */
export function entryChecks(bottle: IndexedBottle, kid: string): readonly EvidenceCheck[] {
  const subject = `${bottle.name} ${bottle.refName}`;
  const passed = (check: string, detail: string) => ({ check, subject, passed: true, detail });
  return [
    passed('signature-over-api', `signed by ${kid}`),
    passed('entry-in-index', `the index names the bottle that the signed API does`),
    passed('tab-in-index', 'the tab is there and JSON'),
    passed('digest-of-manifest', 'the manifest has the digest and the size that the index tells'),
    passed('layer-in-manifest', 'its one layer is the bottle, in the size that is told'),
    passed('digest-of-bottle', `its bytes have the SHA-256 ${bottle.sha256}`),
  ];
}

/**
 * The index to show under a ref that had one before. Refs change upstream: bottles are added to the index of the same
 * version. Whoever still asks for a former entry must find it as it was: upstream's own document is taken when it has
 * every one of them unchanged, else what it brings anew is put behind the former entries.
 */
export function renewIndex(
  former: BottleIndex | undefined,
  upstream: BottleIndex,
): 'upstream' | { readonly document: object } {
  const kept = former?.entries ?? [];
  const told = new Set(upstream.entries.map(({ raw }) => canonical(raw)));
  if (kept.every(({ raw }) => told.has(canonical(raw)))) return 'upstream';
  const held = new Set(kept.map(({ entry }) => identity(entry)));
  const added = upstream.entries.filter(({ entry }) => !held.has(identity(entry)));
  return { document: { ...upstream.raw, manifests: [...kept, ...added].map(({ raw }) => raw) } };
}

function identity({ annotations }: IndexEntry): string {
  return `${annotations[REF_NAME]} ${annotations[BOTTLE_DIGEST]}`;
}

/** JSON with its members in order: the same text for the same value. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}

function isJsonObject(text: string | undefined): boolean {
  if (text === undefined) return false;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function invalid(what: string): SyncError {
  return new SyncError('UpstreamResponseInvalid', `${what}.`);
}
