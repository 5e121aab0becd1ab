import { createHash } from 'node:crypto';
import type { Answer } from './recorded-commands.ts';

export const NEW = 'b'.repeat(40);
export const OLD = 'a'.repeat(40);

const ALIAS = 'arn:aws:states:eu-central-1:123456789012:stateMachine:provider-sync-prod-provider-sync:live';
const EXECUTION = ALIAS.replace(':stateMachine:', ':execution:');

export const TEMPLATE = JSON.stringify({
  Parameters: {
    TfcOrganization: { Type: 'String' },
    LogLevel: { Type: 'String', Default: 'INFO' },
    ReleaseId: { Type: 'String', Default: '' },
    GradualDeployment: { Type: 'String', Default: 'false' },
    PermissionsBoundaryArn: { Type: 'String', Default: '' },
    CreateDeployments: { Type: 'String', Default: 'false' },
    DeploymentsKindBoundaryArn: { Type: 'String', Default: '' },
    DeploymentsEnclaveBoundaryArn: { Type: 'String', Default: '' },
    ScheduleCronExpression: { Type: 'String', Default: '' },
    CleanupCronExpression: { Type: 'String', Default: '' },
    CloudwatchLogsRetentionDays: { Type: 'Number', Default: 30 },
  },
  Resources: { Queue: { Type: 'AWS::SQS::Queue' } },
  Outputs: { StateMachineArn: { Value: 1 } },
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A release in the artifact bucket, as `get-object` brings it. */
export function released(commit: string, template = TEMPLATE): readonly Answer[] {
  const manifest = { commit, files: { 'packaged.yaml': sha256(TEMPLATE) } };
  return [
    { when: ['get-object', `releases/${commit}/manifest.json`], file: JSON.stringify(manifest), stdout: {} },
    { when: ['get-object', `releases/${commit}/packaged.yaml`], file: template, stdout: {} },
  ];
}

export function stackAnswer(status: string, commit: string | undefined, times?: number): Answer {
  const parameters = [
    { ParameterKey: 'TfcOrganization', ParameterValue: 'octo-org' },
    ...(commit === undefined ? [] : [{ ParameterKey: 'ReleaseId', ParameterValue: `0123456789-${commit}` }]),
  ];
  const outputs = [
    { OutputKey: 'StateMachineArn', OutputValue: ALIAS },
    { OutputKey: 'ConfigBucketName', OutputValue: 'provider-sync-prod-configbucket-x' },
    {
      OutputKey: 'PutTokenCommand',
      OutputValue:
        'aws secretsmanager put-secret-value --secret-id arn:aws:secretsmanager:eu-central-1:123456789012:secret:T-x --secret-string file:///dev/stdin',
    },
  ];
  return {
    when: ['describe-stacks'],
    stdout: { Stacks: [{ StackStatus: status, Parameters: parameters, Outputs: outputs }] },
    ...(times === undefined ? {} : { times }),
  };
}

export const NO_STACK: Answer = {
  when: ['describe-stacks'],
  code: 254,
  stderr:
    '\nAn error occurred (ValidationError) when calling the DescribeStacks operation: Stack with id provider-sync-prod does not exist\n',
};

export function changeSetAnswer(changes: readonly object[], status = 'CREATE_COMPLETE', reason = ''): Answer {
  return {
    when: ['describe-change-set'],
    stdout: { StackName: 'provider-sync-prod', Status: status, StatusReason: reason, Changes: changes },
  };
}

export const execution = (status: string, times?: number): Answer => ({
  when: ['describe-execution'],
  stdout: { status, output: '{"providers":1}', ...(status === 'FAILED' ? { error: 'ProvidersFailed' } : {}) },
  ...(times === undefined ? {} : { times }),
});

export const alarms = (names: readonly string[], times?: number): Answer => ({
  when: ['describe-alarms'],
  stdout: { MetricAlarms: names.map((AlarmName) => ({ AlarmName })) },
  ...(times === undefined ? {} : { times }),
});

/** An account in which everything goes well; what comes before it in a list of answers wins. */
export const WELL: readonly Answer[] = [
  {
    when: ['get-caller-identity'],
    stdout: { Account: '123456789012', Arn: 'arn:aws:sts::123456789012:assumed-role/x/y' },
  },
  { when: ['get-template'], stdout: { TemplateBody: TEMPLATE } },
  { when: ['create-change-set'], stdout: {} },
  { when: ['delete-change-set'] },
  { when: ['execute-change-set'] },
  { when: ['describe-secret'], stdout: { VersionIdsToStages: { v1: ['AWSCURRENT'] } } },
  { when: ['put-object'], stdout: {} },
  { when: ['start-execution'], stdout: { executionArn: EXECUTION } },
  execution('SUCCEEDED'),
  { when: ['lambda', 'invoke'], stdout: { StatusCode: 200 } },
  {
    when: ['describe-state-machine-alias'],
    stdout: { routingConfiguration: [{ stateMachineVersionArn: `${ALIAS}:7`, weight: 100 }] },
  },
  { when: ['get-alias'], stdout: { FunctionVersion: '7' } },
  alarms([]),
];

export const SHIFTING: readonly Answer[] = [
  {
    when: ['describe-state-machine-alias'],
    stdout: {
      routingConfiguration: [
        { stateMachineVersionArn: ALIAS.replace(':live', ':8'), weight: 10 },
        { stateMachineVersionArn: ALIAS.replace(':live', ':7'), weight: 90 },
      ],
    },
  },
  {
    when: ['get-alias'],
    stdout: { FunctionVersion: '7', RoutingConfig: { AdditionalVersionWeights: { '8': 0.1 } } },
  },
];
