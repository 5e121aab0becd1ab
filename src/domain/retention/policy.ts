import { type Problem, SyncError } from '../errors.ts';

/** `config`: the providers the config names. `all`: every private provider of the organization. */
export type RetentionScope = 'config' | 'all';

/** More deletions than this in one run, and the run stops before the first. */
export interface RetentionBrake {
  /** Share of one provider's versions, above 0 and up to 1. */
  readonly maxShare: number;
  /** Versions of all providers together. */
  readonly maxCount: number;
}

export interface RetentionPolicy {
  /** How many of the newest versions of a provider stay; at least 1. */
  readonly keep: number;
  /** The newest version of each of this many newest majors stays; undefined when the rule is off. */
  readonly keepMajors: number | undefined;
  /** Versions younger than this stay; undefined when the rule is off. */
  readonly minimumAgeDays: number | undefined;
  /** Incomplete versions older than this are deleted; undefined when they all stay. */
  readonly incompleteOlderThanDays: number | undefined;
  readonly scope: RetentionScope;
  readonly brake: RetentionBrake;
}

export const DEFAULT_RETENTION_POLICY: RetentionPolicy = {
  keep: 10,
  keepMajors: undefined,
  minimumAgeDays: undefined,
  incompleteOlderThanDays: undefined,
  scope: 'config',
  brake: { maxShare: 0.5, maxCount: 100 },
};

export type RetentionSetting =
  | 'keep'
  | 'keepMajors'
  | 'minimumAgeDays'
  | 'incompleteOlderThanDays'
  | 'scope'
  | 'maxShare'
  | 'maxCount';

/** What a person set, as text or numbers. What is undefined has its default. */
export type RetentionSettings = Readonly<Partial<Record<RetentionSetting, string | number | undefined>>>;

/**
 * Reads the settings. `names` says what each is called where the person set it (`--keep`,
 * `KEEP_VERSION_COUNT`). Throws SettingsInvalid with every problem at once.
 */
export function parseRetentionPolicy(
  settings: RetentionSettings,
  names: Readonly<Partial<Record<RetentionSetting, string>>> = {},
): RetentionPolicy {
  const problems: Problem[] = [];
  const read = <T>(setting: RetentionSetting, form: Form<T>): T | undefined => {
    const value = settings[setting];
    if (value === undefined) return undefined;
    const parsed = form.parse(String(value));
    if (parsed === undefined) {
      const path = names[setting] ?? setting;
      problems.push({ path, message: `${form.what}, not "${value}"`, fix: form.fix });
    }
    return parsed;
  };
  const { brake, ...defaults } = DEFAULT_RETENTION_POLICY;
  const policy = {
    keep: read('keep', COUNT) ?? defaults.keep,
    keepMajors: read('keepMajors', COUNT),
    minimumAgeDays: read('minimumAgeDays', DAYS),
    incompleteOlderThanDays: read('incompleteOlderThanDays', DAYS),
    scope: read('scope', SCOPE) ?? defaults.scope,
    brake: {
      maxShare: read('maxShare', SHARE) ?? brake.maxShare,
      maxCount: read('maxCount', COUNT) ?? brake.maxCount,
    },
  };
  if (problems.length > 0) throw settingsInvalid(problems);
  return policy;
}

interface Form<T> {
  readonly what: string;
  readonly fix: string;
  parse(text: string): T | undefined;
}

const COUNT: Form<number> = {
  what: 'must be a whole number of at least 1',
  fix: 'Write a number such as 10, or leave it out.',
  parse: parseWholeNumber,
};

const DAYS: Form<number> = {
  what: 'must be a whole number of days, at least 1',
  fix: 'Write a number such as 30, or leave it out.',
  parse: parseWholeNumber,
};

const SHARE: Form<number> = {
  what: 'must be a number above 0 and up to 1',
  fix: 'Write a share such as 0.5; 1 lets a run delete any share.',
  parse: (text) => {
    const share = /^[01](\.\d+)?$/.test(text) ? Number(text) : 0;
    return share > 0 && share <= 1 ? share : undefined;
  },
};

const SCOPE: Form<RetentionScope> = {
  what: 'must be config or all',
  fix: 'Write config for the providers the config names, all for every private provider.',
  parse: (text) => (text === 'config' || text === 'all' ? text : undefined),
};

function parseWholeNumber(text: string): number | undefined {
  const number = /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(number) ? number : undefined;
}

function settingsInvalid(problems: readonly Problem[]): SyncError {
  const list = problems.map(({ path, message, fix }) => `${path} ${message}. ${fix}`).join(' ');
  return new SyncError('SettingsInvalid', `The retention settings cannot be used: ${list}`, { problems });
}
