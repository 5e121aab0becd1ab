import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AwsError, aws, pause } from '../cloudformation/aws-cli.ts';
import type { Stack } from '../cloudformation/stacks.ts';
import {
  describedAlarms,
  describedExecution,
  describedSecret,
  executionOutput,
  functionAlias,
  invocation,
  startedExecution,
  stateMachineAlias,
} from './schema.ts';

/** Where the sample config lies in the config bucket. The functions may read it, and uploading it starts nothing. */
const SAMPLE_KEY = 'smoke-test/config.json';

const SAMPLE_FILE = path.join(import.meta.dirname, '../smoke-test.json');

/** What the smoke test uses of a stack, from its outputs. */
interface Subject {
  readonly stackName: string;
  /** The alias that triggers start. */
  readonly stateMachineArn: string;
  readonly bucket: string;
  readonly cleanupFunction: string;
}

export function subjectOf(stackName: string, { outputs }: Stack): Subject | undefined {
  const stateMachineArn = outputs.get('StateMachineArn');
  const bucket = outputs.get('ConfigBucketName');
  if (stateMachineArn === undefined || bucket === undefined) return undefined;
  return { stackName, stateMachineArn, bucket, cleanupFunction: `${stackName}-cleanup-old-versions` };
}

/** The secret that the stack made is empty until somebody puts the token in: until then nothing can be tested. */
export async function tokenIsMissing({ outputs }: Stack): Promise<boolean> {
  const secret = /--secret-id (arn:\S+)/.exec(outputs.get('PutTokenCommand') ?? '')?.[1];
  if (secret === undefined) return false;
  const answer = await aws('secretsmanager', 'describe-secret', '--secret-id', secret);
  return Object.keys(describedSecret.parse(answer).VersionIdsToStages ?? {}).length === 0;
}

/**
 * Runs the sample config in its dry-run form by `arn` (an alias, or one version), which checks a provider in both
 * registries and changes nothing. Throws with the reason when it does not succeed.
 */
async function runSample({ bucket }: Subject, arn: string): Promise<void> {
  await aws('s3api', 'put-object', '--bucket', bucket, '--key', SAMPLE_KEY, '--body', SAMPLE_FILE);
  const input = JSON.stringify({ bucket, key: SAMPLE_KEY, dryRun: true });
  const { executionArn } = startedExecution.parse(
    await aws('stepfunctions', 'start-execution', '--state-machine-arn', arn, '--input', input),
  );
  for (;;) {
    const execution = describedExecution.parse(
      await aws('stepfunctions', 'describe-execution', '--execution-arn', executionArn),
    );
    if (execution.status === 'RUNNING') {
      await pause();
      continue;
    }
    if (execution.status !== 'SUCCEEDED') {
      throw new Error(
        `The smoke test ended ${execution.status} (${execution.error ?? 'no error'}): ${executionArn}`,
      );
    }
    executionOutput.parse(JSON.parse(execution.output ?? '{}'));
    return;
  }
}

/** A cleanup that only looks, through an alias or by one version. */
async function runCleanup({ cleanupFunction }: Subject, qualifier: string): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-smoke-'));
  try {
    const answer = await aws(
      'lambda',
      'invoke',
      '--function-name',
      cleanupFunction,
      '--qualifier',
      qualifier,
      // Base64 is what every version of the command line takes.
      '--payload',
      Buffer.from('{"provider":"random","dryRun":true}').toString('base64'),
      '--cli-read-timeout',
      '900',
      path.join(folder, 'answer.json'),
    );
    const { FunctionError } = invocation.parse(answer);
    if (FunctionError !== undefined) throw new Error(`A cleanup as a dry run failed: ${FunctionError}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Both ways in, as the triggers use them. */
export async function smokeTest(subject: Subject): Promise<void> {
  await runSample(subject, subject.stateMachineArn);
  await runCleanup(subject, 'live');
}

/**
 * While an alias shifts: runs the new version by its own name, once each, so that the alarms have something to see
 * whatever share of the traffic it gets. `tested` keeps what was run.
 */
export async function smokeTestShifting(subject: Subject, tested: Set<string>): Promise<void> {
  for (const arn of await shiftingStateMachine(subject)) {
    if (tested.has(arn)) continue;
    tested.add(arn);
    await runSample(subject, arn);
  }
  for (const version of await shiftingCleanup(subject)) {
    const name = `${subject.cleanupFunction}:${version}`;
    if (tested.has(name)) continue;
    tested.add(name);
    await runCleanup(subject, version);
  }
}

/** The versions of the state machine that share the traffic now; none when one has it all. */
async function shiftingStateMachine({ stateMachineArn }: Subject): Promise<readonly string[]> {
  const answer = await orNothing(
    aws('stepfunctions', 'describe-state-machine-alias', '--state-machine-alias-arn', stateMachineArn),
  );
  if (answer === undefined) return [];
  const { routingConfiguration } = stateMachineAlias.parse(answer);
  return routingConfiguration.length > 1
    ? routingConfiguration.map(({ stateMachineVersionArn }) => stateMachineVersionArn)
    : [];
}

/** The versions of the cleanup that get a share beside the main one. */
async function shiftingCleanup({ cleanupFunction }: Subject): Promise<readonly string[]> {
  const answer = await orNothing(
    aws('lambda', 'get-alias', '--function-name', cleanupFunction, '--name', 'live'),
  );
  if (answer === undefined) return [];
  return Object.keys(functionAlias.parse(answer).RoutingConfig?.AdditionalVersionWeights ?? {});
}

/** A stack from before there were aliases gets them with this deployment. */
async function orNothing(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    const missing = ['ResourceNotFound', 'ResourceNotFoundException', 'InvalidArn', 'ValidationException'];
    if (error instanceof AwsError && missing.includes(error.code)) return undefined;
    throw error;
  }
}

/** The stack's alarms that ring now. */
export async function ringingAlarms(stackName: string): Promise<ReadonlySet<string>> {
  const answer = await aws(
    'cloudwatch',
    'describe-alarms',
    '--alarm-name-prefix',
    `${stackName}-`,
    '--state-value',
    'ALARM',
  );
  return new Set(describedAlarms.parse(answer ?? {}).MetricAlarms.map(({ AlarmName }) => AlarmName));
}
