import type { DeploymentOutput, KnownState } from '../../domain/deployment-request/request.ts';
import type { StateContents } from '../../domain/deployment-request/state/schema.ts';
import { SyncError } from '../../domain/errors.ts';
import { changeRequest } from './change.ts';
import type { RunContext } from './run-context.ts';
import { isSettled, type StepTerms } from './terraform-steps.ts';

/** What is said of a run that did what it was to do, when its folder is gone: secrets lie in it. */
export interface Success {
  readonly state: KnownState;
  readonly outputs: Readonly<Record<string, DeploymentOutput>>;
}

/** Outputs are kept in the request. */
const MOST_OUTPUT_CHARACTERS = 4 * 1024 * 1024;

/**
 * Judges a run that did what it was to do: deployed is what a plan finds nothing to do about; destroyed is what left no
 * resource in its state. Throws TerraformFailed where that is not so.
 */
export async function settleRun(
  context: RunContext,
  steps: StepTerms,
  contents: StateContents | undefined,
  known: KnownState,
): Promise<Success> {
  const { ports, id, own, run, log } = context;
  await changeRequest(ports, id, () => ({ kind: 'Progressed', ...own, stage: 'confirming', state: known }));
  if (run.action === 'destroy') {
    if (known.resources > 0) {
      throw new SyncError(
        'TerraformFailed',
        `Everything went well, and ${known.resources} resources are still in the state.`,
      );
    }
    log.say('Destroyed: nothing is left in the state.');
    return { state: known, outputs: {} };
  }
  if (!(await isSettled(steps))) {
    throw new SyncError(
      'TerraformFailed',
      'Everything was applied, and a new plan would change things again: see the log.',
    );
  }
  const outputs = await keepOutputs(context, contents?.outputs ?? {});
  log.say(`Deployed: ${known.resources} resources, state ${known.serial}; a new plan finds nothing to do.`);
  return { state: known, outputs };
}

/** Those that are sensitive go where secrets lie: a request names them alone. */
async function keepOutputs(
  { ports, id }: RunContext,
  found: StateContents['outputs'],
): Promise<Readonly<Record<string, DeploymentOutput>>> {
  const { length } = JSON.stringify(found);
  if (length > MOST_OUTPUT_CHARACTERS) {
    throw new SyncError(
      'TerraformFailed',
      `The outputs have ${length} characters, and ${MOST_OUTPUT_CHARACTERS} are kept.`,
    );
  }
  const outputs: Record<string, DeploymentOutput> = {};
  for (const [name, { sensitive, value }] of Object.entries(found)) {
    outputs[name] = sensitive
      ? { sensitive, reference: await ports.secrets.keep(`${id}/${name}`, JSON.stringify(value)) }
      : { sensitive, value };
  }
  return outputs;
}
