import { readFile } from 'node:fs/promises';
import validateAsl from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { type Json, type Parameters, resolveTemplate, type Template } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import { pipelineDefinition } from './support/ledger-pipeline.ts';
import { transformedBy } from './support/transformed.ts';

const TEMPLATE = 'stacks/ledger.yaml';
const tools = await deploymentTools();

const PUBLISHERS = 'arn:aws:iam::111122223333:root,arn:aws:iam::444455556666:role/orders';
const SETS: readonly Parameters[] = [
  {},
  {
    Environment: 'dev',
    PublisherArns: PUBLISHERS,
    AlarmTopicArn: 'arn:aws:sns:eu-central-1:123456789012:alarms',
    PermissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/boundary',
    ThrowAway: 'true',
  },
  { ReserveConcurrency: 'false' },
];

async function transformedAll(): Promise<readonly Template[]> {
  return tools ? await transformedBy(tools, TEMPLATE, SETS) : [];
}

const transformed = await transformedAll();
const [plain, full, unreserved] = transformed.map((each, index) => resolveTemplate(each, SETS[index] ?? {}));

const properties = (stack: Template | undefined, name: string): Json => {
  const found = stack?.Resources[name];
  if (!found) throw new Error(`The stack has no ${name}.`);
  return found.Properties;
};
const ofType = (stack: Template | undefined, type: string) =>
  Object.entries(stack?.Resources ?? {}).filter(([, each]) => each.Type === type);
const statementsOf = (stack: Template | undefined, role: string): readonly Json[] =>
  properties(stack, role).Policies.flatMap(({ PolicyDocument }: Json) => PolicyDocument.Statement);

const FUNCTIONS = ['Append', 'Enrich', 'Process', 'Register', 'Trigger', 'Validate'];

/** The metrics that the services send by themselves, as far as alarms read them. */
const SERVICE_METRICS: Readonly<Record<string, readonly string[]>> = {
  'AWS/SQS': ['ApproximateNumberOfMessagesVisible', 'ApproximateAgeOfOldestMessage', 'NumberOfMessagesSent'],
  'AWS/States': ['ExecutionsFailed', 'ExecutionsTimedOut'],
};

