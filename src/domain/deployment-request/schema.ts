import * as z from 'zod';
import { ERROR_CODES, type ErrorCode, type Problem } from '../errors.ts';
import type { EventName } from '../events/types/schema.ts';
import { type DatedFact, type DeploymentRequest, isDeploymentId, STAGES, STATUSES } from './request.ts';

const text = z.string().max(10_000);
const count = z.int().min(0);

const plan = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  stateKey: text,
  stateSerial: count,
  counts: z.object({ add: count, change: count, replace: count, destroy: count }),
  changes: z.array(z.object({ address: text, action: z.enum(['create', 'update', 'replace', 'delete']) })),
  at: text,
});

const run = z.object({
  id: text,
  action: z.enum(['deploy', 'destroy']),
  runner: text,
  host: text,
  pid: z.int().optional(),
  task: text.optional(),
  execution: text.optional(),
  startedAt: text,
  seenAt: text,
  stage: z.enum(STAGES),
  plan: plan.optional(),
  approval: z
    .object({ sha256: text, stateKey: text, by: text, at: text, usedAt: text.optional() })
    .optional(),
  cancel: z.object({ by: text, at: text }).optional(),
});

const problem: z.ZodType<Problem> = z.object({
  path: text,
  file: text.optional(),
  line: z.int().optional(),
  message: text,
  fix: text.optional(),
}) as z.ZodType<Problem>;

/**
 * A row of the table. What people or other programs put there says little: `id`, `kind`, `inputs` and `requestedBy`
 * are enough for a new request.
 */
const row = z.object({
  id: z.string().refine(isDeploymentId, 'is no id of a deployment'),
  kind: z.string().min(1).max(100),
  kindDigest: text.optional(),
  inputs: z.record(z.string(), z.unknown()).default({}),
  requestedBy: z.string().min(1).max(300),
  approval: z.boolean().default(false),
  status: z.enum(STATUSES).default('PENDING_DEPLOY'),
  wanted: z.enum(['deploy', 'destroy']).default('deploy'),
  generation: z.int().min(1).default(1),
  revision: z.int().min(1).default(1),
  createdAt: text.default(''),
  updatedAt: text.default(''),
  run: run.optional(),
  lastRun: run
    .pick({ id: true, host: true, pid: true, task: true, execution: true, startedAt: true })
    .optional(),
  state: z.object({ serial: count, lineage: text, resources: count, unsettled: z.array(text) }).optional(),
  outputs: z
    .record(
      z.string(),
      z.discriminatedUnion('sensitive', [
        z.object({ sensitive: z.literal(false), value: z.unknown() }),
        z.object({ sensitive: z.literal(true), reference: text }),
      ]),
    )
    .optional(),
  failure: z
    .object({
      code: z.enum(ERROR_CODES as readonly [ErrorCode, ...ErrorCode[]]),
      message: text,
      problems: z.array(problem),
      at: text,
    })
    .optional(),
  facts: z
    .array(
      z.object({
        name: z.string() as unknown as z.ZodType<EventName>,
        data: z.unknown() as z.ZodType<DatedFact['data']>,
        at: text,
      }),
    )
    .default([]),
});

/** A stored row as a request, or what is wrong with it. */
export function readRow(
  value: unknown,
): { readonly request: DeploymentRequest } | { readonly problems: readonly Problem[] } {
  const parsed = row.safeParse(value);
  if (parsed.success) return { request: parsed.data };
  return {
    problems: parsed.error.issues.map(({ path, message }) => ({
      path: `$${path.map((each) => `.${String(each)}`).join('')}`,
      message,
    })),
  };
}
