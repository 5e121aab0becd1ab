import { SyncError } from '../../domain/errors.ts';
import {
  parseRetentionPolicy,
  type RetentionPolicy,
  type RetentionSetting,
} from '../../domain/retention/policy.ts';
import type { Invocation, OptionSpec, VariableSpec } from '../command-spec.ts';
import { readConfigPath, readUpstreamSettings, type UpstreamSettings } from '../settings.ts';
import { createSettingsReader, type Setting, type SettingsReader } from '../settings-reader.ts';
import { CONFIG_OPTION, UPSTREAM_OPTIONS } from '../shared-options.ts';
import {
  ORGANIZATION_OPTIONS,
  ORGANIZATION_VARIABLES,
  type OrganizationSettings,
  readOrganizationSettings,
} from './keys-run.ts';

export const CLEANUP_OPTIONS: readonly OptionSpec[] = [
  CONFIG_OPTION,
  { flags: '--keep <n>', description: 'how many of the newest versions of a provider stay (default: 10)' },
  { flags: '--keep-majors <m>', description: 'the newest version of each of the last m majors stays' },
  { flags: '--min-age <days>', description: 'versions younger than this stay' },
  { flags: '--remove-incomplete <days>', description: 'delete incomplete versions older than this' },
  {
    flags: '--scope <scope>',
    description: 'config: providers the config names (default); all: every private one',
  },
  { flags: '--provider <name>', description: 'only this provider, by its type, such as aws' },
  { flags: '--max-share <share>', description: 'stop when more of a provider would go (default: 0.5)' },
  { flags: '--max-count <n>', description: 'stop when more versions in all would go (default: 100)' },
  { flags: '--dry-run', description: 'show what would be deleted; changes nothing' },
  { flags: '--yes', description: 'delete without asking' },
  ...UPSTREAM_OPTIONS,
  ...ORGANIZATION_OPTIONS,
];

export const CLEANUP_VARIABLES: readonly VariableSpec[] = [
  { name: 'KEEP_VERSION_COUNT', description: 'as --keep' },
  { name: 'DRY_RUN', description: 'true: as --dry-run' },
  ...ORGANIZATION_VARIABLES,
];

export interface CleanupSettings extends OrganizationSettings {
  readonly configPath: string;
  readonly policy: RetentionPolicy;
  readonly provider: string | undefined;
  readonly upstream: UpstreamSettings;
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/** Throws ArgumentsInvalid or SettingsInvalid with everything that is wrong. */
export async function readCleanupSettings(invocation: Invocation): Promise<CleanupSettings> {
  const reader = createSettingsReader(invocation);
  const settings = {
    configPath: readConfigPath(reader, invocation),
    policy: readPolicy(reader),
    provider: reader.option('--provider')?.value,
    dryRun: readDryRun(reader),
    yes: reader.switchedOn('--yes'),
    upstream: await readUpstreamSettings(reader),
  };
  const organization = await readOrganizationSettings(reader, invocation);
  return { ...settings, ...organization, policy: reader.requireSound(settings.policy) };
}

function readPolicy(reader: SettingsReader): RetentionPolicy | undefined {
  const given: Readonly<Record<RetentionSetting, Setting | undefined>> = {
    keep: reader.option('--keep') ?? reader.variable('KEEP_VERSION_COUNT'),
    keepMajors: reader.option('--keep-majors'),
    minimumAgeDays: reader.option('--min-age'),
    incompleteOlderThanDays: reader.option('--remove-incomplete'),
    scope: reader.option('--scope'),
    maxShare: reader.option('--max-share'),
    maxCount: reader.option('--max-count'),
  };
  const pick = (part: 'value' | 'from') =>
    Object.fromEntries(Object.entries(given).map(([name, setting]) => [name, setting?.[part]]));
  try {
    return parseRetentionPolicy(pick('value'), pick('from'));
  } catch (error) {
    if (!(error instanceof SyncError)) throw error;
    for (const problem of error.problems) reader.note(problem);
    return undefined;
  }
}

/** A value that is neither is refused: taken for "false" it would delete what somebody wanted to look at. */
function readDryRun(reader: SettingsReader): boolean {
  if (reader.switchedOn('--dry-run')) return true;
  const variable = reader.variable('DRY_RUN');
  if (variable === undefined || variable.value === 'false') return false;
  if (variable.value !== 'true') {
    reader.note({ path: variable.from, message: `is "${variable.value}"`, fix: 'Set it to true or false.' });
  }
  return true;
}
