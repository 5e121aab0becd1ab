import type * as z from 'zod';
import type { Sha256 } from '../../domain/artifact/sha256.ts';
import { packageUrl } from './layout.ts';
import { evidenceDocument, indexDocument, versionDocument } from './schema.ts';

export interface Archive {
  /** Relative to the document. */
  readonly url: string;
  /** `zh:` first, then the archive's `h1:` where it is known. A client takes any one match for enough. */
  readonly hashes: readonly string[];
}

/** Archives by platform (`linux_amd64`). */
export type Archives = Readonly<Record<string, Archive>>;

type Parsed = z.infer<typeof evidenceDocument>;

/** What `evidence.json` keeps of one package. Digests are of the zip; `stamp` is the store's. */
export type EvidencePackage = Parsed['packages'][string];

/** `evidence.json`: what was found about a version when it was delivered, packages by platform. */
export type MirrorEvidence = Parsed;

/** `index.json` as `terraform providers mirror` writes it: two blanks, keys in order, no line end. */
export function writeIndex(versions: Iterable<string>): Uint8Array {
  const entries = [...new Set(versions)].toSorted(bytewise).map((version) => [version, {}]);
  return write({ versions: Object.fromEntries(entries) });
}

/** `VERSION.json`, likewise. */
export function writeArchives(archives: Archives): Uint8Array {
  const entries = inOrder(archives).map(([platform, { hashes, url }]) => [platform, { hashes, url }]);
  return write({ archives: Object.fromEntries(entries) });
}

export function writeEvidence(evidence: MirrorEvidence): Uint8Array {
  return write({ ...evidence, packages: Object.fromEntries(inOrder(evidence.packages)) });
}

/** The archive's entry: hashes in the form and order that this mirror writes. */
export function archiveOf(name: string, sha256: Sha256, archiveH1: string | undefined): Archive {
  const hashes = [`zh:${sha256}`, ...(archiveH1 === undefined ? [] : [archiveH1])];
  return { url: packageUrl(name), hashes };
}

/** The versions listed, or undefined when the bytes are no such document. */
export function readIndex(bytes: Uint8Array): readonly string[] | undefined {
  const index = read(bytes, indexDocument);
  return index === undefined ? undefined : Object.keys(index.versions);
}

export function readArchives(bytes: Uint8Array): Archives | undefined {
  return read(bytes, versionDocument)?.archives;
}

export function readEvidence(bytes: Uint8Array): MirrorEvidence | undefined {
  return read(bytes, evidenceDocument);
}

function read<T extends z.ZodType>(bytes: Uint8Array, schema: T): z.infer<T> | undefined {
  try {
    const parsed = schema.safeParse(
      JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)),
    );
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}

function write(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value, undefined, 2));
}

function inOrder<T>(record: Readonly<Record<string, T>>): readonly (readonly [string, T])[] {
  return Object.entries(record).toSorted(([a], [b]) => bytewise(a, b));
}

function bytewise(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
