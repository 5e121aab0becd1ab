import { lookForDrifts } from '../../application/deployments/drift.ts';
import { driftFinding, monitorDeployments, unreadFinding } from '../../application/deployments/monitor.ts';
import type { RunPorts } from '../../application/deployments/ports.ts';
import { runDeployment } from '../../application/deployments/run-deployment.ts';
import type { DeploymentRequest } from '../../domain/deployment-request/request.ts';
import { printable } from '../../domain/integrity/untrusted-text.ts';
import type { CommandSpec, Invocation } from '../command-spec.ts';
import { withRunner } from '../deployment-ports.ts';
import {
  DEPLOYMENT_OPTIONS,
  DEPLOYMENT_VARIABLES,
  RUNNER_OPTIONS,
  readRunnerSettings,
} from '../deployment-settings.ts';
import { renderDeployment, renderUnreadable } from '../render/deployment.ts';
import { thisRunner } from '../runner-process.ts';
import { readWholeNumber } from '../settings.ts';
import { createSettingsReader } from '../settings-reader.ts';
import { tell } from './keys-run.ts';

const POLL_MS = 2000;

export const runDeploymentsCommand: CommandSpec = {
  name: 'run',
  summary: 'carry out what was asked for, with providers from the mirror alone',
  description:
    'Carries a pending deployment out, or everything that is pending or approved: installs the providers that the lock ' +
    'file pins, from the mirror and nowhere else, plans, stops where an approval is asked for, applies exactly the plan ' +
    'that was approved, and plans once more. Ctrl-C and SIGTERM are passed on to Terraform as one signal. Exits with 1 ' +
    'when a deployment is FAILED.',
  argument: { term: '[ID]', description: 'this one (default: everything that is to be run)' },
  options: [...RUNNER_OPTIONS, ...DEPLOYMENT_OPTIONS],
  variables: DEPLOYMENT_VARIABLES,
  examples: [
    'provider-sync deployments run web --mirror /srv/mirror',
    'provider-sync deployments run --mirror https://mirror.example.com/',
  ],
  async run(invocation) {
    const { io, signal, operands } = invocation;
    const reader = createSettingsReader(invocation);
    const settings = reader.requireSound(readRunnerSettings(reader, io.environment));
    const complain = (line: string): void => {
      io.stderr.write(`${line}\n`);
    };
    const ended = await withRunner(settings, io, async (ports) => {
      const ids = operands[0] === undefined ? await runnable(ports, complain) : [operands[0]];
      const requests: DeploymentRequest[] = [];
      for (const id of ids) {
        if (signal.aborted) break;
        const show = (line: string): void => {
          if (!settings.quiet) io.stderr.write(`${ids.length > 1 ? `${id}: ` : ''}${line}\n`);
        };
        const runner = await thisRunner(io.environment);
        const { request } = await runDeployment(ports, { id, runner, signal, pollMs: POLL_MS, show });
        requests.push(request);
      }
      return requests;
    });
    const document = operands[0] === undefined ? { deployments: ended } : { deployment: ended[0] ?? null };
    tell(invocation, settings, document, () =>
      ended.length === 0
        ? 'Nothing is to be run.'
        : ended.map((request) => renderDeployment(request, io.stdout)).join('\n\n'),
    );
    return ended.some(({ status }) => status === 'FAILED') ? 1 : 0;
  },
};

const MOST_AT_ONCE = 1000;

/** What is pending, and what waits with its approval, oldest first. Rows that are no requests are complained of. */
async function runnable(
  { requests }: RunPorts,
  complain: (line: string) => void,
): Promise<readonly string[]> {
  const pending = await Promise.all(
    (['PENDING_DEPLOY', 'PENDING_DESTROY'] as const).map((status) => requests.list(status, MOST_AT_ONCE)),
  );
  const running = await Promise.all(
    (['DEPLOYING', 'DESTROYING'] as const).map((status) => requests.list(status, MOST_AT_ONCE)),
  );
  for (const row of [...pending, ...running].flatMap(({ unreadable }) => unreadable))
    complain(renderUnreadable(row));
  const approved = running
    .flatMap((listed) => listed.requests)
    .filter(({ run }) => run?.stage === 'awaiting-approval' && run.approval !== undefined);
  return [...pending.flatMap((listed) => listed.requests), ...approved]
    .toSorted((a, b) => (a.updatedAt < b.updatedAt ? -1 : 1))
    .map(({ id }) => id);
}

export const monitorDeploymentsCommand: CommandSpec = {
  name: 'monitor',
  summary: 'find what is stuck, lost or drifted; mend what is safe, and tell the rest',
  description:
    'Compares requests, runners, states and locks. A run whose runner is dead by evidence is ended as FAILED; facts that ' +
    'the ledger lacks are handed on. Everything else is told. With --drift what is deployed is compared with its state, ' +
    'which changes nothing; with --drift-only that is all, and what was found is kept for the error handler on AWS. Exits ' +
    'with 1 when anything is found.',
  options: [
    { flags: '--drift', description: 'also look for what drifted, by a plan that only reads' },
    { flags: '--drift-only', description: 'look for drift and for nothing else; no request is changed' },
    { flags: '--stuck-minutes <n>', description: 'call it stuck after so many (default: 15)' },
    ...RUNNER_OPTIONS,
    ...DEPLOYMENT_OPTIONS,
  ],
  variables: DEPLOYMENT_VARIABLES,
  examples: [
    'provider-sync deployments monitor --mirror /srv/mirror',
    'provider-sync deployments monitor --drift --json',
  ],
  run: (invocation) => monitor(invocation),
};

async function monitor(invocation: Invocation): Promise<number> {
  const { io, signal } = invocation;
  const reader = createSettingsReader(invocation);
  const minutes = reader.option('--stuck-minutes');
  const stuckMinutes = minutes === undefined ? 15 : readWholeNumber(reader, minutes, 0, 100_000);
  const drift = reader.switchedOn('--drift');
  const driftOnly = reader.switchedOn('--drift-only');
  const settings = reader.requireSound(readRunnerSettings(reader, io.environment));
  const findings = await withRunner(settings, io, async (ports) => {
    if (!driftOnly) {
      const terms = { drift, stuckMinutes: stuckMinutes ?? 15, signal, limit: MOST_AT_ONCE };
      return await monitorDeployments(ports, terms);
    }
    const execution = io.environment['PROVIDER_SYNC_EXECUTION'];
    const report = await lookForDrifts(ports, { execution, signal, limit: MOST_AT_ONCE });
    return [
      ...report.drifted.map(({ id, resources }) => driftFinding(id, resources)),
      ...report.failed.map(({ id, reason }) => unreadFinding(id, reason)),
    ];
  });
  tell(invocation, settings, { findings }, () =>
    findings.length === 0
      ? 'All is as it should be.'
      : findings
          .map(({ id, what, detail, done }) => printable(`${id}: ${what}: ${detail}. ${done}`))
          .join('\n'),
  );
  return findings.length === 0 ? 0 : 1;
}
