import type { RequestPorts } from '../../application/deployments/ports.ts';
import {
  approvePlan,
  askDestroy,
  askRetry,
  cancelDeployment,
} from '../../application/deployments/requests.ts';
import type { DeploymentRequest } from '../../domain/deployment-request/request.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { withRequests } from '../deployment-ports.ts';
import {
  DEPLOYMENT_OPTIONS,
  DEPLOYMENT_VARIABLES,
  readDeploymentSettings,
  requireOperand,
} from '../deployment-settings.ts';
import { PERSON_OPTION, readPerson } from '../ledger-settings.ts';
import { renderDeployment } from '../render/deployment.ts';
import { createSettingsReader } from '../settings-reader.ts';
import { ID_ARGUMENT } from './deployments-requests.ts';
import { tell } from './keys-run.ts';

const DECIDING = {
  argument: ID_ARGUMENT,
  options: [PERSON_OPTION, ...DEPLOYMENT_OPTIONS],
  variables: DEPLOYMENT_VARIABLES,
};

/** What every decision about one deployment has in common. */
async function decideOn(
  invocation: Invocation,
  decide: (ports: RequestPorts, id: string, by: string) => Promise<DeploymentRequest>,
  next: (deployment: DeploymentRequest) => string,
): Promise<number> {
  const { io, operands } = invocation;
  const reader = createSettingsReader(invocation);
  const by = readPerson(reader);
  const settings = reader.requireSound(readDeploymentSettings(reader, io.environment));
  const deployment = await withRequests(settings, io, (ports) => decide(ports, requireOperand(operands), by));
  tell(invocation, settings, { deployment }, () =>
    [renderDeployment(deployment, io.stdout), next(deployment)].join('\n'),
  );
  return 0;
}

const runIt = ({ id }: DeploymentRequest): string => `Run it: provider-sync deployments run ${id}`;

export const approveDeploymentsCommand: CommandSpec = {
  ...DECIDING,
  name: 'approve',
  summary: 'let the plan that waits be applied, once',
  description:
    'Approves one plan, by its SHA-256 or the first twelve digits of it, as "show" gives them. Exactly this plan is ' +
    'applied, to exactly the state that it was made against, and once; anything else fails.',
  secondArgument: { term: '<PLAN>', description: 'the plan’s SHA-256, or its first twelve digits' },
  examples: ['provider-sync deployments approve web 3f2a9c51be07'],
  run: (invocation) =>
    decideOn(
      invocation,
      (ports, id, by) => approvePlan(ports, id, requireOperand(invocation.operands, 1), by),
      runIt,
    ),
};

export const cancelDeploymentsCommand: CommandSpec = {
  ...DECIDING,
  name: 'cancel',
  summary: 'stop what is going on',
  description:
    'Asks a run to stop: Terraform is told once, finishes or gives up what it is at, and saves its state. What waits or ' +
    'has not begun ends at once. Afterwards the deployment is FAILED, and can be retried or destroyed.',
  examples: ['provider-sync deployments cancel web'],
  run: (invocation) =>
    decideOn(invocation, cancelDeployment, ({ id, status }) =>
      status === 'FAILED' ? 'It is cancelled.' : `It is asked to stop: provider-sync deployments show ${id}`,
    ),
};

export const destroyDeploymentsCommand: CommandSpec = {
  ...DECIDING,
  name: 'destroy',
  summary: 'ask that a deployment be destroyed',
  description:
    'Asks that everything in a deployment’s state be destroyed, with the module and the providers that it was deployed ' +
    'with. What may exist outside the state is named and not left behind: retry the deploy first, or, when somebody has ' +
    'looked and it is not there, say so with --unsettled-gone.',
  options: [
    { flags: '--unsettled-gone', description: 'somebody looked: what is unsettled does not exist' },
    ...DECIDING.options,
  ],
  examples: ['provider-sync deployments destroy web'],
  run: (invocation) =>
    decideOn(
      invocation,
      (ports, id, by) => askDestroy(ports, id, by, invocation.options['unsettledGone'] === true),
      runIt,
    ),
};

export const retryDeploymentsCommand: CommandSpec = {
  ...DECIDING,
  name: 'retry',
  summary: 'go for what was wanted last once more',
  description:
    'Puts a deployment that is FAILED back to what was wanted of it last. It begins with a new plan, which is approved ' +
    'anew where that is asked for.',
  examples: ['provider-sync deployments retry web'],
  run: (invocation) => decideOn(invocation, askRetry, runIt),
};
