import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/domain/config/parse-config.ts';
import { change } from './support/change-set-samples.ts';
import {
  alarms,
  changeSetAnswer,
  execution,
  NEW,
  NO_STACK,
  OLD,
  released,
  SHIFTING,
  stackAnswer,
  WELL,
} from './support/recorded-account.ts';
import {
  type Answer,
  type Call,
  operations,
  option,
  type Ran,
  runRecorded,
} from './support/recorded-commands.ts';

const CHANGES = changeSetAnswer([change('Add', 'Queue', 'AWS::SQS::Queue')]);

function deploy(...answers: readonly (Answer | readonly Answer[])[]): Promise<Ran> {
  return runRecorded('deploy', ['prod', NEW], answers.flat());
}

const callsOf = (ran: Ran, operation: string): readonly Call[] =>
  ran.calls.filter(({ args }) => args.includes(operation));

function parametersOf(call: Call | undefined): Record<string, unknown> {
  const parameters = JSON.parse((call && option(call, '--parameters')) ?? '[]') as readonly {
    ParameterKey: string;
    ParameterValue?: string;
  }[];
  return Object.fromEntries(
    parameters.map(({ ParameterKey, ParameterValue }) => [ParameterKey, ParameterValue ?? 'as before']),
  );
}

describe('deploying a release', { timeout: 120_000 }, () => {
  it('deploys the very artifact, tests it, and says so', async () => {
    const ran = await deploy(
      stackAnswer('UPDATE_COMPLETE', OLD, 3),
      stackAnswer('UPDATE_IN_PROGRESS', OLD, 1),
      stackAnswer('UPDATE_COMPLETE', NEW),
      released(NEW),
      CHANGES,
      WELL,
    );
    expect(ran.output).toContain(`provider-sync-prod runs ${OLD}; deploying ${NEW}.`);
    expect(ran.output).toContain(`provider-sync-prod runs ${NEW}.`);
    expect(ran.code).toBe(0);
    const [made] = callsOf(ran, 'create-change-set');
    expect(made && option(made, '--template-url')).toBe(
      `https://provider-sync-delivery-123456789012-eu-central-1.s3.eu-central-1.amazonaws.com/releases/${NEW}/packaged.yaml`,
    );
    expect(made && option(made, '--change-set-type')).toBe('UPDATE');
    expect(made?.args).toContain('--include-nested-stacks');
    expect(parametersOf(made)).toMatchObject({
      TfcOrganization: 'as before',
      GradualDeployment: 'true',
      PermissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/delivery/provider-sync-prod-boundary',
      ReleaseId: expect.stringMatching(new RegExp(`^[0-9a-f]{10}-${NEW}$`)),
    });
    // What no stack asks for is not given: a release from before there was any can be gone back to.
    expect(parametersOf(made)).not.toHaveProperty('DeploymentsKindBoundaryArn');
    const order = operations(ran);
    expect(order.indexOf('cloudformation execute-change-set')).toBeGreaterThan(
      order.lastIndexOf('s3api get-object'),
    );
    const tested = callsOf(ran, 'start-execution').map((call) => JSON.parse(option(call, '--input') ?? ''));
    expect(tested).toEqual([
      { bucket: 'provider-sync-prod-configbucket-x', key: 'smoke-test/config.json', dryRun: true },
    ]);
    expect(ran.summary).toContain('- added `Queue` `AWS::SQS::Queue`');
  });

  it('tests each version by its own name while the aliases shift', async () => {
    const ran = await deploy(
      stackAnswer('UPDATE_COMPLETE', OLD, 3),
      stackAnswer('UPDATE_IN_PROGRESS', OLD, 3),
      stackAnswer('UPDATE_COMPLETE', NEW),
      released(NEW),
      CHANGES,
      SHIFTING,
      WELL,
    );
    expect(ran.code).toBe(0);
    const started = callsOf(ran, 'start-execution').map((call) =>
      option(call, '--state-machine-arn')?.split(':').at(-1),
    );
    expect(started).toEqual(['8', '7', 'live']);
    expect(callsOf(ran, 'invoke').map((call) => option(call, '--qualifier'))).toEqual(['8', 'live']);
  });

  it('cancels the update when the new version fails its test, and sees that the old one runs again', async () => {
    const ran = await deploy(
      stackAnswer('UPDATE_COMPLETE', OLD, 3),
      stackAnswer('UPDATE_IN_PROGRESS', OLD, 1),
      stackAnswer('UPDATE_ROLLBACK_COMPLETE', OLD),
      { when: ['cancel-update-stack'] },
      execution('FAILED', 1),
      released(NEW),
      CHANGES,
      SHIFTING,
      WELL,
    );
    expect(ran.code).toBe(1);
    expect(operations(ran)).toContain('cloudformation cancel-update-stack');
    expect(ran.output).toMatch(/::error::The smoke test ended FAILED \(ProvidersFailed\)/);
    expect(ran.output).toContain(`CloudFormation went back by itself: provider-sync-prod runs ${OLD} again.`);
    expect(callsOf(ran, 'create-change-set')).toHaveLength(1);
  });

  it('deploys the previous artifact again, at once, when only the test afterwards fails', async () => {
    const ran = await deploy(
      stackAnswer('UPDATE_COMPLETE', OLD, 3),
      stackAnswer('UPDATE_COMPLETE', NEW),
      execution('FAILED', 1),
      released(NEW),
      released(OLD),
      CHANGES,
      WELL,
    );
    expect(ran.code).toBe(1);
    const [forward, back, ...more] = callsOf(ran, 'create-change-set');
    expect(more).toEqual([]);
    expect(forward && option(forward, '--template-url')).toContain(`/releases/${NEW}/`);
    expect(back && option(back, '--template-url')).toContain(`/releases/${OLD}/`);
    expect(parametersOf(back)).toMatchObject({ GradualDeployment: 'false' });
    expect(callsOf(ran, 'execute-change-set').map((call) => option(call, '--change-set-name'))).toEqual([
      'deploy-77-2',
      'deploy-77-2-back',
    ]);
    expect(ran.summary).toContain(`The previous release was deployed again: provider-sync-prod runs ${OLD}.`);
  });

  it('takes a new alarm for a failure, and not one that rang before', async () => {
    const before = alarms(['provider-sync-prod-dead-letters'], 1);
    const after = alarms(['provider-sync-prod-dead-letters', 'provider-sync-prod-function-errors'], 1);
    const ran = await deploy(
      stackAnswer('UPDATE_COMPLETE', OLD, 3),
      stackAnswer('UPDATE_COMPLETE', NEW),
      before,
      after,
      released(NEW),
      released(OLD),
      CHANGES,
      WELL,
    );
    expect(ran.code).toBe(1);
    expect(ran.output).toContain('Alarms ring since this deployment: provider-sync-prod-function-errors.');
    expect(ran.summary).toContain('The previous release was deployed again');
  });

  it('says why CloudFormation gave up', async () => {
    const ran = await deploy(
      stackAnswer('UPDATE_COMPLETE', OLD, 3),
      stackAnswer('UPDATE_ROLLBACK_COMPLETE', OLD),
      {
        when: ['describe-stack-events'],
        stdout: {
          StackEvents: [
            {
              LogicalResourceId: 'Queue',
              ResourceStatus: 'CREATE_FAILED',
              ResourceStatusReason: 'no such thing',
            },
            {
              LogicalResourceId: 'S',
              ResourceStatus: 'UPDATE_IN_PROGRESS',
              ResourceStatusReason: 'User Initiated',
            },
            { LogicalResourceId: 'Old', ResourceStatus: 'CREATE_FAILED', ResourceStatusReason: 'long ago' },
          ],
        },
      },
      released(NEW),
      CHANGES,
      WELL,
    );
    expect(ran.code).toBe(1);
    expect(ran.output).toContain('ended UPDATE_ROLLBACK_COMPLETE. Queue: CREATE_FAILED: no such thing');
    expect(ran.output).not.toContain('long ago');
    expect(ran.output).toContain('CloudFormation went back by itself');
  });

  it('deploys nothing whose bytes are not those of the manifest', async () => {
    const ran = await deploy(stackAnswer('UPDATE_COMPLETE', OLD), released(NEW, '{"Resources":{}}'), WELL);
    expect(ran.code).toBe(1);
    expect(ran.output).toContain('was changed after it was published');
    expect(operations(ran)).not.toContain('cloudformation create-change-set');
  });

  it('deploys nothing that is not in the bucket', async () => {
    const missing =
      '\nAn error occurred (NoSuchKey) when calling the GetObject operation: The key does not exist.\n';
    const ran = await deploy(
      stackAnswer('UPDATE_COMPLETE', OLD),
      { when: ['get-object'], code: 254, stderr: missing },
      WELL,
    );
    expect(ran.code).toBe(1);
    expect(ran.output).toContain(`releases/${NEW} holds no release`);
  });

  it('changes nothing where nothing differs, and removes the change set', async () => {
    const empty = changeSetAnswer([], 'FAILED', "The submitted information didn't contain changes.");
    const ran = await deploy(stackAnswer('UPDATE_COMPLETE', NEW), released(NEW), empty, WELL);
    expect(ran.code).toBe(0);
    expect(operations(ran)).toContain('cloudformation delete-change-set');
    expect(operations(ran)).not.toContain('cloudformation execute-change-set');
    expect(ran.output).toContain('The smoke test passed');
  });

  it('says in one line what a new stack needs', async () => {
    const ran = await deploy(NO_STACK, released(NEW), WELL);
    expect(ran.code).toBe(1);
    expect(ran.output).toContain(
      '::error::The stack is new and needs TfcOrganization. Give it in the variable STACK_PARAMETERS of the GitHub environment, as JSON: {"TfcOrganization":"…"}.',
    );
  });

  it('creates a new stack, and tests it once there is a token', async () => {
    const ran = await runRecorded(
      'deploy',
      ['prod', NEW],
      [
        { ...NO_STACK, times: 3 },
        stackAnswer('CREATE_COMPLETE', NEW),
        { when: ['describe-secret'], stdout: {} },
        ...released(NEW),
        CHANGES,
        ...WELL,
      ],
      { STACK_PARAMETERS: '{"TfcOrganization":"octo-org","CreateDeployments":"true"}' },
    );
    expect(ran.output).toContain('The secret holds no token yet');
    expect(ran.code).toBe(0);
    const [made] = callsOf(ran, 'create-change-set');
    expect(made && option(made, '--change-set-type')).toBe('CREATE');
    const policy = 'arn:aws:iam::123456789012:policy/delivery/provider-sync-prod';
    expect(parametersOf(made)).toMatchObject({
      DeploymentsKindBoundaryArn: `${policy}-kind-boundary`,
      DeploymentsEnclaveBoundaryArn: `${policy}-enclave-boundary`,
    });
    expect(operations(ran)).not.toContain('stepfunctions start-execution');
  });

  it.each([
    ['ROLLBACK_COMPLETE', 'delete it'],
    ['UPDATE_ROLLBACK_FAILED', 'continue-update-rollback'],
    ['UPDATE_IN_PROGRESS', 'is being changed by somebody else'],
  ])('leaves a stack alone that is %s', async (status, advice) => {
    const ran = await deploy(stackAnswer(status, OLD), released(NEW), WELL);
    expect(ran.code).toBe(1);
    expect(ran.output).toContain(advice);
    expect(operations(ran)).not.toContain('cloudformation create-change-set');
  });
});

