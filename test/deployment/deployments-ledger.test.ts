import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteTopicCommand } from '@aws-sdk/client-sns';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { approvePlan, askRetry } from '../../src/application/deployments/requests.ts';
import { subjectOf } from '../../src/domain/deployment-request/request.ts';
import { motoIsHere } from '../adapters/aws/support.ts';
import type { AwsDeployments } from '../support/deployments/aws-world.ts';
import { wrongWith } from '../support/deployments/workflow-left.ts';
import {
  makeWorkflowWorld,
  type RunningTask,
  type WorkflowWorld,
} from '../support/deployments/workflow-world.ts';
import { makeNotesMirror } from '../support/deployments/world.ts';
import { terraformIsHere } from '../support/terraform.ts';
import type { Json } from './support/cloudformation.ts';
import { type PipelineWorld, pipelineWorld } from './support/ledger-pipeline.ts';

/** The real definitions, functions, runner and Terraform, and the real pipeline of the ledger behind them. */
describe.skipIf(!motoIsHere || !terraformIsHere)(
  'what the ledger hears of deployments on AWS (needs Python, pip and terraform)',
  { timeout: 400_000 },
  () => {
    let mirror: Awaited<ReturnType<typeof makeNotesMirror>>;
    let pipeline: PipelineWorld;
    let world: WorkflowWorld;
    let aws: AwsDeployments;

    beforeAll(async () => {
      mirror = await makeNotesMirror();
      pipeline = await pipelineWorld();
      world = await makeWorkflowWorld({ mirror, pipeline });
      ({ aws } = world);
      for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
        vi.spyOn(console, level).mockImplementation((line) => void world.output.push(String(line)));
      }
    }, 180_000);
    afterAll(async () => {
      for (const each of [mirror, world, pipeline]) await each?.[Symbol.asyncDispose]();
    });

    const clock = { now: () => new Date(), monotonic: () => performance.now() };
    const ports = () => ({ requests: aws.requests, clock });
    /** Approves whatever plan waits. */
    const onLook = async ({ next }: Json): Promise<void> => {
      const { run } = await aws.read('web');
      if (next !== 'wait' || run?.stage !== 'awaiting-approval' || run.approval !== undefined) return;
      await approvePlan(ports(), 'web', run.plan?.sha256 ?? '', 'bob');
    };
    /** What happened to a deployment, and what it became or by whom. */
    const toldOf = async (id: string): Promise<readonly string[]> =>
      (await pipeline.ledger.read(subjectOf(id))).map(({ event: { type, data } }) => {
        const what = /\.deployment\.([a-z-]+)\.v1$/.exec(type)?.[1] ?? type;
        const { to, by } = data as { readonly to?: string; readonly by?: string };
        return [what, to ?? (what === 'approved' ? by : undefined)].filter(Boolean).join(' ');
      });

    it('is every step, by its pipeline, although no task has a right to it', async () => {
      await aws.ask('web', 'example', { folder: world.notesOf('web'), seconds: 3 }, true);
      const kill = (task: RunningTask): void => {
        const { stderr } = task.child;
        const look = (): void => {
          if (!task.said().includes('Creating...')) return;
          stderr?.off('data', look);
          void task.kill();
        };
        stderr?.on('data', look);
      };
      const lost = await world.carryOut('web', { onLook, onTask: kill });
      expect(lost.error?.name).toBe('RunnerLost');
      await askRetry(ports(), 'web', 'ada');
      expect(await world.carryOut('web', { onLook })).toEqual({ output: { id: 'web', status: 'DEPLOYED' } });
      expect(await wrongWith(world, 'web')).toEqual([]);
      expect(await toldOf('web')).toEqual([]);
      await pipeline.deliver();
      expect(await toldOf('web')).toEqual([
        'moved PENDING_DEPLOY',
        'moved DEPLOYING',
        'planned',
        'approved bob',
        'moved FAILED',
        'moved PENDING_DEPLOY',
        'moved DEPLOYING',
        'lock-broken',
        'planned',
        'approved bob',
        'moved DEPLOYED',
      ]);
      expect(await pipeline.rejected()).toEqual([]);
    });

    it('is a drift, which a task that only reads has seen, and which is mailed once', async () => {
      await rm(join(world.notesOf('web'), 'web-first.json'));
      await aws.mails();
      const before = await aws.read('web');
      expect(await world.lookForDrift('monday')).toEqual({ output: { looked: 1, drifted: 1 } });
      const [mail, ...others] = await aws.mails();
      expect(others).toEqual([]);
      expect(mail?.Subject).toBe('1 of 1 deployments drifted');
      expect(mail?.Message).toContain('- web: notes_note.note["first"] (delete)');
      expect(mail?.Message).toMatch(/Execution: https:\/\/.*monday/);
      await pipeline.deliver();
      expect((await toldOf('web')).at(-1)).toBe('drifted');
      // Nothing was changed, nothing locked, and nothing mended.
      expect(await aws.read('web')).toEqual(before);
      expect(await world.existing('web')).toEqual(['web-second.json']);

      expect(await world.lookForDrift('tuesday')).toEqual({ output: { looked: 1, drifted: 1 } });
      expect(await aws.mails()).toEqual([]);

      // A task that dies leaves the report of another execution behind: that is not taken for its own.
      const { error } = await world.lookForDrift('wednesday', async () => {
        throw Object.assign(new Error('{"StoppedReason":"OutOfMemoryError"}'), { name: 'States.TaskFailed' });
      });
      expect(error?.name).toBe('DriftNotSeen');
      expect(error?.cause).toContain('OutOfMemoryError');
      expect((await aws.mails()).map(({ Subject }) => Subject)).toEqual([
        'Drift of deployments could not be looked for',
      ]);
    });

    it('is what the monitor hands on again and again, once, in the table at once', async () => {
      await aws.ask('forgotten', 'example', { folder: world.notesOf('forgotten') });
      await world.functions.monitor({});
      expect(await toldOf('forgotten')).toEqual(['moved PENDING_DEPLOY']);
      await world.functions.monitor({});
      await pipeline.deliver();
      expect(await toldOf('forgotten')).toEqual(['moved PENDING_DEPLOY']);
    });

    it('is in the table itself where the topic takes nothing', async () => {
      await pipeline.moto.clients.sns.send(new DeleteTopicCommand({ TopicArn: pipeline.topicArn }));
      await aws.ask('refused', 'nonesuch', {});
      const Records = await world.recordsOf('refused');
      expect(await world.functions.trigger({ Records })).toEqual({ batchItemFailures: [] });
      expect(await toldOf('refused')).toEqual(['moved DEPLOYING', 'moved FAILED']);
      expect(world.output.join('\n')).toContain('LedgerPassedOver');
      await world.functions.monitor({});
      expect((await toldOf('refused')).toSorted()).toEqual([
        'moved DEPLOYING',
        'moved FAILED',
        'moved PENDING_DEPLOY',
      ]);
    });
  },
);
