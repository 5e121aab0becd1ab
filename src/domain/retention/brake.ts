import { SyncError } from '../errors.ts';
import type { RetentionBrake } from './policy.ts';
import type { RetentionDecision } from './reasons.ts';

/** What a run would do to one provider. */
export interface ProviderDecisions {
  readonly provider: string;
  readonly decisions: readonly RetentionDecision[];
}

/** How the message tells a person to allow a limit. */
type LimitWords = Readonly<Record<keyof RetentionBrake, (value: number) => string>>;

const IN_GENERAL: LimitWords = {
  maxShare: (value) => `the maximum share to ${value}`,
  maxCount: (value) => `the maximum count to ${value}`,
};

/**
 * RetentionBrakeApplied when a run would delete more than the brake allows, undefined otherwise. The
 * message says what the run would delete and which settings would allow it, called as `options` calls them
 * (`--max-share`) where there are options.
 */
export function checkBrake(
  providers: readonly ProviderDecisions[],
  brake: RetentionBrake,
  options?: Readonly<Record<keyof RetentionBrake, string>>,
): SyncError<'RetentionBrakeApplied'> | undefined {
  const words = options === undefined ? IN_GENERAL : optionWords(options);
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
    allow.push(words.maxCount(total));
  }
  if (overShare.length > 0) {
    const list = overShare.map(
      ({ provider, deletions, of }) => `${deletions} of ${of} versions of ${provider}`,
    );
    would.push(`${list.join(', ')} (at most the share ${brake.maxShare} is allowed)`);
    allow.push(words.maxShare(Math.max(...overShare.map(shareToAllow))));
  }
  if (would.length === 0) return undefined;
  return new SyncError(
    'RetentionBrakeApplied',
    `Nothing was deleted, because this run would delete ${would.join(', and ')}. ` +
      `Look at what a dry run lists; if that is what you want, ${options === undefined ? 'set' : 'give'} ${allow.join(' and ')}.`,
  );
}

function optionWords(options: Readonly<Record<keyof RetentionBrake, string>>): LimitWords {
  return {
    maxShare: (value) => `${options.maxShare} ${value}`,
    maxCount: (value) => `${options.maxCount} ${value}`,
  };
}

/** In hundredths, rounded up so that it does allow the deletions. */
function shareToAllow({ deletions, of }: { readonly deletions: number; readonly of: number }): number {
  return Math.ceil((deletions * 100) / of) / 100;
}
