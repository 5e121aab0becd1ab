import * as z from 'zod';
import { isDeploymentId } from '../request.ts';

/** As many as a look lists, and as many resources as a fact names. */
const [MOST_DEPLOYMENTS, MOST_RESOURCES] = [1000, 100];

const id = z.string().refine(isDeploymentId, 'is no id of a deployment');

/** What one look for drift found: of everything that is deployed, and of what could not be looked at. */
const driftReport = z.object({
  /** Which execution looked; absent where none did. */
  execution: z.string().min(1).max(500).optional(),
  /** ISO 8601, in UTC. */
  at: z.iso.datetime(),
  looked: z.int().min(0),
  drifted: z
    .array(
      z.object({
        id,
        serial: z.int().min(0),
        resources: z.array(z.string().min(1).max(1000)).min(1).max(MOST_RESOURCES),
      }),
    )
    .max(MOST_DEPLOYMENTS),
  failed: z.array(z.object({ id, reason: z.string().max(5000) })).max(MOST_DEPLOYMENTS),
});

export type DriftReport = z.output<typeof driftReport>;

/** Undefined for what is no report: a runner wrote it, whose code is not the product's own. */
export function readDriftReport(text: string): DriftReport | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = driftReport.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