describe.skipIf(!tools)('stacks/ledger.yaml as SAM transforms it (needs Python and pip)', () => {
  it('keeps the table for ever, unless the environment is thrown away', () => {
    expect(plain?.Resources['Table']).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        TableName: 'provider-ledger-prod',
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEType: 'KMS' },
      },
    });
    expect(properties(plain, 'Table')).not.toHaveProperty('TimeToLiveSpecification');
    expect(properties(full, 'Table').DeletionProtectionEnabled).toBe(false);
    expect(plain?.Resources['TypesBucket']).toMatchObject({ DeletionPolicy: 'Retain' });
  });

  it('runs each function on ARM with a role, a log group and a reservation of its own, and traces it', () => {
    const functions = ofType(plain, 'AWS::Lambda::Function');
    expect(functions.map(([name]) => name).toSorted()).toEqual(FUNCTIONS.map((name) => `${name}Function`));
    for (const [name, { Properties }] of functions) {
      const bare = name.replace('Function', '');
      expect(Properties).toMatchObject({
        FunctionName: `provider-ledger-${bare.toLowerCase()}-prod`,
        Architectures: ['arm64'],
        Runtime: 'nodejs24.x',
        TracingConfig: { Mode: 'Active' },
        Role: `<${bare}Role.Arn>`,
        LoggingConfig: { LogFormat: 'JSON', LogGroup: `<${bare}LogGroup>` },
        ReservedConcurrentExecutions: { Trigger: 5, Register: 1 }[bare] ?? 50,
      });
    }
    for (const [, { Properties }] of ofType(unreserved, 'AWS::Lambda::Function')) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  it('keeps logs for 30 days, encrypted with a key that the logs of this stack alone may use', () => {
    const groups = ofType(plain, 'AWS::Logs::LogGroup');
    expect(groups).toHaveLength(FUNCTIONS.length + 1);
    const [statement] = properties(plain, 'TransportKey').KeyPolicy.Statement.filter(
      ({ Sid }: Json) => Sid === 'LogGroupsOfThisStack',
    );
    const patterns: readonly string[] = statement.Condition.ArnLike['kms:EncryptionContext:aws:logs:arn'];
    for (const [, { Properties }] of groups) {
      expect(Properties).toMatchObject({ RetentionInDays: 30, KmsKeyId: '<TransportKey.Arn>' });
      const arn = `arn:PARTITION:logs:REGION:ACCOUNT:log-group:${Properties['LogGroupName']}`;
      expect(patterns.some((each) => new RegExp(`^${each.replaceAll('*', '.*')}$`).test(arn))).toBe(true);
    }
  });

  it('ends every name with the environment', () => {
    const named = ['QueueName', 'TopicName', 'TableName', 'AlarmName', 'StateMachineName', 'LogGroupName'];
    const names = Object.values(full?.Resources ?? {}).flatMap(({ Type, Properties }) => [
      ...named.flatMap((property) => Properties[property] ?? []),
      ...(Type === 'AWS::Lambda::Function' ? [Properties['FunctionName']] : []),
      ...(Type === 'AWS::Events::Rule' ? [Properties['Name']] : []),
    ]);
    expect(names.length).toBeGreaterThan(20);
    expect(names.filter((name) => !String(name).endsWith('-dev'))).toEqual([]);
  });

  it('hands messages over raw, and gives each queue the time that the next one needs', () => {
    expect(properties(plain, 'EventsSubscription')).toMatchObject({
      RawMessageDelivery: true,
      RedrivePolicy: { deadLetterTargetArn: '<DeadLetterQueue.Arn>' },
    });
    const { Timeout } = properties(plain, 'TriggerFunction');
    const queue = properties(plain, 'EventsQueue');
    expect(queue.VisibilityTimeout).toBe(6 * Timeout);
    expect(queue.RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(5);
    expect(properties(plain, 'DeadLetterQueue').MessageRetentionPeriod).toBe(1_209_600);
    expect(properties(plain, 'RejectedQueue').MessageRetentionPeriod).toBe(1_209_600);
    expect(queue.MessageRetentionPeriod).toBeLessThan(1_209_600);
    expect(ofType(plain, 'AWS::Lambda::EventSourceMapping').map(([, each]) => each.Properties)).toEqual([
      expect.objectContaining({
        EventSourceArn: '<EventsQueue.Arn>',
        BatchSize: 10,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        // No more than are reserved: what the reservation throttles counts as received.
        ScalingConfig: { MaximumConcurrency: 5 },
      }),
    ]);
  });

  it('gives a workflow less time than whoever waits for it, and its steps less than it has', () => {
    const definition = pipelineDefinition('https://queue');
    const { Timeout } = properties(plain, 'TriggerFunction');
    expect(definition.TimeoutSeconds).toBeLessThan(65);
    expect(Timeout).toBeGreaterThan(65);
    for (const [name, state] of Object.entries<Json>(definition.States)) {
      if (!state.Resource?.endsWith('lambda:invoke')) continue;
      const limit = properties(plain, `${name}Function`).Timeout;
      expect(state.TimeoutSeconds).toBeGreaterThanOrEqual(limit);
      expect(limit).toBeLessThan(definition.TimeoutSeconds);
    }
  });

  it('has a workflow that is Express, traced, and logs failures without what is in events', () => {
    expect(properties(plain, 'StateMachine')).toMatchObject({
      StateMachineType: 'EXPRESS',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ERROR', IncludeExecutionData: false },
    });
    const definition = pipelineDefinition('https://queue');
    expect(validateAsl(definition)).toMatchObject({ isValid: true });
    for (const state of Object.values<Json>(definition.States)) {
      if (state.Type !== 'Task') continue;
      expect(state.TimeoutSeconds).toBeGreaterThan(0);
      const errors = state.Retry.flatMap(({ ErrorEquals }: Json) => ErrorEquals);
      expect(errors.includes('States.ALL') || errors.includes('Lambda.TooManyRequestsException')).toBe(true);
    }
  });

  it('lets each role do what its function does, and nothing more', () => {
    const may = (role: string) =>
      statementsOf(plain, `${role}Role`)
        .filter(({ Sid }) => !['WriteLogs', 'WriteTraces', 'DeliverLogs'].includes(Sid))
        .map(({ Action, Resource }) => `${[Action].flat().join(' ')} → ${[Resource].flat().join(' ')}`);
    const table = '<Table.Arn> <Table.Arn>/index/*';
    expect(Object.fromEntries([...FUNCTIONS, 'StateMachine'].map((role) => [role, may(role)]))).toEqual({
      Trigger: [
        'sqs:ReceiveMessage sqs:DeleteMessage sqs:GetQueueAttributes sqs:ChangeMessageVisibility → <EventsQueue.Arn>',
        'sqs:SendMessage → <RejectedQueue.Arn>',
        'states:StartSyncExecution → <StateMachine>',
        'kms:Decrypt kms:GenerateDataKey → <TransportKey.Arn>',
      ],
      Validate: ['s3:GetObject → <TypesBucket.Arn>/registered/*', 's3:ListBucket → <TypesBucket.Arn>'],
      Process: [],
      Enrich: [`dynamodb:Query → ${table}`, 'kms:Decrypt kms:DescribeKey → <Key.Arn>'],
      Append: [
        `dynamodb:PutItem dynamodb:Query → ${table}`,
        'kms:Decrypt kms:Encrypt kms:GenerateDataKey kms:DescribeKey → <Key.Arn>',
      ],
      Register: [
        's3:GetObject s3:GetObjectVersion → <TypesBucket.Arn>/types/*',
        's3:PutObject → <TypesBucket.Arn>/registered/* <TypesBucket.Arn>/refused/*',
      ],
      StateMachine: [
        'lambda:InvokeFunction → <ValidateFunction.Arn> <ProcessFunction.Arn> <EnrichFunction.Arn> <AppendFunction.Arn>',
        'sqs:SendMessage → <RejectedQueue.Arn>',
        'kms:Decrypt kms:GenerateDataKey → <TransportKey.Arn>',
      ],
    });
  });

  it('uses its keys through the services alone, and limits every role by the boundary', () => {
    for (const [name, { Properties }] of ofType(full, 'AWS::IAM::Role')) {
      expect(Properties['PermissionsBoundary']).toBe('arn:aws:iam::123456789012:policy/boundary');
      for (const { Action, Condition } of statementsOf(full, name)) {
        if (!String(Action).includes('kms:')) continue;
        expect(Condition.StringEquals['kms:ViaService']).toMatch(/^(dynamodb|sqs)\.REGION\.URLSUFFIX$/);
      }
    }
    const policies = ofType(full, 'AWS::IAM::ManagedPolicy').flatMap(
      ([, { Properties }]) => Properties['PolicyDocument'].Statement,
    );
    const writes = policies.filter(({ Action }: Json) => String(Action).includes('dynamodb:'));
    expect(writes.map(({ Action }: Json) => Action)).toEqual([
      ['dynamodb:PutItem', 'dynamodb:Query'],
      'dynamodb:Query',
    ]);
  });

  it('lets publish whoever the parameter names, over TLS, and otherwise the roles of this account', () => {
    const publish = (stack: Template | undefined) =>
      properties(stack, 'EventsTopicPolicy').PolicyDocument.Statement.map(({ Sid, Principal }: Json) => [
        Sid,
        Principal.AWS ?? Principal,
      ]);
    expect(publish(plain)).toEqual([['OnlyOverTls', '*']]);
    expect(publish(full)).toEqual([
      ['Publishers', PUBLISHERS.split(',')],
      ['OnlyOverTls', '*'],
    ]);
    const keySids = (stack: Template | undefined) =>
      properties(stack, 'TransportKey').KeyPolicy.Statement.map(({ Sid }: Json) => Sid);
    expect(keySids(plain)).not.toContain('PublishersByTheTopicAlone');
    expect(keySids(full)).toContain('PublishersByTheTopicAlone');
    expect(properties(plain, 'EventsTopic').KmsMasterKeyId).toBe('<TransportKey.Arn>');
    for (const [, { Properties }] of ofType(plain, 'AWS::SQS::Queue')) {
      expect(Properties['KmsMasterKeyId']).toBe('<TransportKey.Arn>');
    }
  });

  it('registers nothing but what its own function has checked', () => {
    const [, deny] = properties(plain, 'TypesBucketPolicy').PolicyDocument.Statement;
    expect(deny).toMatchObject({
      Effect: 'Deny',
      Action: 's3:PutObject',
      Resource: '<TypesBucket.Arn>/registered/*',
      Condition: { ArnNotEquals: { 'aws:PrincipalArn': '<RegisterRole.Arn>' } },
    });
    expect(properties(plain, 'TypeUploadedRule').EventPattern.detail).toEqual({
      bucket: { name: ['<TypesBucket>'] },
      object: { key: [{ prefix: 'types/' }] },
    });
  });

  it('rings by metrics that exist, and where it is told to', async () => {
    const alarms = ofType(full, 'AWS::CloudWatch::Alarm');
    expect(alarms.map(([, { Properties }]) => Properties['AlarmName'])).toEqual([
      'provider-ledger-dead-letters-dev',
      'provider-ledger-oldest-message-dev',
      'provider-ledger-rejected-dev',
      'provider-ledger-workflow-failures-dev',
      'provider-ledger-types-refused-dev',
    ]);
    const handlers = await Promise.all(
      ['trigger', 'register-type'].map((name) => readFile(`src/handlers/ledger/${name}.ts`, 'utf8')),
    );
    for (const [, { Properties }] of alarms) {
      expect(Properties['AlarmActions']).toEqual(['arn:aws:sns:eu-central-1:123456789012:alarms']);
      expect(Properties['TreatMissingData']).toBe('notBreaching');
    }
    const read = alarms.flatMap(([, { Properties }]) =>
      Properties['Metrics'] === undefined
        ? [Properties]
        : Properties['Metrics'].flatMap(({ MetricStat }: Json) => MetricStat?.Metric ?? []),
    );
    const [ours, theirs] = [true, false].map((own) =>
      read.filter(({ Namespace }) => (Namespace === 'ProviderSync') === own),
    );
    const service = properties(full, 'RegisterFunction').Environment.Variables.POWERTOOLS_SERVICE_NAME;
    for (const { MetricName, Dimensions } of ours ?? []) {
      expect(handlers.join('\n')).toContain(`'${MetricName}'`);
      expect(Dimensions).toEqual([{ Name: 'service', Value: service }]);
    }
    for (const { Namespace, MetricName, Dimensions } of theirs ?? []) {
      expect(SERVICE_METRICS[Namespace]).toContain(MetricName);
      expect(Dimensions[0].Value).toMatch(
        /^<(DeadLetterQueue|EventsQueue|RejectedQueue)\.QueueName>$|^<StateMachine>$/,
      );
    }
    expect([ours?.length, theirs?.length]).toEqual([1, 5]);
    for (const [, { Properties }] of ofType(plain, 'AWS::CloudWatch::Alarm')) {
      expect(Properties).not.toHaveProperty('AlarmActions');
    }
  });

  it('tells producers, readers and people what they need', () => {
    expect(Object.keys(plain?.Outputs ?? {})).toEqual([
      'TableName',
      'TableArn',
      'TableKeyArn',
      'HeadsBucketName',
      'WriterPolicyArn',
      'ReaderPolicyArn',
      'TopicArn',
      'TransportKeyArn',
      'PublisherPolicyArn',
      'EventsQueueUrl',
      'DeadLetterQueueUrl',
      'RejectedQueueUrl',
      'RedrivePolicyArn',
      'TypesLocation',
      'RegistrarPolicyArn',
      'StateMachineArn',
    ]);
    expect(plain?.Outputs['TopicArn']?.Value).toBe('<EventsTopic>');
    expect(plain?.Outputs['TypesLocation']?.Value).toBe('s3://<TypesBucket>/types/');
  });
});
