import type { RequestedVersion } from '../provider/requested-version.ts';
import { resolveVersion } from '../provider/resolve.ts';
import { comparePrecedence } from '../provider/version.ts';
import type { Candidate } from './candidate.ts';
import { type KeepRule, keep } from './reasons.ts';

/**
 * Keeps what the config asks for. `latest` and constraints keep the newest version here that they allow,
 * and, when that one is incomplete, the newest complete one beside it: the first is what a sync would
 * complete, the second what Terraform can install until then.
 */
export function requestedRule(
  candidates: readonly Candidate[],
  requests: readonly RequestedVersion[],
): KeepRule {
  const reasons = new Map<Candidate, string>();
  for (const request of requests) {
    for (const candidate of wantedBy(request, candidates)) {
      if (!reasons.has(candidate)) reasons.set(candidate, `the config asks for it (${request.text})`);
    }
  }
  return (candidate) => {
    const detail = reasons.get(candidate);
    return detail === undefined ? undefined : keep('requested', detail);
  };
}

function wantedBy(request: RequestedVersion, candidates: readonly Candidate[]): readonly Candidate[] {
  if (request.kind === 'exact') {
    // Wider than Terraform's equality on purpose: no build of the version asked for is deleted.
    return candidates.filter(({ version }) => comparePrecedence(version, request.version) === 0);
  }
  const pools = [candidates, candidates.filter(({ complete }) => complete)];
  return pools.flatMap((pool) => {
    const newest = resolveVersion(request, pool);
    return pool.filter((candidate) => candidate === newest);
  });
}
