import { dirname, join } from 'node:path';
import { readVerifyKeyFile } from '../../adapters/bundle/company-signature.ts';
import { createImportHistoryFile } from '../../adapters/bundle/import-history-file.ts';
import { openForImport } from '../../adapters/bundle/open-for-import.ts';
import { importBundle } from '../../application/bundle/import-bundle.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { LEDGER_OPTION } from '../ledger-settings.ts';
import { createByteCounter } from '../progress/byte-counter.ts';
import { IMPORT_RESULT } from '../render/bundle-result.ts';
import { readConfigPath } from '../settings.ts';
import { createSettingsReader } from '../settings-reader.ts';
import {
  CONCURRENCY_OPTION,
  CONFIG_ARGUMENT,
  CONFIG_OPTION,
  DESTINATION_OPTIONS,
  NETWORK_OPTIONS,
  RUN_OUTPUT_OPTIONS,
} from '../shared-options.ts';
import { RUN_VARIABLES, readRunSettings, runUseCase, tellResult } from './provider-run.ts';

const HISTORY = '.provider-sync-imports.json';

export const importCommand: CommandSpec = {
  name: 'import',
  summary: 'bring a bundle to the config’s destinations, without a network',
  description:
    'Proves everything in a bundle again (every digest, every signature, the keys that the config pins), and only ' +
    'then delivers it to the config’s destinations. A bundle that was damaged or changed is refused, with nothing ' +
    'delivered; so is one that is older than the last one, or that continues one which was never imported.',
  argument: { term: '<BUNDLE>', description: 'the bundle: a folder or a tar' },
  secondArgument: CONFIG_ARGUMENT,
  options: [
    { flags: '--allow-older', description: 'take a bundle that is older than the last one, too' },
    {
      flags: '--verify-key <path>',
      description: 'Ed25519 public key (PEM) by which the bundle must be signed',
    },
    {
      flags: '--history <path>',
      description: `the record of imports (default: ${HISTORY} beside the config)`,
    },
    CONFIG_OPTION,
    ...DESTINATION_OPTIONS,
    ...NETWORK_OPTIONS,
    CONCURRENCY_OPTION,
    LEDGER_OPTION,
    ...RUN_OUTPUT_OPTIONS,
  ],
  variables: RUN_VARIABLES,
  examples: [
    'provider-sync import bundle.tar',
    'provider-sync import /media/december config.json --verify-key company.pem',
  ],
  async run(invocation) {
    const { io, signal } = invocation;
    const [path = ''] = invocation.operands;
    // The config is the second argument here, and the only one of every other command.
    const inner = { ...invocation, operands: invocation.operands.slice(1) };
    const own = await readImportSettings(inner);
    const settings = await readRunSettings({ ...inner, problems: [] });
    await using bundle = await (async () => {
      using read = createByteCounter(io, settings, 'Reading the bundle');
      const onProgress = (bytes: number, total: number | undefined) => read.count(bytes, total);
      return await openForImport(path, { verifyKey: own.verifyKey, signal, onProgress });
    })();
    const history = createImportHistoryFile(own.history);
    const result = await runUseCase(
      invocation,
      settings,
      (ports, config, options) =>
        importBundle({ ...ports, bundle, history }, config, { ...options, allowOlder: own.allowOlder }),
      { admits: true },
    );
    return tellResult(io, settings, result, IMPORT_RESULT);
  },
};

async function readImportSettings(invocation: Invocation) {
  const reader = createSettingsReader(invocation);
  const verifyKey = reader.option('--verify-key');
  const configPath = readConfigPath(reader, invocation);
  return {
    verifyKey: verifyKey && (await reader.attempt(verifyKey.from, () => readVerifyKeyFile(verifyKey.value))),
    history: reader.option('--history')?.value ?? join(dirname(configPath), HISTORY),
    allowOlder: reader.requireSound(reader.switchedOn('--allow-older')),
  };
}
