import { planProviders } from '../../application/sync/plan-providers.ts';
import type { RunResult } from '../../application/sync/results.ts';
import type { CommandSpec } from '../command-spec.ts';
import type { ResultRenderer } from '../render/result-renderer.ts';
import { RUN_RESULT } from '../render/run-result.ts';
import { CONFIG_ARGUMENT } from '../shared-options.ts';
import {
  FAIL_ON_HELD_OPTION,
  RUN_OPTIONS,
  RUN_VARIABLES,
  readRunSettings,
  runUseCase,
  sameRunAs,
  tellResult,
} from './provider-run.ts';

export const planCommand: CommandSpec = {
  name: 'plan',
  summary: 'show what a sync would do and why; changes nothing',
  description:
    'Reads the public registry and every destination, checks every release’s sums and signature, and shows what a ' +
    'sync would do, step by step. Changes nothing and downloads no package. Exits with 1 when a provider fails or ' +
    'conflicts.',
  argument: CONFIG_ARGUMENT,
  options: [
    {
      flags: '--detailed-exitcode',
      description:
        'exit with 0 when there is nothing to do, 1 on any error, 2 when a sync would change something',
    },
    ...RUN_OPTIONS,
    FAIL_ON_HELD_OPTION,
  ],
  variables: RUN_VARIABLES,
  examples: [
    'provider-sync plan',
    'provider-sync plan team-a.json --json',
    'jq . config.json | provider-sync plan - --detailed-exitcode',
  ],
  async run(invocation) {
    const settings = await readRunSettings(invocation);
    const result = await runUseCase(invocation, settings, planProviders);
    const renderer = planRenderer(sameRunAs('sync', invocation));
    const code = tellResult(invocation.io, settings, result, renderer);
    if (invocation.options['failOnHeld'] === true && result.summary.outcomes.held !== undefined) return 1;
    const detailed = invocation.options['detailedExitcode'] === true;
    return detailed && code === 0 && hasWork(result) ? 2 : code;
  },
};

/** Whether a sync would change something: send packages, or take a recalled version out. */
function hasWork({ providers, summary: { outcomes } }: RunResult): boolean {
  const recalled = providers.flatMap((provider) => provider.recalled ?? []);
  return (
    (outcomes.publish ?? 0) + (outcomes.complete ?? 0) > 0 || recalled.some(({ action }) => action !== 'none')
  );
}

/** A plan ends with what to do next. */
function planRenderer(next: string): ResultRenderer<RunResult> {
  return {
    whole: (result, canvas) =>
      [
        RUN_RESULT.whole(result, canvas),
        ...(hasWork(result) ? ['', 'To do it, run:', `  ${next}`] : []),
      ].join('\n'),
    failures: RUN_RESULT.failures,
  };
}
