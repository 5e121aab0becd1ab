import * as z from 'zod';
import { CATALOGUE_FORMAT } from '../../domain/catalogue/form/pointer.ts';

/** A path below the catalogue's folder that leads nowhere else. */
const path = z
  .string()
  .max(1000)
  .regex(/^(?:data|assets)(?:\/(?!\.{1,2}(?:\/|$))[^/\\\p{Cc}]+)+$/u);

const format = z.literal(CATALOGUE_FORMAT);

/** As much of `catalogue.json` as a writer goes on from. */
const pointerDocument = z.object({ format, overview: path, retired: path });

/** As much of the overview as tells which file each provider has. */
const overviewDocument = z.object({
  format,
  providers: z.array(
    z.object({ address: z.string(), detail: path, detailSha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
});

/** What waits to be removed: paths, and from when on they may go. */
const retiredDocument = z.object({ format, files: z.array(z.tuple([path, z.iso.datetime()])) });

/** Undefined for bytes that are no such document. */
export const readPointer = (bytes: Uint8Array) => read(bytes, pointerDocument);
export const readOverview = (bytes: Uint8Array) => read(bytes, overviewDocument);
export const readRetired = (bytes: Uint8Array) => read(bytes, retiredDocument);

function read<T extends z.ZodType>(bytes: Uint8Array, schema: T): z.output<T> | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
