import { readdir } from 'node:fs/promises';
import { approvePlan, askDestroy, requestDeployment } from '../../application/deployments/requests.ts';
import { runDeployment } from '../../application/deployments/run-deployment.ts';
import { verifyLedger } from '../../application/ledger/heads.ts';
import { syncProviders } from '../../application/sync/sync-providers.ts';
import { type DeploymentRequest, subjectOf } from '../../domain/deployment-request/request.ts';
import type { Invocation } from '../command-spec.ts';
import { runUseCase } from '../commands/provider-run.ts';
import { withRequests, withRunner } from '../deployment-ports.ts';
import { openLedger } from '../ledger-settings.ts';
import { renderDeployment } from '../render/deployment.ts';
import { renderHistory } from '../render/ledger.ts';
import { RUN_RESULT } from '../render/run-result.ts';
import { thisRunner } from '../runner-process.ts';
import type { DeploymentStage } from './deployment-stage.ts';
import { type SceneOutcome, sayWhether } from './scene.ts';
import type { Scene } from './story.ts';

const ID = 'web';
const POLL_MS = 500;

/** From a provider that is brought in to a deployment that is gone again. */
export function deploymentScenesOf(invocation: Invocation, stage: DeploymentStage): readonly Scene[] {
  const canvas = { columns: Math.min(invocation.io.stdout.columns, 100), color: invocation.io.stdout.color };
  const show = (request: DeploymentRequest) => renderDeployment(request, canvas);
  const run = () => carryOut(invocation, stage);
  return [
    {
      title: 'Bring the provider in',
      command: `provider-sync sync config.json --registry ${stage.registryUrl}`,
      introduction: 'acme/notes, a provider that needs no cloud, is verified and put into a mirror.',
      play: async () => {
        const result = await runUseCase(invocation, stage.sync, syncProviders);
        return said(RUN_RESULT.whole(result, canvas), result.summary.ok, {
          asTold: 'From here on nothing but the mirror is asked for providers.',
          otherwise: 'The provider should have been brought in.',
        });
      },
    },
    {
      title: 'Pin it',
      command: 'provider-sync lock config.json --dir kinds/example/module',
      introduction: 'The kind of deployment gets its lock file from the mirror: these bytes and no others.',
      play: async () => {
        const text = await stage.lock();
        return said(text.trimEnd(), text.includes('registry.terraform.io/acme/notes'), {
          asTold: 'A runner takes the lock file as it is, and never writes it.',
          otherwise: 'The lock file should name the provider.',
        });
      },
    },
    {
      title: 'Ask for a deployment',
      command: `provider-sync deployments request example --id ${ID} --approval --inputs '{"folder": "${stage.notes}"}'`,
      introduction: 'A request names a kind and its inputs. It carries no Terraform of its own.',
      play: async () => {
        const request = await withRequests(stage.runner, invocation.io, (ports) =>
          requestDeployment(ports, {
            id: ID,
            kind: 'example',
            inputs: { folder: stage.notes },
            requestedBy: 'ada',
            approval: true,
          }),
        );
        return said(show(request), request.status === 'PENDING_DEPLOY', {
          asTold: 'It is kept, and in the ledger; nothing runs yet.',
          otherwise: 'It should be pending.',
        });
      },
    },
    {
      title: 'Plan',
      command: `provider-sync deployments run ${ID} --mirror mirror`,
      introduction:
        'Terraform itself installs from the mirror and plans. Then it stops: somebody must approve the plan.',
      play: async () => {
        const before = stage.requests();
        const request = await run();
        const asTold = request.run?.stage === 'awaiting-approval' && stage.requests() === before;
        return said(show(request), asTold, {
          asTold: 'The public registry was not asked for anything, and nothing was made yet.',
          otherwise: 'A plan should wait for its approval.',
        });
      },
    },
    {
      title: 'Approve and apply',
      command: `provider-sync deployments approve ${ID} PLAN   and   provider-sync deployments run ${ID}`,
      introduction: 'Exactly this plan is applied, once; a second plan must find nothing to do.',
      play: async () => {
        await withRequests(stage.runner, invocation.io, async (ports) => {
          const { run: waiting } = (await ports.requests.read(ID)) ?? {};
          await approvePlan(ports, ID, waiting?.plan?.sha256 ?? '', 'grace');
        });
        const request = await run();
        const notes = await notesIn(stage);
        return said(show(request), request.status === 'DEPLOYED' && notes.length === 2, {
          asTold: `It is deployed: ${notes.join(' and ')} are there. The secret among the outputs is named and not shown.`,
          otherwise: 'It should have been deployed.',
        });
      },
    },
    {
      title: 'Destroy',
      command: `provider-sync deployments destroy ${ID}   and   approve and run, as before`,
      introduction:
        'With the module and the providers that it was deployed with, and a plan that is approved as well.',
      play: async () => {
        await withRequests(stage.runner, invocation.io, (ports) => askDestroy(ports, ID, 'ada', false));
        const planned = await run();
        await withRequests(stage.runner, invocation.io, (ports) =>
          approvePlan(ports, ID, planned.run?.plan?.sha256 ?? '', 'grace'),
        );
        const request = await run();
        const asTold = request.status === 'DESTROYED' && (await notesIn(stage)).length === 0;
        return said(show(request), asTold, {
          asTold: 'It is destroyed: the state holds nothing any more, and the notes are gone.',
          otherwise: 'It should have been destroyed.',
        });
      },
    },
    {
      title: 'Who and what',
      command: 'provider-sync ledger export   and   provider-sync ledger verify',
      introduction: 'Every step is in the ledger, chained to the one before it.',
      play: () => playLedger(stage, canvas),
    },
  ];
}

async function carryOut({ io, signal }: Invocation, stage: DeploymentStage): Promise<DeploymentRequest> {
  const terms = { id: ID, runner: await thisRunner(io.environment), signal, pollMs: POLL_MS, show: () => {} };
  const { request } = await withRunner(stage.runner, io, (ports) => runDeployment(ports, terms));
  return request;
}

async function playLedger(
  stage: DeploymentStage,
  canvas: Parameters<typeof renderHistory>[1],
): Promise<SceneOutcome> {
  const ledger = await openLedger(stage.runner.ledger, { mustExist: true });
  try {
    const entries = await ledger.read(subjectOf(ID));
    const { problems } = await verifyLedger(ledger);
    const people = new Set(
      entries
        .map(({ event }) => (event.data as { by?: unknown } | undefined)?.by)
        .filter((by) => by === 'ada' || by === 'grace'),
    );
    return said(
      renderHistory(entries, canvas),
      problems.length === 0 && people.size === 2 && entries.length === 10,
      {
        asTold:
          'ada asked, grace approved, and the plans, their providers and their outcomes are beside it. Nothing was rewritten.',
        otherwise: 'The ledger should tell all of it.',
      },
    );
  } finally {
    await ledger.close();
  }
}

async function notesIn({ notes }: DeploymentStage): Promise<readonly string[]> {
  const names = await readdir(notes).catch(() => []);
  return names.filter((name) => name.endsWith('.json')).toSorted();
}

function said(shown: string, asTold: boolean, meaning: Parameters<typeof sayWhether>[1]): SceneOutcome {
  return { shown, meaning: sayWhether(asTold, meaning), asTold };
}
