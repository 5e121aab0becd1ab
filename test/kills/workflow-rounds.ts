import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { REGION } from '../../scripts/stand-ins/aws-resources.ts';
import { approvePlan, askDestroy, askRetry } from '../../src/application/deployments/requests.ts';
import type { DeploymentRequest } from '../../src/domain/deployment-request/request.ts';
import type { Json } from '../deployment/support/cloudformation.ts';
import { placesOf, wrongWith } from '../support/deployments/workflow-left.ts';
import {
  makeWorkflowWorld,
  type RunningTask,
  type WorkflowOptions,
  type WorkflowWorld,
} from '../support/deployments/workflow-world.ts';
import { NAMES, PASSWORD, type RoundTerms } from './round.ts';

type Kill = 'SIGKILL' | 'SIGTERM';
const HOWS: readonly Kill[] = ['SIGKILL', 'SIGTERM'];
const SECRET = '/provider-sync/deployments/inputs/pw';
const MOST_TRIES = 5;
/** How often a task is killed that follows one that was. */
const KILLED_AGAIN = 0.2;
const WITH_APPROVAL = 0.25;
/** How often what failed to be deployed is destroyed rather than deployed again. */
const GIVEN_UP = 0.3;

/** Rounds of a deploy and a destroy through the real definitions, over moto, each with tasks that are killed. */
export async function openWorkflowRounds(options: WorkflowOptions, seed: string) {
  const world = await makeWorkflowWorld(options);
  // What the functions log.
  for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
    console[level] = (line: unknown) => void world.output.push(String(line));
  }
  const ssm = new SSMClient({
    endpoint: world.aws.moto.url,
    region: REGION,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await ssm.send(new PutParameterCommand({ Name: SECRET, Value: PASSWORD, Type: 'SecureString' }));
  ssm.destroy();
  // How long a task takes that nobody kills, in milliseconds: what a random moment is taken from.
  let usualMs = 8000;
  return {
    round: async (index: number, terms: RoundTerms): Promise<string> => {
      const { told, longestMs } = await playRound(world, `s${seed}-${index}`, usualMs, terms);
      if (longestMs > 0) usualMs = (usualMs * 3 + longestMs) / 4;
      return told;
    },
    /** What the monitor finds when all rounds are over: nothing. */
    end: async ({ problem }: RoundTerms): Promise<void> => {
      const { swept, findings } = await world.functions.monitor({});
      if (swept.length + findings.length > 0)
        problem(`the monitor finds ${JSON.stringify([swept, findings])}`);
      if (world.outside() > 0) problem(`something outside was asked ${world.outside()} times`);
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  };
}

async function playRound(
  world: WorkflowWorld,
  id: string,
  usualMs: number,
  { random, problem }: RoundTerms,
): Promise<{ readonly told: string; readonly longestMs: number }> {
  const { aws } = world;
  const ports = { requests: aws.requests, clock: { now: () => new Date(), monotonic: () => 0 } };
  const inputs = { folder: world.notesOf(id), names: NAMES, seconds: 0.4, password: `ssm:${SECRET}` };
  await aws.ask(id, 'example', inputs, random() < WITH_APPROVAL);
  const told: string[] = [];
  let longestMs = 0;

  /** One workflow, in which a task is killed at a random moment if `kill` says so. */
  const play = async (kill: boolean): Promise<DeploymentRequest> => {
    const how = HOWS[Math.floor(random() * HOWS.length)] ?? 'SIGKILL';
    const afterMs = Math.floor(random() * usualMs);
    // With an approval there is a second task.
    const which = random() < 0.5 ? 1 : 2;
    const approving = (await aws.read(id)).approval;
    const doomed = kill ? (approving ? which : 1) : 0;
    let started = 0;
    let killed = '';
    const onTask = (task: RunningTask): void => {
      started += 1;
      const began = performance.now();
      let timer: NodeJS.Timeout | undefined;
      if (started === doomed) {
        timer = setTimeout(() => {
          killed = ` ${how} ${doomed === 2 ? 'of the second task ' : ''}after ${afterMs} ms`;
          if (how === 'SIGTERM') task.stop();
          else void task.kill();
        }, afterMs);
      }
      task.child.once('exit', () => {
        clearTimeout(timer);
        if (killed === '') longestMs = Math.max(longestMs, performance.now() - began);
      });
    };
    const onLook = async ({ next }: Json): Promise<void> => {
      if (next !== 'wait') return;
      const { run } = await aws.read(id);
      if (run?.stage !== 'awaiting-approval' || run.approval !== undefined) return;
      await approvePlan(ports, id, run.plan?.sha256 ?? '', 'bob');
    };
    const before = await aws.read(id);
    const execution = await world.carryOut(id, { onTask, onLook });
    const request = await aws.read(id);
    const what = `${before.wanted}${killed} → ${request.status}${request.state?.unsettled.length ? ' (unsettled)' : ''}`;
    told.push(what);
    const where = `${id}, ${what}`;
    const failed = execution.error !== undefined;
    if (failed !== (request.status === 'FAILED')) {
      problem(`${where}: its execution ended otherwise: ${JSON.stringify(execution)}`);
    }
    for (const each of await wrongWith(world, id)) {
      problem(`${where}: ${each} (${JSON.stringify(request.failure ?? null)})`);
    }
    return request;
  };

  for (const action of ['deploy', 'destroy'] as const) {
    const wanted = action === 'deploy' ? 'DEPLOYED' : 'DESTROYED';
    if (action === 'destroy') await askDestroy(ports, id, 'bob', false);
    let request = await play(true);
    const givenUp = random() < GIVEN_UP;
    if (action === 'deploy' && request.status === 'FAILED' && givenUp && !request.state?.unsettled.length) {
      continue;
    }
    for (let tries = 1; tries < MOST_TRIES && request.status !== wanted; tries += 1) {
      await askRetry(ports, id, 'bob');
      request = await play(tries < MOST_TRIES - 2 && random() < KILLED_AGAIN);
    }
    if (request.status !== wanted) {
      problem(`${id}, ${action}: does not come to its end: ${JSON.stringify(request.failure)}`);
    }
  }
  for (const place of await placesOf(world, id, PASSWORD)) problem(`${id}: the secret is in ${place}`);
  world.output.length = 0;
  return { told: told.join('; '), longestMs };
}
