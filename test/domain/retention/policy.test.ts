import { describe, expect, it } from 'vitest';
import { SyncError } from '../../../src/domain/errors.ts';
import {
  DEFAULT_RETENTION_POLICY,
  parseRetentionPolicy,
  type RetentionSetting,
  type RetentionSettings,
} from '../../../src/domain/retention/policy.ts';

function refusal(settings: RetentionSettings, names?: Partial<Record<RetentionSetting, string>>): SyncError {
  try {
    parseRetentionPolicy(settings, names);
  } catch (error) {
    if (error instanceof SyncError) return error;
    throw error;
  }
  throw new Error('the settings were accepted');
}

const COUNTS = ['keep', 'keepMajors', 'minimumAgeDays', 'incompleteOlderThanDays', 'maxCount'] as const;

describe('the retention policy', () => {
  it('keeps ten versions of the providers the config names, under the brake, when nothing is set', () => {
    expect(parseRetentionPolicy({})).toEqual({
      keep: 10,
      keepMajors: undefined,
      minimumAgeDays: undefined,
      incompleteOlderThanDays: undefined,
      scope: 'config',
      brake: { maxShare: 0.5, maxCount: 100 },
    });
    expect(parseRetentionPolicy({ keep: undefined, scope: undefined })).toEqual(DEFAULT_RETENTION_POLICY);
  });

  it('takes every setting, as text or as a number', () => {
    const policy = {
      keep: 3,
      keepMajors: 2,
      minimumAgeDays: 30,
      incompleteOlderThanDays: 7,
      scope: 'all',
      brake: { maxShare: 0.25, maxCount: 500 },
    };
    const texts = {
      keep: '3',
      keepMajors: '2',
      minimumAgeDays: '30',
      incompleteOlderThanDays: '7',
      scope: 'all',
      maxShare: '0.25',
      maxCount: '500',
    };
    const numbers = {
      keep: 3,
      keepMajors: 2,
      minimumAgeDays: 30,
      incompleteOlderThanDays: 7,
      scope: 'all',
      maxShare: 0.25,
      maxCount: 500,
    };
    expect(parseRetentionPolicy(texts)).toEqual(policy);
    expect(parseRetentionPolicy(numbers)).toEqual(policy);
  });

  describe.each(COUNTS)('%s', (setting) => {
    it.each([
      0,
      -1,
      1.5,
      '0',
      '-3',
      '2.5',
      '',
      ' ',
      'ten',
      '1e2',
      '0x10',
      '+4',
      '007',
      ' 5',
      '5 ',
      '5 days',
      Number.NaN,
      Infinity,
      1e21,
      '9007199254740992',
    ])('refuses %j', (value) => {
      const error = refusal({ [setting]: value });
      expect(error.code).toBe('SettingsInvalid');
      expect(error.problems).toHaveLength(1);
      expect(error.problems[0]).toMatchObject({
        path: setting,
        message: expect.stringMatching(/^must be a whole number .*at least 1, not "/),
      });
    });

    it('takes 1 and large numbers', () => {
      const read = (value: number) => {
        const { brake, ...policy } = parseRetentionPolicy({ [setting]: value });
        return { ...policy, ...brake }[setting];
      };
      expect(read(1)).toBe(1);
      expect(read(100_000)).toBe(100_000);
    });
  });

  it.each([
    0,
    '0',
    '0.0',
    -0.5,
    '1.01',
    2,
    '50%',
    '.5',
    '1.',
    '',
    'half',
    Number.NaN,
    '1e-1',
    '00x1',
    'x0.5',
    '0.5x',
    '00.5',
    '10',
  ])('refuses %j as the maximum share', (value) => {
    const [problem] = refusal({ maxShare: value }).problems;
    expect(problem).toMatchObject({
      path: 'maxShare',
      message: `must be a number above 0 and up to 1, not "${value}"`,
    });
  });

  it.each([
    ['1', 1],
    ['1.0', 1],
    ['0.01', 0.01],
    [0.75, 0.75],
  ])('takes %j as the maximum share', (value, share) => {
    expect(parseRetentionPolicy({ maxShare: value }).brake).toEqual({ maxShare: share, maxCount: 100 });
  });

  it.each(['', 'All', 'everything', 1])('refuses %j as the scope', (value) => {
    expect(refusal({ scope: value }).problems).toEqual([
      {
        path: 'scope',
        message: `must be config or all, not "${value}"`,
        fix: 'Write config for the providers the config names, all for every private provider.',
      },
    ]);
  });

  it.each(['config', 'all'])('takes %j as the scope', (scope) => {
    expect(parseRetentionPolicy({ scope }).scope).toBe(scope);
  });

  it('names every wrong setting at once, as the person knows it, with what to write', () => {
    const error = refusal(
      { keep: '0', minimumAgeDays: 'soon', maxShare: 7, maxCount: 5 },
      { keep: 'KEEP_VERSION_COUNT', maxShare: '--max-share' },
    );
    expect(error.problems.map(({ path }) => path)).toEqual([
      'KEEP_VERSION_COUNT',
      'minimumAgeDays',
      '--max-share',
    ]);
    expect(error.problems.every(({ fix }) => fix?.startsWith('Write '))).toBe(true);
    expect(error.message).toBe(
      'The retention settings cannot be used: ' +
        'KEEP_VERSION_COUNT must be a whole number of at least 1, not "0". Write a number such as 10, or leave it out. ' +
        'minimumAgeDays must be a whole number of days, at least 1, not "soon". Write a number such as 30, or leave it out. ' +
        '--max-share must be a number above 0 and up to 1, not "7". Write a share such as 0.5; 1 lets a run delete any share.',
    );
  });
});
