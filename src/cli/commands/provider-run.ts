import { readConfig } from '../../application/resolve/read-config.ts';
import { rememberVersions } from '../../application/resolve/remember-versions.ts';
import type { SyncOptions, SyncPorts } from '../../application/sync/ports.ts';
import type { SyncConfig } from '../../domain/config/config.ts';
import { isSyncError } from '../../domain/errors.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import { type Invocation, longFlag, type OptionSpec, optionKey } from '../command-spec.ts';
import { composeDestinations } from '../compose-destinations.ts';
import { composeUpstream, systemClock } from '../composition.ts';
import { configSourceAt } from '../config-source.ts';
import { type DestinationPlace, readDestinationPlaces } from '../destination-settings.ts';
import { tellTraces } from '../failure.ts';
import type { CliIo } from '../io.ts';
import { jsonDocument } from '../json-output.ts';
import { LEDGER_OPTION, LEDGER_VARIABLES, ledgerFileOf, readLedgerFile } from '../ledger-settings.ts';
import { createProgressDisplay } from '../progress/display.ts';
import type { ResultRenderer } from '../render/result-renderer.ts';
import { shellWord } from '../render/shell-word.ts';
import { withRunLedger } from '../run-ledger.ts';
import {
  type NetworkSettings,
  type OutputSettings,
  readConcurrency,
  readConfigPath,
  readDestinationSettings,
  readNetworkSettings,
  readOutputSettings,
  readUpstreamSettings,
  type UpstreamSettings,
} from '../settings.ts';
import { createSettingsReader, type SettingsReader } from '../settings-reader.ts';
import {
  CONCURRENCY_OPTION,
  CONFIG_OPTION,
  DESTINATION_OPTIONS,
  DESTINATION_VARIABLES,
  NETWORK_OPTIONS,
  NETWORK_VARIABLES,
  RUN_OUTPUT_OPTIONS,
  UPSTREAM_OPTIONS,
} from '../shared-options.ts';

/** What `plan`, `sync` and `verify` have in common. */
export const RUN_OPTIONS = [
  CONFIG_OPTION,
  ...DESTINATION_OPTIONS,
  ...UPSTREAM_OPTIONS,
  ...NETWORK_OPTIONS,
  CONCURRENCY_OPTION,
  LEDGER_OPTION,
  ...RUN_OUTPUT_OPTIONS,
];

export const RUN_VARIABLES = [...DESTINATION_VARIABLES, ...NETWORK_VARIABLES, ...LEDGER_VARIABLES];

export interface RunSettings extends OutputSettings, ConfigSettings {
  readonly concurrency: number | undefined;
  readonly network: NetworkSettings;
  readonly upstream: UpstreamSettings;
  /** Undefined when nobody asks for a ledger. */
  readonly ledgerFile?: string | undefined;
}

export const FAIL_ON_HELD_OPTION: OptionSpec = {
  flags: '--fail-on-held',
  description: 'exit with 1 also when a version that is asked for is held',
};

/**
 * Reads the config, and what its destinations need. Throws ArgumentsInvalid or SettingsInvalid with everything that
 * is wrong, or, when nothing but the config is, its errors.
 */
export async function readRunSettings(invocation: Invocation): Promise<RunSettings> {
  const reader = createSettingsReader(invocation);
  const settings = {
    ...readOutputSettings(reader),
    concurrency: readConcurrency(reader),
    network: await readNetworkSettings(reader),
    upstream: await readUpstreamSettings(reader),
  };
  const named = readLedgerFile(reader);
  const read = await readConfigSettings(reader, invocation);
  return { ...settings, ...read, ledgerFile: ledgerFileOf(named, read.config, invocation.io.environment) };
}

/** A config, and what its destinations need. */
export interface ConfigSettings {
  readonly config: SyncConfig;
  readonly destinations: readonly DestinationPlace[];
}

