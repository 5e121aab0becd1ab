import { describe, expect, it } from 'vitest';
import { checkBrake, type ProviderDecisions } from '../../../src/domain/retention/brake.ts';
import { keep, remove } from '../../../src/domain/retention/reasons.ts';

const BRAKE = { maxShare: 0.5, maxCount: 100 };

function provider(name: string, deletions: number, of: number): ProviderDecisions {
  const decisions = Array.from({ length: of }, (_, index) => ({
    version: `1.0.${index}`,
    ...(index < deletions ? remove('beyond-newest-stable', 'old') : keep('among-newest-stable', 'new')),
  }));
  return { provider: name, decisions };
}

describe('the brake', () => {
  it('lets a run with nothing to delete go on', () => {
    expect(checkBrake([], BRAKE)).toBeUndefined();
    expect(checkBrake([provider('aws', 0, 0), provider('null', 0, 7)], BRAKE)).toBeUndefined();
  });

  it('says how much a run would delete of which provider, and which share would allow it', () => {
    const error = checkBrake([provider('aws', 2, 3), provider('null', 1, 2), provider('tls', 4, 5)], BRAKE);
    expect(error?.code).toBe('RetentionBrakeApplied');
    expect(error?.message).toBe(
      'Nothing was deleted, because this run would delete 2 of 3 versions of aws, 4 of 5 versions of tls ' +
        '(at most the share 0.5 is allowed). Look at what a dry run lists; if that is what you want, ' +
        'set the maximum share to 0.8.',
    );
  });

  it('says how many versions a run would delete in all, and which count would allow it', () => {
    const error = checkBrake([provider('aws', 60, 200), provider('null', 50, 200)], BRAKE);
    expect(error?.message).toBe(
      'Nothing was deleted, because this run would delete 110 versions in all (at most 100 are allowed). ' +
        'Look at what a dry run lists; if that is what you want, set the maximum count to 110.',
    );
  });

  it('names both limits when both are passed', () => {
    expect(checkBrake([provider('aws', 150, 200)], BRAKE)?.message).toContain(
      'would delete 150 versions in all (at most 100 are allowed), and 150 of 200 versions of aws (at most the ' +
        'share 0.5 is allowed). Look at what a dry run lists; if that is what you want, set the maximum count to ' +
        '150 and the maximum share to 0.75.',
    );
  });

  it('calls the limits as the options that set them, where there are some', () => {
    const options = { maxShare: '--max-share', maxCount: '--max-count' };
    expect(checkBrake([provider('aws', 150, 200)], BRAKE, options)?.message).toContain(
      'if that is what you want, give --max-count 150 and --max-share 0.75.',
    );
  });

  it.each([
    [2, 3],
    [29, 49],
    [57, 100],
    [999, 1000],
    [7, 7],
  ])('is released by the limits that its message gives (%i of %i)', (deletions, of) => {
    const run = [provider('aws', deletions, of)];
    const message = checkBrake(run, { maxShare: 0.01, maxCount: 1 })?.message ?? '';
    const [, maxCount] = /maximum count to (\d+)/.exec(message) ?? [];
    const [, maxShare] = /maximum share to ([\d.]+)\.$/.exec(message) ?? [];
    expect(checkBrake(run, { maxShare: Number(maxShare), maxCount: Number(maxCount) })).toBeUndefined();
    expect(Number(maxShare)).toBeLessThanOrEqual(deletions / of + 0.01);
  });
});
