import type { DatedFact, DeploymentRequest, DeploymentStatus } from './request.ts';

export type Decision =
  | { readonly kind: 'changed'; readonly request: DeploymentRequest; readonly facts: readonly DatedFact[] }
  /** It is so already. */
  | { readonly kind: 'stands' }
  /** It does not fit; why, for people. */
  | { readonly kind: 'refused'; readonly reason: string };

/** Facts that a request itself keeps; the ledger keeps all. */
const MOST_FACTS = 50;

export const STANDS: Decision = { kind: 'stands' };
export const refused = (reason: string): Decision => ({ kind: 'refused', reason });

interface MoveDetails {
  readonly by: string;
  readonly run?: string;
  readonly code?: string;
  readonly reason?: string;
  readonly resources?: number;
}

/** Into another state: the next generation. */
export function move(
  request: DeploymentRequest,
  to: DeploymentStatus,
  now: string,
  details: MoveDetails,
): Decision {
  const generation = request.generation + 1;
  const { kind, kindDigest, status: from } = request;
  const digest = kindDigest === undefined ? {} : { kindDigest };
  const data = { from, to, generation, kind, ...digest, ...details };
  return change({ ...request, status: to, generation }, now, [{ name: 'deployment.moved', data, at: now }]);
}

/** A write that changes no status. */
export function change(request: DeploymentRequest, now: string, facts: readonly DatedFact[] = []): Decision {
  const changed: DeploymentRequest = {
    ...request,
    revision: request.revision + 1,
    updatedAt: now,
    facts: [...request.facts, ...facts].slice(-MOST_FACTS),
  };
  return { kind: 'changed', request: changed, facts };
}
