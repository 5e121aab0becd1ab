import * as z from 'zod';
import type { Head } from '../entry.ts';

const head = z.object({ seq: z.int().min(1), hash: z.string().regex(/^[0-9a-f]{64}$/) });

/** A file of heads: what `ledger heads` writes, or the streams alone. */
const headsFile = z.union([
  z.object({ streams: z.record(z.string(), head) }).transform(({ streams }) => streams),
  z.record(z.string(), head),
]);

/** Reads heads that were kept elsewhere; undefined when the text holds none. */
export function parseHeads(text: string): ReadonlyMap<string, Head> | undefined {
  try {
    const parsed = headsFile.safeParse(JSON.parse(text));
    return parsed.success ? new Map(Object.entries(parsed.data)) : undefined;
  } catch {
    return undefined;
  }
}
