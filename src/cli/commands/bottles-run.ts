import { readApiKeys } from '../../adapters/homebrew/api-keys.ts';
import { parseHttpAddress } from '../../adapters/http/address.ts';
import { createFileConfigSource } from '../../adapters/local/file-config-source.ts';
import type { BottlePorts } from '../../application/bottles/ports.ts';
import { readConfig } from '../../application/resolve/read-config.ts';
import type { BottlesEntry } from '../../domain/config/bottles.ts';
import { SyncError } from '../../domain/errors.ts';
import { HOMEBREW_API_KEYS } from '../../domain/integrity/jws.ts';
import type { Invocation, OptionSpec, VariableSpec } from '../command-spec.ts';
import { composeMirrorStore } from '../compose-destinations.ts';
import { composeHomebrew, type HomebrewSettings, systemClock } from '../composition.ts';
import { LEDGER_OPTION, LEDGER_VARIABLES, readLedgerFile } from '../ledger-settings.ts';
import { createProgressDisplay } from '../progress/display.ts';
import { withRunLedger } from '../run-ledger.ts';
import {
  type NetworkSettings,
  type OutputSettings,
  readConcurrency,
  readConfigPath,
  readNetworkSettings,
  readOutputSettings,
} from '../settings.ts';
import { createSettingsReader, type Setting, type SettingsReader } from '../settings-reader.ts';
import { CONFIG_OPTION, NETWORK_OPTIONS, NETWORK_VARIABLES, OUTPUT_OPTIONS } from '../shared-options.ts';

/** What every command about bottles takes. */
export const BOTTLES_OPTIONS: readonly OptionSpec[] = [
  CONFIG_OPTION,
  { flags: '--formulae-api <url>', description: 'what stands for https://formulae.brew.sh/api' },
  { flags: '--bottle-registry <url>', description: 'what stands for https://ghcr.io' },
  {
    flags: '--api-key <path>',
    description: 'JSON Web Key (set) that the API must be signed by (default: the key built into brew)',
  },
  { ...LEDGER_OPTION, description: 'file, or dynamodb://TABLE, that keeps what happens (default: none)' },
  ...NETWORK_OPTIONS,
  ...OUTPUT_OPTIONS,
];

export const BOTTLES_VARIABLES: readonly VariableSpec[] = [
  ...NETWORK_VARIABLES,
  ...LEDGER_VARIABLES,
  { name: 'AWS_PROFILE, AWS_REGION …', description: 'for a bucket: credentials as the AWS SDK finds them' },
];

export interface BottlesSettings extends OutputSettings {
  readonly entry: BottlesEntry;
  readonly network: NetworkSettings;
  readonly homebrew: HomebrewSettings;
  readonly concurrency: number | undefined;
  /** Undefined when nobody names one. */
  readonly ledgerFile: string | undefined;
}

/**
 * Reads the config and the settings; `more` reads what one command alone takes. Throws ArgumentsInvalid, the config's
 * errors, and ConfigInvalid when it asks for no bottles.
 */
export async function readBottlesSettings<T>(
  invocation: Invocation,
  more: (reader: SettingsReader) => T | Promise<T>,
  operands: readonly string[] = invocation.operands,
): Promise<BottlesSettings & { readonly own: T }> {
  const reader = createSettingsReader(invocation);
  const own = await more(reader);
  const key = reader.option('--api-key');
  const settings = {
    ...readOutputSettings(reader),
    concurrency: readConcurrency(reader),
    ledgerFile: readLedgerFile(reader),
    network: await readNetworkSettings(reader),
    homebrew: {
      api: await readAddress(reader, reader.option('--formulae-api')),
      registry: await readAddress(reader, reader.option('--bottle-registry')),
      keys: (key && (await reader.attempt(key.from, () => readApiKeys(key.value)))) ?? HOMEBREW_API_KEYS,
    },
  };
  const configPath = readConfigPath(reader, { ...invocation, operands });
  reader.requireSound(true);
  const { bottles } = await readConfig({ configSource: createFileConfigSource(configPath) });
  if (bottles === undefined) {
    throw new SyncError(
      'ConfigInvalid',
      `${configPath} asks for no bottles. Write them under "bottles"; docs/bottles.md has an example.`,
    );
  }
  return { ...settings, own, entry: bottles };
}

async function readAddress(
  reader: SettingsReader,
  setting: Setting | undefined,
): Promise<string | undefined> {
  if (setting === undefined) return undefined;
  const url = await reader.attempt(setting.from, () => parseHttpAddress(setting.value));
  return url?.href.replace(/\/+$/, '');
}

/** Carries `work` out on the real systems that the settings name, showing progress. */
export async function withBottles<R>(
  { io, signal }: Pick<Invocation, 'io' | 'signal'>,
  settings: BottlesSettings,
  work: (ports: BottlePorts) => Promise<R>,
): Promise<R> {
  using reporter = createProgressDisplay(io, settings, signal);
  await using homebrew = composeHomebrew(
    { ...settings.homebrew, network: settings.network },
    { reporter, signal },
  );
  const store = await composeMirrorStore(settings.entry.destination, io.environment);
  const { api, registry } = homebrew;
  return await withRunLedger(settings.ledgerFile, reporter, ({ events, ledger }) =>
    work({ api, registry, store, events, clock: systemClock, ledger, progress: reporter }),
  );
}
