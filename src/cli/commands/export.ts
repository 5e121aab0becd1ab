import { readSigningKeyFile } from '../../adapters/bundle/company-signature.ts';
import { openDraft } from '../../adapters/bundle/draft.ts';
import { readBase } from '../../adapters/bundle/open-bundle.ts';
import { exportBundle } from '../../application/bundle/export-bundle.ts';
import { readConfig } from '../../application/resolve/read-config.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { composeUpstream, systemClock } from '../composition.ts';
import { configSourceAt } from '../config-source.ts';
import { LEDGER_OPTION, LEDGER_VARIABLES, ledgerFileOf, readLedgerFile } from '../ledger-settings.ts';
import { createByteCounter } from '../progress/byte-counter.ts';
import { createProgressDisplay } from '../progress/display.ts';
import { EXPORT_RESULT } from '../render/bundle-result.ts';
import { withRunLedger } from '../run-ledger.ts';
import {
  readConcurrency,
  readConfigPath,
  readNetworkSettings,
  readOutputSettings,
  readUpstreamSettings,
} from '../settings.ts';
import { createSettingsReader } from '../settings-reader.ts';
import {
  CONCURRENCY_OPTION,
  CONFIG_ARGUMENT,
  CONFIG_OPTION,
  NETWORK_OPTIONS,
  NETWORK_VARIABLES,
  RUN_OUTPUT_OPTIONS,
  UPSTREAM_OPTIONS,
} from '../shared-options.ts';
import { VERSION } from '../version.ts';
import { tellResult } from './provider-run.ts';

export const exportCommand: CommandSpec = {
  name: 'export',
  summary: 'write a bundle of the config’s providers, to carry across an air gap',
  description:
    'Writes a folder or a tar with every provider of the config and everything that proves it: packages, ' +
    'SHA256SUMS, signatures, keys. Whole or not at all; run again, it goes on where it stopped. Its mirror/ is a ' +
    'network mirror as it stands; "provider-sync import" brings it to other destinations.',
  argument: CONFIG_ARGUMENT,
  options: [
    { flags: '--to <path>', description: 'the bundle to be: a tar when it ends in .tar, else a folder' },
    {
      flags: '--since <path>',
      description: 'an earlier bundle, or its manifest.json: leave out what it brought',
    },
    { flags: '--sign-key <path>', description: 'Ed25519 private key (PEM) to sign the manifest with' },
    CONFIG_OPTION,
    ...UPSTREAM_OPTIONS,
    ...NETWORK_OPTIONS,
    CONCURRENCY_OPTION,
    LEDGER_OPTION,
    ...RUN_OUTPUT_OPTIONS,
  ],
  variables: [...NETWORK_VARIABLES, ...LEDGER_VARIABLES],
  examples: [
    'provider-sync export --to bundle.tar',
    'provider-sync export --to december --since november/manifest.json',
  ],
  async run(invocation) {
    const { io, signal } = invocation;
    const settings = await readExportSettings(invocation);
    const { network, upstream, concurrency } = settings;
    await using draft = await openDraft({
      target: settings.target,
      base: settings.base,
      signingKey: settings.signingKey,
      toolVersion: VERSION,
      clock: systemClock,
    });
    using reporter = createProgressDisplay(io, settings, signal);
    await using source = composeUpstream({ ...upstream, network }, { reporter, signal });
    using written = createByteCounter(io, settings, 'Writing the bundle');
    const onWritten = (bytes: number, total: number) => written.count(bytes, total);
    const { publicRegistry } = source;
    const options = { signal, onWritten, ...(concurrency === undefined ? {} : { concurrency }) };
    const ledgerFile = ledgerFileOf(settings.ledger, settings.config, io.environment);
    const result = await withRunLedger(ledgerFile, reporter, ({ ledger, events }) =>
      exportBundle(
        { draft, publicRegistry, events, progress: reporter, clock: systemClock, ledger, admits: true },
        settings.config,
        options,
      ),
    );
    return tellResult(io, settings, result, EXPORT_RESULT);
  },
};

async function readExportSettings(invocation: Invocation) {
  const reader = createSettingsReader(invocation);
  const to = reader.option('--to');
  if (to === undefined && invocation.options['to'] === undefined) {
    const fix = 'Give --to and the folder, or the name of a tar, that the bundle is to be.';
    reader.note({ path: '--to', message: 'is missing', fix });
  }
  const since = reader.option('--since');
  const signKey = reader.option('--sign-key');
  const settings = {
    ...readOutputSettings(reader),
    configPath: readConfigPath(reader, invocation),
    ledger: readLedgerFile(reader),
    concurrency: readConcurrency(reader),
    network: await readNetworkSettings(reader),
    upstream: await readUpstreamSettings(reader),
    base: since && (await reader.attempt(since.from, () => readBase(since.value))),
    signingKey: signKey && (await reader.attempt(signKey.from, () => readSigningKeyFile(signKey.value))),
  };
  const target = reader.requireSound(to?.value);
  const configSource = configSourceAt(invocation.io, settings.configPath);
  return { ...settings, target, config: await readConfig({ configSource }) };
}
