import { verifyProviders } from '../../application/verify/verify-providers.ts';
import type { CommandSpec } from '../command-spec.ts';
import { VERIFY_RESULT } from '../render/verify-result.ts';
import { CONFIG_ARGUMENT } from '../shared-options.ts';
import { RUN_OPTIONS, RUN_VARIABLES, readRunSettings, runUseCase, tellResult } from './provider-run.ts';

export const verifyCommand: CommandSpec = {
  name: 'verify',
  summary: 'compare what the destinations hold with upstream',
  description:
    'Reads back what the destinations hold for the config and compares it with upstream: platforms, sums, ' +
    'SHA256SUMS and its signature, the signing key. Changes nothing. Exits with 1 when anything differs.',
  argument: CONFIG_ARGUMENT,
  options: [
    { flags: '--deep', description: 'also download every stored package and compare its digest' },
    ...RUN_OPTIONS,
  ],
  variables: RUN_VARIABLES,
  examples: ['provider-sync verify', 'provider-sync verify --deep --json'],
  async run(invocation) {
    const settings = await readRunSettings(invocation);
    const deep = invocation.options['deep'] === true;
    const result = await runUseCase(invocation, settings, (ports, config, options) =>
      verifyProviders(ports, config, { ...options, deep }),
    );
    return tellResult(invocation.io, settings, result, VERIFY_RESULT);
  },
};
