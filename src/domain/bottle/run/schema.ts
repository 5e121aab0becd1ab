import * as z from 'zod';
import { ERROR_CODES, type ErrorReport } from '../../errors.ts';
import type { FormulaProblem, WantedBottle } from '../resolve.ts';
import { type Read, readAs, snapshotApi, snapshotBottle, wantedBottle } from '../schema.ts';
import type { SnapshotApi, SnapshotBottle } from '../snapshot.ts';

/** What a run found out at its beginning, for those who carry out its parts. */
export interface RunPlan {
  readonly id: string;
  /** Where the config is, for people. */
  readonly config: string;
  readonly apis: readonly SnapshotApi[];
  readonly problems: readonly FormulaProblem[];
  readonly remarks: readonly string[];
  readonly allowMissing: readonly string[];
  readonly minimumAgeMs: number;
  /** Names of groups. */
  readonly batches: readonly string[];
  readonly tasks: readonly string[];
}

/** What became of one bottle of a group. */
export type GroupOutcome =
  | { readonly outcome: 'present' | 'fetched'; readonly bottle: SnapshotBottle }
  | { readonly outcome: 'failed'; readonly bottle: WantedBottle; readonly error: ErrorReport };

/** What became of a group, or, when it was broken off, what it had come to. */
export interface GroupResult {
  readonly outcomes: readonly GroupOutcome[];
  /** Files whose bytes passed, in this attempt or in one before it. */
  readonly fetched: readonly string[];
}

const names = z.array(z.string());

const plan = z.object({
  format: z.literal(1),
  id: z.string(),
  config: z.string(),
  apis: z.array(snapshotApi),
  problems: z.array(
    z.object({
      place: z.string(),
      formula: z.string(),
      kind: z.enum(['unknown', 'no-bottle', 'disabled', 'unreadable', 'recalled']),
      tags: names,
      message: z.string(),
      fix: z
        .string()
        .nullable()
        .transform((fix) => fix ?? undefined),
      allowed: z.boolean(),
    }),
  ),
  remarks: names,
  allowMissing: names,
  minimumAgeMs: z.number().min(0),
  batches: names,
  tasks: names,
});

const error = z.object({
  code: z.enum(ERROR_CODES),
  origin: z.enum(['user', 'upstream', 'destination', 'system']),
  message: z.string(),
});

const result = z.object({
  format: z.literal(1),
  outcomes: z.array(
    z.union([
      z.object({ outcome: z.enum(['present', 'fetched']), bottle: snapshotBottle }),
      z.object({ outcome: z.literal('failed'), bottle: wantedBottle, error }),
    ]),
  ),
  fetched: names,
});

const presentBottles = z.object({ format: z.literal(1), bottles: z.array(snapshotBottle) });
const group = z.object({ format: z.literal(1), bottles: z.array(wantedBottle) });

export const readRunPlan = (bytes: Uint8Array): Read<RunPlan> => readAs(bytes, plan);
export const readPresentBottles = (
  bytes: Uint8Array,
): Read<{ readonly bottles: readonly SnapshotBottle[] }> => readAs(bytes, presentBottles);
export const readGroup = (bytes: Uint8Array): Read<{ readonly bottles: readonly WantedBottle[] }> =>
  readAs(bytes, group);
export const readGroupResult = (bytes: Uint8Array): Read<GroupResult> => readAs(bytes, result);

/** `undefined` stands as null, so that a reader sees that nothing was forgotten. */
export function writeRunDocument(document: object): Uint8Array {
  const text = JSON.stringify({ format: 1, ...document }, (_key, value: unknown) => value ?? null);
  return new TextEncoder().encode(`${text}\n`);
}