/** Throws as `readRunSettings`, with what the reader has noted before. */
export async function readConfigSettings(
  reader: SettingsReader,
  invocation: Invocation,
): Promise<ConfigSettings> {
  const configPath = readConfigPath(reader, invocation);
  const config = await readConfig({ configSource: configSourceAt(invocation.io, configPath) }).catch(
    async (error: unknown) => {
      await noteSettings(reader, invocation, error);
      throw error;
    },
  );
  const destinations = await readDestinationPlaces(reader, invocation, config);
  return { config, destinations: reader.requireSound(destinations) };
}

/**
 * Which settings a config needs that cannot be read is not known: one that is not there is taken for one private
 * registry, and of one with mistakes only the settings that were given count. Throws when any is wrong.
 */
async function noteSettings(
  reader: SettingsReader,
  invocation: Invocation,
  configError: unknown,
): Promise<void> {
  const invalid = isSyncError(configError) && configError.code === 'ConfigInvalid';
  if (!invalid) await readDestinationSettings(reader, invocation);
  reader.requireSound(true);
}

export type UseCase<R> = (ports: SyncPorts, config: SyncConfig, options: SyncOptions) => Promise<R>;

export interface RunManner<R> {
  /** Whether what is let in is recorded so. */
  readonly admits?: boolean;
  /** What is to be done with the result while everything is still open. */
  readonly after?: (
    result: R,
    ports: SyncPorts & { readonly stores: readonly VersionStore[] },
  ) => Promise<void>;
}

/**
 * Carries `useCase` out on the real systems that the settings name, showing progress. A run whose facts cannot be kept
 * in its ledger fails, after it has done what it could.
 */
export async function runUseCase<R>(
  { io, signal }: Pick<Invocation, 'io' | 'signal'>,
  settings: RunSettings,
  useCase: UseCase<R>,
  { admits = false, after }: RunManner<R> = {},
): Promise<R> {
  const { config, network, upstream, concurrency } = settings;
  using reporter = createProgressDisplay(io, settings, signal);
  const context = { reporter, signal };
  await using source = composeUpstream({ ...upstream, network }, context);
  await using target = await composeDestinations({ ...settings, environment: io.environment }, context);
  return await withRunLedger(settings.ledgerFile, reporter, async ({ ledger, events }) => {
    const ports = {
      publicRegistry: after === undefined ? source.publicRegistry : rememberVersions(source.publicRegistry),
      destinations: target.destinations,
      destinationsNamed: config.destinations !== undefined,
      stores: target.destinations,
      events,
      progress: reporter,
      clock: systemClock,
      ledger,
      admits,
    };
    const options = { signal, ...(concurrency === undefined ? {} : { concurrency }) };
    const result = await useCase(ports, config, options);
    await after?.(result, ports);
    return result;
  });
}

type Judged = { readonly ok: boolean } | { readonly summary: { readonly ok: boolean } };

/** Shows a result as the settings ask for, and returns the exit code. */
export function tellResult<R extends Judged>(
  io: CliIo,
  settings: OutputSettings,
  result: R,
  renderer: ResultRenderer<R>,
): number {
  const { ok } = 'ok' in result ? result : result.summary;
  tellTraces(io, result);
  if (settings.jsonLines) io.stdout.write(jsonDocument({ type: 'result', ...result }, true));
  else if (settings.json) io.stdout.write(jsonDocument(result));
  else if (!settings.quiet) io.stdout.write(`${renderer.whole(result, io.stdout)}\n`);
  else if (!ok) io.stderr.write(`${renderer.failures(result, io.stderr).trimStart()}\n`);
  return ok ? 0 : 1;
}

/** The same run under another command's name, as words to paste: settings that only shape the output are left out. */
export function sameRunAs(
  command: string,
  { operands, options }: Pick<Invocation, 'operands' | 'options'>,
): string {
  const given = RUN_OPTIONS.filter((option) => !RUN_OUTPUT_OPTIONS.includes(option)).flatMap((option) => {
    const flag = longFlag(option);
    const value = options[optionKey(flag)];
    return typeof value === 'string' ? [flag, value] : [];
  });
  return ['provider-sync', command, ...[...operands, ...given].map(shellWord)].join(' ');
}
