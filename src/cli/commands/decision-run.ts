import { parseReason } from '../../domain/admission/policy.ts';
import { formatAddress, type ProviderAddress, parseAddress } from '../../domain/provider/address.ts';
import { parseConstraint, type VersionConstraint } from '../../domain/provider/constraint.ts';
import { parseVersion, type Version } from '../../domain/provider/version.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { ArgumentSpec, Invocation, OptionSpec } from '../command-spec.ts';
import {
  defaultLedgerFile,
  LEDGER_OPTION,
  LEDGER_VARIABLES,
  openLedger,
  PERSON_OPTION,
  readLedgerFile,
  readLedgerPerson,
} from '../ledger-settings.ts';
import { type OutputSettings, readOutputSettings } from '../settings.ts';
import type { SettingsReader } from '../settings-reader.ts';
import { OUTPUT_OPTIONS } from '../shared-options.ts';

export const ADDRESS_ARGUMENT: ArgumentSpec = {
  term: '<ADDRESS>',
  description: 'the provider: NAMESPACE/TYPE or HOSTNAME/NAMESPACE/TYPE',
};

export const VERSION_ARGUMENT: ArgumentSpec = { term: '<VERSION>', description: 'an exact version' };

export const VERSIONS_ARGUMENT: ArgumentSpec = {
  term: '<VERSIONS>',
  description: 'the versions: an exact one or a constraint in quotes',
};

/** What the commands that ask a ledger have in common. */
export const LEDGER_COMMAND_OPTIONS: readonly OptionSpec[] = [LEDGER_OPTION, ...OUTPUT_OPTIONS];
export const LEDGER_COMMAND_VARIABLES = LEDGER_VARIABLES;

/** What the commands that decide have in common. */
export const DECISION_OPTIONS: readonly OptionSpec[] = [
  { flags: '--reason <text>', description: 'why, for people: one line' },
  PERSON_OPTION,
  ...LEDGER_COMMAND_OPTIONS,
];

export interface LedgerSettings extends OutputSettings {
  readonly file: string;
}

export interface DecisionSettings extends LedgerSettings {
  readonly by: string;
  readonly reason: string;
}

export function readLedgerSettings(reader: SettingsReader, { io }: Invocation): LedgerSettings {
  return { ...readOutputSettings(reader), file: readLedgerFile(reader) ?? defaultLedgerFile(io.environment) };
}

/** Notes what is missing or wrong. */
export async function readDecisionSettings(
  reader: SettingsReader,
  invocation: Invocation,
): Promise<DecisionSettings> {
  const ledger = readLedgerSettings(reader, invocation);
  const given = reader.option('--reason');
  const settings = { ...ledger, by: await readLedgerPerson(reader, ledger.file) };
  if (given === undefined) {
    // An empty one is noted already.
    if (invocation.options['reason'] === undefined) {
      reader.note({ path: '--reason', message: 'is missing', fix: 'Say why, for people: --reason "…".' });
    }
    return { ...settings, reason: '' };
  }
  const parsed = parseReason(given.value);
  if ('reason' in parsed) return { ...settings, reason: parsed.reason };
  reader.note({ path: given.from, message: parsed.problem, ...(parsed.fix && { fix: parsed.fix }) });
  return { ...settings, reason: '' };
}

/** A problem is noted when it is no address; undefined then and when it is missing, which the grammar notes. */
export function readAddressOperand(
  reader: SettingsReader,
  text: string | undefined,
): ProviderAddress | undefined {
  if (text === undefined) return undefined;
  const address = parseAddress(text);
  if (address !== undefined) return address;
  reader.note({
    path: 'ADDRESS',
    message: `is "${text}"`,
    fix: 'Write NAMESPACE/TYPE or HOSTNAME/NAMESPACE/TYPE, such as hashicorp/aws.',
  });
  return undefined;
}

export function readVersionOperand(reader: SettingsReader, text: string | undefined): Version | undefined {
  if (text === undefined) return undefined;
  const version = parseVersion(text);
  if (version !== undefined) return version;
  reader.note({ path: 'VERSION', message: `is "${text}"`, fix: 'Write an exact version, such as 6.57.0.' });
  return undefined;
}

/** ADDRESS and VERSION of the release that a command is about; undefined when a problem is noted. */
export function readReleaseOperands(
  reader: SettingsReader,
  { operands: [addressText, versionText] }: Pick<Invocation, 'operands'>,
): { readonly address: ProviderAddress; readonly version: Version } | undefined {
  const address = readAddressOperand(reader, addressText);
  const version = readVersionOperand(reader, versionText);
  return address && version && { address, version };
}

/** ADDRESS and VERSIONS that a command is about; undefined when a problem is noted. */
export function readReleasesOperands(
  reader: SettingsReader,
  { operands: [addressText, versionsText] }: Pick<Invocation, 'operands'>,
): { readonly address: ProviderAddress; readonly versions: VersionConstraint } | undefined {
  const address = readAddressOperand(reader, addressText);
  const versions = readVersionsOperand(reader, versionsText);
  return address && versions && { address, versions };
}

function readVersionsOperand(
  reader: SettingsReader,
  text: string | undefined,
): VersionConstraint | undefined {
  if (text === undefined) return undefined;
  const parsed = parseConstraint(text);
  if ('constraint' in parsed) return parsed.constraint;
  reader.note({ path: 'VERSIONS', message: parsed.problem, ...(parsed.fix && { fix: parsed.fix }) });
  return undefined;
}

/** Opens the ledger for as long as `use` runs. With `mustExist`, none is made. */
export async function withLedger<R>(
  { file }: LedgerSettings,
  options: { readonly mustExist: boolean },
  use: (ledger: Ledger) => Promise<R>,
): Promise<R> {
  const ledger = await openLedger(file, options);
  try {
    return await use(ledger);
  } finally {
    await ledger.close();
  }
}

/** "hashicorp/aws 6.57.0" of the default registry, else with its hostname. */
export function nameOf(address: ProviderAddress, versions: string): string {
  return `${formatAddress(address).replace(/^registry\.terraform\.io\//, '')} ${versions}`;
}
