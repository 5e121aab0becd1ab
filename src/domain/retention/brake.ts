import { SyncError } from '../errors.ts';
import type { RetentionBrake } from './policy.ts';
import type { RetentionDecision } from './reasons.ts';

/** What a run would do to one provider. */
export interface ProviderDecisions {
  readonly provider: string;
  readonly decisions: readonly RetentionDecision[];
}

/**
 * RetentionBrakeApplied when a run would delete more than the brake allows, undefined otherwise. The
 * message says what the run would delete and which settings would allow it.
 */
export function checkBrake(
  providers: readonly ProviderDecisions[],
  brake: RetentionBrake,
): SyncError<'RetentionBrakeApplied'> | undefined {
  const loads = providers.map(({ provider, decisions }) => ({
    provider,
    of: decisions.length,
    deletions: decisions.filter(({ action }) => action === 'delete').length,
  }));
  const total = loads.reduce((sum, { deletions }) => sum + deletions, 0);
  const overShare = loads.filter(({ deletions, of }) => deletions / of > brake.maxShare);

  const would: string[] = [];
  const allow: string[] = [];
  if (total > brake.maxCount) {
    would.push(`${total} versions in all (at most ${brake.maxCount} are allowed)`);
    allow.push(`the maximum count to ${total}`);
  }
  if (overShare.length > 0) {
    const list = overShare.map(
      ({ provider, deletions, of }) => `${deletions} of ${of} versions of ${provider}`,
    );
    would.push(`${list.join(', ')} (at most the share ${brake.maxShare} is allowed)`);
    allow.push(`the maximum share to ${Math.max(...overShare.map(shareToAllow))}`);
  }
  if (would.length === 0) return undefined;
  return new SyncError(
    'RetentionBrakeApplied',
    `Nothing was deleted, because this run would delete ${would.join(', and ')}. ` +
      `Look at what a dry run lists; if that is what you want, set ${allow.join(' and ')}.`,
  );
}

/** In hundredths, rounded up so that it does allow the deletions. */
function shareToAllow({ deletions, of }: { readonly deletions: number; readonly of: number }): number {
  return Math.ceil((deletions * 100) / of) / 100;
}
