import { planProviders } from '../../application/sync/plan-providers.ts';
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

export const planCommand: CommandSpec = {
  name: 'plan',
  summary: 'show what a sync would do and why; changes nothing',
  description:
    'Reads both registries, checks every release’s sums and signature, and shows what a sync would do, step ' +
    'by step. Changes nothing and downloads no package. Exits with 1 when a provider fails or conflicts.',
  argument: CONFIG_ARGUMENT,
  options: [...RUN_OPTIONS, FAIL_ON_HELD_OPTION],
  variables: RUN_VARIABLES,
  examples: ['provider-sync plan', 'provider-sync plan team-a.json --json'],
  async run(invocation) {
    const settings = await readRunSettings(invocation);
    const result = await runUseCase(invocation, settings, planProviders);
    const exitCode = tellResult(invocation.io, settings, result, RUN_RESULT);
    const held = invocation.options['failOnHeld'] === true && result.summary.outcomes.held !== undefined;
    return held ? 1 : exitCode;
  },
};