describe('going back by hand', { timeout: 120_000 }, () => {
  it('shows the change set first, and executes nothing', async () => {
    const ran = await runRecorded(
      'rollback',
      ['show', 'prod', OLD],
      [stackAnswer('UPDATE_COMPLETE', NEW), ...released(OLD), CHANGES, ...WELL],
    );
    expect(ran.code).toBe(0);
    expect(ran.summary).toContain('- added `Queue` `AWS::SQS::Queue`');
    expect(ran.outputs).toBe('ready=true\n');
    expect(operations(ran)).not.toContain('cloudformation execute-change-set');
    expect(operations(ran)).not.toContain('cloudformation delete-change-set');
  });

  it('then executes that very change set, and tests', async () => {
    const ran = await runRecorded(
      'rollback',
      ['execute', 'prod', OLD],
      [stackAnswer('UPDATE_COMPLETE', NEW, 1), stackAnswer('UPDATE_COMPLETE', OLD), ...WELL],
    );
    expect(ran.code).toBe(0);
    expect(callsOf(ran, 'create-change-set')).toEqual([]);
    expect(callsOf(ran, 'execute-change-set').map((call) => option(call, '--change-set-name'))).toEqual([
      'rollback-77',
    ]);
    expect(operations(ran)).toContain('stepfunctions start-execution');
  });

  it('refuses anything but a whole commit', async () => {
    const ran = await runRecorded('rollback', ['show', 'prod', 'main'], WELL);
    expect(ran.code).toBe(1);
    expect(ran.output).toContain('"main" is no commit');
  });
});

describe('delivery/smoke-test.json', () => {
  it('is a config of one provider, which fits one page', () => {
    expect(parseConfig(readFileSync('delivery/smoke-test.json', 'utf8')).providers).toHaveLength(1);
  });
});
