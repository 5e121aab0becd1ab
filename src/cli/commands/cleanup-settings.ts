import { SyncError } from '../../domain/errors.ts';
import {
  parseRetentionPolicy,
  type RetentionPolicy,
  type RetentionSetting,
} from '../../domain/retention/policy.ts';
import type { Invocation, OptionSpec, VariableSpec } from '../command-spec.ts';
import { LEDGER_OPTION, LEDGER_VARIABLES, ledgerFileOf, readLedgerFile } from '../ledger-settings.ts';
import {
  type NetworkSettings,
  type OutputSettings,
  readNetworkSettings,
  readOutputSettings,
  readUpstreamSettings,
  type UpstreamSettings,
} from '../settings.ts';
import { createSettingsReader, type Setting, type SettingsReader } from '../settings-reader.ts';
import {
  CONFIG_OPTION,
  DESTINATION_OPTIONS,
  DESTINATION_VARIABLES,
  NETWORK_OPTIONS,
  NETWORK_VARIABLES,
  RUN_OUTPUT_OPTIONS,
  UPSTREAM_OPTIONS,
} from '../shared-options.ts';
import { requireWayToConfirm } from './deletion-question.ts';
import { type ConfigSettings, readConfigSettings } from './provider-run.ts';

export const CLEANUP_OPTIONS: readonly OptionSpec[] = [
  CONFIG_OPTION,
  { flags: '--keep <n>', description: 'how many of the newest versions of a provider stay (default: 10)' },
  { flags: '--keep-majors <m>', description: 'the newest version of each of the last m majors stays' },
  { flags: '--min-age <days>', description: 'versions younger than this stay' },
  { flags: '--remove-incomplete <days>', description: 'delete incomplete versions older than this' },
  {
    flags: '--scope <scope>',
    description: 'config: providers the config names (default); all: every one that is held',
  },
  { flags: '--provider <name>', description: 'only this provider, by its type, such as aws' },
  { flags: '--max-share <share>', description: 'stop when more of a provider would go (default: 0.5)' },
  { flags: '--max-count <n>', description: 'stop when more versions in all would go (default: 100)' },
  { flags: '--dry-run', description: 'show what would be deleted; changes nothing' },
  { flags: '--yes', description: 'delete without asking' },
  ...UPSTREAM_OPTIONS,
  ...DESTINATION_OPTIONS,
  ...NETWORK_OPTIONS,
  LEDGER_OPTION,
  ...RUN_OUTPUT_OPTIONS,
];

export const CLEANUP_VARIABLES: readonly VariableSpec[] = [
  { name: 'KEEP_VERSION_COUNT', description: 'as --keep' },
  { name: 'DRY_RUN', description: 'true: as --dry-run' },
  ...DESTINATION_VARIABLES,
  ...NETWORK_VARIABLES,
  ...LEDGER_VARIABLES,
];

export interface CleanupSettings extends OutputSettings, ConfigSettings {
  readonly network: NetworkSettings;
  readonly policy: RetentionPolicy;
  readonly provider: string | undefined;
  readonly upstream: UpstreamSettings;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** Undefined when nobody asks for a ledger. */
  readonly ledgerFile: string | undefined;
}

/**
 * Throws ArgumentsInvalid or SettingsInvalid with everything that is wrong, ConfirmationRequired where nobody can be
 * asked, and the config's errors.
 */
export async function readCleanupSettings(invocation: Invocation): Promise<CleanupSettings> {
  const reader = createSettingsReader(invocation);
  const settings = {
    ...readOutputSettings(reader),
    policy: readPolicy(reader),
    provider: reader.option('--provider')?.value,
    dryRun: readDryRun(reader),
    yes: reader.switchedOn('--yes'),
    network: await readNetworkSettings(reader),
    upstream: await readUpstreamSettings(reader),
  };
  const policy = reader.requireSound(settings.policy);
  requireWayToConfirm(invocation.io, settings);
  const named = readLedgerFile(reader);
  const read = await readConfigSettings(reader, invocation);
  const ledgerFile = ledgerFileOf(named, read.config, invocation.io.environment);
  return { ...settings, policy, ...read, ledgerFile };
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
