import * as z from 'zod';

const text = z.string().min(1);
const group = z.string().regex(/^(?:batch|task)-\d{1,6}$/);

/** Its last part is the execution's name, by which the run keeps its papers. */
const executionId = z.string().regex(/^(?:.*:)?[A-Za-z0-9_-]{1,80}$/);

export const beginEvent = z.object({ executionId });

export const bringEvent = z.object({ executionId, group });

/** How a group came to its end: `error` names why nobody could bring it. */
const ended = z.object({ group, error: text.nullable() });

export const publishEvent = z.discriminatedUnion('action', [
  z.object({ action: z.literal('publish'), executionId, groups: z.array(z.array(ended)) }),
  z.object({ action: z.literal('abandon'), executionId }),
]);

/** What Publish answers: small, whatever the mirror's size. */
const publishedRun = z.object({
  ok: z.boolean(),
  outcome: z.enum(['published', 'up-to-date', 'held', 'incomplete']),
  destination: text,
  snapshot: text.nullable(),
  current: text.nullable(),
  bottles: z.int().min(0),
  fetched: z.int().min(0),
  bytes: z.number().min(0),
  missing: z.array(z.object({ formula: text, reason: z.string(), allowed: z.boolean() })),
  error: text.nullable(),
  cause: z.string().nullable(),
});

export type PublishedRun = z.output<typeof publishedRun>;

export const notifyEvent = z.union([
  z.object({ executionId, result: publishedRun }),
  z.object({ executionId, error: z.object({ Error: text, Cause: z.string().optional() }) }),
]);

export const watchEvent = z.object({});

/** A schedule sends `{}`. Strict, because a misspelt `dryRun` would delete what somebody wanted to look at. */
export const bottlesCleanupEvent = z.strictObject({ dryRun: z.boolean().optional() });

/** The name of a run: that of its execution. */
export function runIdOf(id: string): string {
  return id.slice(id.lastIndexOf(':') + 1);
}
