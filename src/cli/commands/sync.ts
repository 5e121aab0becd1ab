import { syncProviders } from '../../application/sync/sync-providers.ts';
import { tellOfSync } from '../catalogue/after-sync.ts';
import type { CommandSpec } from '../command-spec.ts';
import { RUN_RESULT } from '../render/run-result.ts';
import { CONFIG_ARGUMENT } from '../shared-options.ts';
import {
  FAIL_ON_HELD_OPTION,
  RUN_OPTIONS,
  RUN_VARIABLES,
  readRunSettings,
  runUseCase,
  tellResult,
} from './provider-run.ts';

export const syncCommand: CommandSpec = {
  name: 'sync',
  summary: 'bring every provider of the config to its destinations',
  description:
    'Brings every provider of the config to its destinations, whole and verified or not at all. Does only ' +
    'what is missing, so that running it again goes on where it stopped. One provider’s failure never stops ' +
    'another.',
  argument: CONFIG_ARGUMENT,
  options: [...RUN_OPTIONS, FAIL_ON_HELD_OPTION],
  elsewhere: { '--dry-run': '"provider-sync plan" shows what a sync would do, and changes nothing.' },
  variables: RUN_VARIABLES,
  examples: [
    'provider-sync sync',
    'provider-sync sync team-a.json --organization my-org --token-file ~/.tfc-token',
    'provider-sync sync --json > result.json',
  ],
  async run(invocation) {
    const settings = await readRunSettings(invocation);
    const untold: string[] = [];
    const result = await runUseCase(invocation, settings, syncProviders, {
      admits: true,
      after: async (done, ports) =>
        void untold.push(...(await tellOfSync(invocation, settings, done, ports))),
    });
    const exitCode = tellResult(invocation.io, settings, result, RUN_RESULT);
    const held = invocation.options['failOnHeld'] === true && result.summary.outcomes.held !== undefined;
    for (const problem of untold) invocation.io.stderr.write(`Error: ${problem}\n`);
    return held || untold.length > 0 ? 1 : exitCode;
  },
};
