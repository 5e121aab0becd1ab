import type { CommandGroupSpec } from '../command-spec.ts';
import {
  approveDeploymentsCommand,
  cancelDeploymentsCommand,
  destroyDeploymentsCommand,
  retryDeploymentsCommand,
} from './deployments-decisions.ts';
import {
  kindsDeploymentsCommand,
  listDeploymentsCommand,
  logsDeploymentsCommand,
  requestDeploymentsCommand,
  showDeploymentsCommand,
} from './deployments-requests.ts';
import { monitorDeploymentsCommand, runDeploymentsCommand } from './deployments-run.ts';

export const deploymentsCommands: CommandGroupSpec = {
  name: 'deployments',
  summary: 'run Terraform from requests, with providers from the mirror and nothing else',
  description:
    'A deployment is asked for by its kind and its inputs, planned and applied by a runner whose providers come from ' +
    'the mirror alone, and kept in the ledger from its request to its end.',
  commands: [
    kindsDeploymentsCommand,
    requestDeploymentsCommand,
    listDeploymentsCommand,
    showDeploymentsCommand,
    approveDeploymentsCommand,
    cancelDeploymentsCommand,
    destroyDeploymentsCommand,
    retryDeploymentsCommand,
    logsDeploymentsCommand,
    runDeploymentsCommand,
    monitorDeploymentsCommand,
  ],
};
