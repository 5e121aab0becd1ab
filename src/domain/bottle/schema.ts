import * as z from 'zod';
import { parseSha256, type Sha256 } from '../artifact/sha256.ts';
import type { BottleIndex, BottleManifest } from './bottle-index.ts';
import { isFormulaName, isRef } from './names.ts';
import { isSnapshotName, type Publication, type Snapshot } from './snapshot.ts';

/** Far more than upstream's, which have up to 17: one a tag. */
const MAX_ENTRIES = 1000;

const ociDigest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
const annotations = z.record(z.string(), z.string()).default({});

const index = z.looseObject({
  schemaVersion: z.literal(2),
  manifests: z
    .array(
      z.looseObject({
        digest: ociDigest,
        size: z
          .int()
          .min(0)
          .max(4 * 1024 * 1024),
        annotations,
      }),
    )
    .max(MAX_ENTRIES),
});

const manifest = z.looseObject({
  layers: z.array(z.looseObject({ digest: ociDigest, size: z.int().min(0) })).max(100),
  annotations,
});

export type Read<T> = { readonly value: T } | { readonly problem: string };

/** Reads an OCI index of bottles, each entry also as it stands there. */
export function readBottleIndex(bytes: Uint8Array): Read<BottleIndex> {
  const read = readAs(bytes, index);
  if ('problem' in read) return read;
  const { manifests } = read.value;
  const raw = read.json as { readonly manifests: readonly object[] };
  const entries = manifests.map((entry, at) => ({ entry, raw: raw.manifests[at] as object }));
  return { value: { entries, raw } };
}

/** Reads an image manifest. */
export function readBottleManifest(bytes: Uint8Array): Read<BottleManifest> {
  return readAs(bytes, manifest);
}

const sha256 = z.string().transform((text, context): Sha256 => {
  const digest = parseSha256(text);
  if (digest !== undefined) return digest;
  context.addIssue('is no SHA-256');
  return z.NEVER;
});
const date = z.iso.datetime().transform((text) => new Date(text));
const image = z.string().regex(/^[0-9a-z][0-9a-z._-]*(?:\/[0-9a-z][0-9a-z._-]*)?$/);
const apiPath = z.string().regex(/^[a-z][a-z0-9_]*(?:\/[a-z][a-z0-9_.]*|[a-z0-9_.]*)\.json$/);
const time = z
  .int()
  .min(0)
  .nullable()
  .transform((seconds) => seconds ?? undefined);
const snapshotName = z.string().refine(isSnapshotName);

export const snapshotApi = z.object({
  path: apiPath,
  sha256,
  size: z.int().min(0),
  generatedAt: time,
  signedBy: z.string(),
});

export const wantedBottle = z.object({
  name: z.string().refine(isFormulaName),
  version: z.string(),
  rebuild: z.int().min(0),
  tag: z.string(),
  sha256,
  image,
  ref: z.string().refine(isRef),
  refName: z.string(),
  filename: z.string(),
  neededBy: z.array(z.string()),
});

export const snapshotBottle = wantedBottle.extend({ size: z.int().min(0), entrySha256: sha256 });

const snapshot = z.object({
  format: z.literal(1),
  name: snapshotName,
  createdAt: date,
  apis: z.array(snapshotApi),
  bottles: z.array(snapshotBottle),
  missing: z.array(z.object({ formula: z.string(), reason: z.string() })),
});

const publication = z.object({
  format: z.literal(1),
  current: snapshotName,
  state: z.enum(['publishing', 'published']),
  publishedAt: date,
  notBefore: snapshotName.nullable().transform((name) => name ?? undefined),
  history: z.record(apiPath, z.array(z.object({ sha256, generatedAt: time }))),
});

export const readSnapshotDocument = (bytes: Uint8Array): Read<Snapshot> => readAs(bytes, snapshot);
export const readPublicationDocument = (bytes: Uint8Array): Read<Publication> => readAs(bytes, publication);

/** `undefined` stands as null, so that a reader sees that nothing was forgotten. */
export function writeBottlesDocument(document: Snapshot | Publication): Uint8Array {
  const text = JSON.stringify({ format: 1, ...document }, (_key, value: unknown) => value ?? null, 1);
  return new TextEncoder().encode(`${text}\n`);
}

export function readAs<S extends z.ZodType>(
  bytes: Uint8Array,
  schema: S,
): { readonly value: z.output<S>; readonly json: unknown } | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return { problem: 'it is not JSON' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { value: parsed.data, json };
  const [issue] = parsed.error.issues;
  return { problem: `it is not what it should be (${issue?.path.join('.')}: ${issue?.message})` };
}
