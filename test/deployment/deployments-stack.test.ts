import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { brokenRules, type Json, type Parameters, type Template } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import { readWorkflow } from './support/deployments-machine.ts';
import { resolvedStacks, statementsIn } from './support/resolved-stacks.ts';

const tools = await deploymentTools();
const FILE = 'stacks/deployments.yaml';
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/0b5c1cb0-1111-2222-3333-444455556666';
const BOUNDARY = 'arn:aws:iam::123456789012:policy/boundary';
const LEAST: Parameters = { MirrorUrl: 'https://mirror.example.com/' };
const CLOSED: Parameters = { ...LEAST, NatGateway: 'false' };
const ALL: Parameters = {
  ...LEAST,
  SubnetIds: 'subnet-0123abcd,subnet-4567cdef',
  SecurityGroupIds: 'sg-0123abcd',
  ReplicaBucketName: 'our-states-elsewhere',
  ReplicaKeyArn: KEY,
  LogArchiveBucketName: 'our-logs',
  NotificationTopicArn: 'arn:aws:sns:eu-central-1:123456789012:ops',
  EnclaveImageBucketName: 'our-images',
  DriftScheduleExpression: 'cron(30 4 * * ? *)',
  ScheduleTimeZone: 'Europe/Berlin',
  LedgerTableName: 'our-ledger',
  LedgerKeyArn: KEY,
  LedgerTopicArn: 'arn:aws:sns:eu-central-1:123456789012:facts',
  LedgerTopicKeyArn: KEY,
  KmsKeyArn: KEY,
  PermissionsBoundaryArn: BOUNDARY,
};

const KINDS = 'arn:aws:iam::123456789012:policy/delivery/kind-boundary';
const ENCLAVES = 'arn:aws:iam::123456789012:policy/delivery/enclave-boundary';

/** How the table says when a permission is there, by the parameter without which it is not. */
const ONLY_WHEN: Readonly<Record<string, string>> = {
  DriftScheduleExpression: '`DriftScheduleExpression`',
  LedgerTableName: '`LedgerTableName`',
  LedgerKeyArn: '`LedgerKeyArn`',
  LedgerTopicArn: '`LedgerTopicArn`',
  LedgerTopicKeyArn: '`LedgerTopicKeyArn`',
  ReplicaBucketName: '`ReplicaBucketName`',
  LogArchiveBucketName: '`LogArchiveBucketName`',
};
/** What is not given without another parameter. */
const GONE_WITH: Readonly<Record<string, readonly string[]>> = {
  LedgerTableName: ['LedgerKeyArn', 'LedgerTopicArn', 'LedgerTopicKeyArn'],
  LedgerTopicArn: ['LedgerTopicKeyArn'],
  ReplicaBucketName: ['ReplicaKeyArn'],
};

/** Actions that change nothing, or that know no resources. */
const HARMLESS =
  /^(?:xray:|logs:(?:CreateLogDelivery|GetLogDelivery|UpdateLogDelivery|DeleteLogDelivery|ListLogDeliveries|PutResourcePolicy|Describe)|ecr:GetAuthorizationToken$|ec2:Describe|kms:(?:CreateKey|ListAliases)$|dynamodb:ListStreams$)/;

describe.skipIf(!tools)('stacks/deployments.yaml (needs Python and pip)', { timeout: 180_000 }, () => {
  let least: Template;
  let all: Template;
  let closed: Template;
  let within: Template;

  beforeAll(async () => {
    if (!tools) return;
    const bounded = { ...LEAST, KindBoundaryArn: KINDS, EnclaveBoundaryArn: ENCLAVES };
    const stacks = await resolvedStacks(tools, FILE, [LEAST, ALL, CLOSED, bounded]);
    [least, all, closed, within] = stacks as [Template, Template, Template, Template];
  }, 120_000);

  const ofType = (stack: Template, type: string) =>
    Object.entries(stack.Resources).filter(([, { Type }]) => Type === type);
  const only = (stack: Template, type: string): Json => ofType(stack, type)[0]?.[1].Properties;
  const policies = (stack: Template): readonly (readonly [string, Json])[] => [
    ...ofType(stack, 'AWS::IAM::Role').flatMap(([name, { Properties }]) =>
      (Properties['Policies'] ?? []).map(({ PolicyDocument }: Json) => [name, PolicyDocument] as const),
    ),
    ...ofType(stack, 'AWS::IAM::RolePolicy').map(
      ([name, { Properties }]) => [name, Properties['PolicyDocument']] as const,
    ),
  ];

  it('runs both workflows in the subnets that are given, or in a network of its own', () => {
    const placesOf = (stack: Template) =>
      ofType(stack, 'AWS::StepFunctions::StateMachine').map(([, { Properties }]) => {
        const { SubnetIds, SecurityGroupIds } = Properties['DefinitionSubstitutions'];
        return [SubnetIds, SecurityGroupIds];
      });
    const given = ['subnet-0123abcd,subnet-4567cdef', 'sg-0123abcd'];
    const made = ['<NetworkStack.Outputs.PrivateSubnetIds>', '<NetworkStack.Outputs.TaskSecurityGroupId>'];
    expect(placesOf(all)).toEqual([given, given, given]);
    for (const stack of [least, closed]) expect(placesOf(stack)).toEqual([made, made]);
    expect(ofType(all, 'AWS::CloudFormation::Stack')).toEqual([]);
  });

  it('leads its own network out by a gateway, or else to what Fargate and the runner need', () => {
    const parametersOf = (stack: Template) => only(stack, 'AWS::CloudFormation::Stack').Parameters;
    expect(parametersOf(least)).toMatchObject({ NatGateway: 'true', InterfaceEndpoints: '' });
    const { NatGateway, InterfaceEndpoints } = parametersOf(closed);
    expect(NatGateway).toBe('false');
    expect(InterfaceEndpoints.split(',')).toEqual(['ecr.api', 'ecr.dkr', 'logs', 'ssm', 'ecs', 'states']);
    // What is handed on is what the network asks for, and no name of it is misspelt.
    const network = parse(readFileSync('stacks/network.yaml', 'utf8'), { logLevel: 'silent' }) as {
      Parameters: Record<string, { AllowedPattern?: string }>;
    };
    expect(Object.keys(network.Parameters)).toEqual(
      expect.arrayContaining(Object.keys(parametersOf(closed))),
    );
    const pattern = network.Parameters['InterfaceEndpoints']?.AllowedPattern ?? '^no pattern$';
    expect(InterfaceEndpoints).toMatch(new RegExp(pattern));
  });

  it('lets no role write on "*"', () => {
    for (const stack of [least, all]) {
      const statements = policies(stack).flatMap(([name, document]) =>
        statementsIn(document).map((statement) => [name, statement] as const),
      );
      expect(statements.length).toBeGreaterThan(40);
      const wide = statements
        .filter(([, { Effect, Resource }]) => Effect === 'Allow' && [Resource].flat().includes('*'))
        .flatMap(([name, { Action }]) => [Action].flat().map((action: string) => `${name} ${action}`))
        .filter((each) => !HARMLESS.test(each.split(' ')[1] ?? ''));
      expect(wide).toEqual([]);
      const stars = statements
        .flatMap(([, { Action }]) => [Action].flat())
        .filter((each) => each.includes('*'));
      expect(stars).toEqual([]);
    }
  });

  it('gives every role of a kind the boundary of kinds, and every other the one that was named', () => {
    const boundaries = ofType(all, 'AWS::IAM::Role').map(([name, { Properties }]) => [
      name.endsWith('KindRole'),
      JSON.stringify(Properties['PermissionsBoundary']),
    ]);
    const others = boundaries.filter(([ofKind]) => ofKind === false);
    expect(new Set(others.map(([, boundary]) => boundary))).toEqual(new Set([`"${BOUNDARY}"`]));
    const ofKinds = boundaries.filter(([ofKind]) => ofKind === true);
    expect(ofKinds.length).toBeGreaterThan(0);
    for (const [, boundary] of ofKinds) expect(boundary).toContain('KindBoundary');
    const tasks = ofType(least, 'AWS::ECS::TaskDefinition');
    expect(tasks.length).toBeGreaterThan(0);
    for (const [, { Properties }] of tasks)
      expect(JSON.stringify(Properties['TaskRoleArn'])).toContain('KindRole');
  });

  it('lets a runner take back no state, start no workflow and become nobody else', () => {
    const [, document] = policies(all).find(([name]) => name === 'ExampleKindRole') ?? [];
    const statements = statementsIn(document);
    const deletes = statements.filter(({ Action }) => [Action].flat().includes('s3:DeleteObject'));
    expect(deletes).toHaveLength(1);
    const states = [deletes[0]?.Resource].flat().filter((each: string) => each.includes('/state/'));
    expect(states).toEqual([expect.stringMatching(/\/state\/\*\.tflock$/)]);
    const actions = statements.flatMap(({ Action }) => [Action].flat());
    expect(
      actions.filter((each: string) => /^(?:iam|sts|lambda):|StartExecution|DeleteItem/.test(each)),
    ).toEqual([]);
    const denied = statementsIn(all.Resources['KindBoundary']?.Properties['PolicyDocument']).filter(
      ({ Effect }) => Effect === 'Deny',
    );
    expect(denied.flatMap(({ Action }) => Action)).toContain('iam:*');
  });

  it('lets functions tell the ledger, and no runner: what it runs could write history anew', () => {
    const toldBy = (action: string, resource: string) =>
      policies(all)
        .filter(([, document]) =>
          statementsIn(document).some(
            ({ Action, Resource }) =>
              [Action].flat().includes(action) && JSON.stringify(Resource).includes(resource),
          ),
        )
        .map(([name]) => name);
    const functions = ['TriggerRole', 'FollowRole', 'NotifyRole', 'MonitorRole'];
    expect(toldBy('dynamodb:PutItem', 'our-ledger')).toEqual(functions);
    expect(toldBy('sns:Publish', ':facts')).toEqual(functions);
    expect(JSON.stringify(ofType(all, 'AWS::ECS::TaskDefinition'))).not.toContain('our-ledger');
    expect(JSON.stringify(all.Resources['KindBoundary'])).not.toContain('our-ledger');
    for (const [name, { Properties }] of ofType(all, 'AWS::Lambda::Function')) {
      const { LEDGER_TABLE, LEDGER_TOPIC_ARN } = Properties['Environment'].Variables;
      expect([name, LEDGER_TABLE, LEDGER_TOPIC_ARN]).toEqual([name, 'our-ledger', ALL['LedgerTopicArn']]);
    }
    expect(JSON.stringify(least)).not.toMatch(/"(?:Append|Publish)(?:ToLedger|Facts)"/);
  });

  it('looks for drift where a schedule is given, by a task that reads and writes its report alone', () => {
    expect(Object.keys(least.Resources).filter((name) => name.startsWith('Drift'))).toEqual([]);
    expect(all.Resources['DriftSchedule']?.Properties).toMatchObject({
      ScheduleExpression: 'cron(30 4 * * ? *)',
      ScheduleExpressionTimezone: 'Europe/Berlin',
      Target: { Arn: '<DriftMachine>', Input: '{}' },
    });
    expect(all.Resources['DriftTaskDefinition']?.Properties).toMatchObject({
      Family: 'provider-sync-deployments-drift',
      TaskRoleArn: '<DriftKindRole.Arn>',
      ContainerDefinitions: [{ Name: 'runner', Command: ['deployments', 'monitor', '--drift-only'] }],
    });
    const [, document] = policies(all).find(([name]) => name === 'DriftKindRole') ?? [];
    const writes = statementsIn(document).flatMap(({ Action, Resource }) =>
      [Action]
        .flat()
        .filter(
          (action: string) => !/:(?:Get|List|Describe|Query)|^kms:(?:Decrypt|GenerateDataKey)$/.test(action),
        )
        .map((action: string) => `${action} ${Resource}`),
    );
    expect(writes).toEqual(['s3:PutObject <Bucket.Arn>/drift/*']);
    // All of it lies within the boundary, or it would not work.
    const allowed = statementsIn(all.Resources['KindBoundary']?.Properties['PolicyDocument']).filter(
      ({ Effect }) => Effect === 'Allow',
    );
    const patterns = allowed.flatMap(({ Action }) => Action).map((each: string) => each.replace('*', '.*'));
    for (const action of statementsIn(document).flatMap(({ Action }) => Action))
      expect(patterns.some((each: string) => new RegExp(`^${each}$`).test(action))).toBe(true);
  });

  it('takes boundaries that are there already, and then makes none', () => {
    const given = { KindBoundaryArn: KINDS, EnclaveBoundaryArn: ENCLAVES };
    const { Resources, Outputs } = within;
    expect(ofType(within, 'AWS::IAM::ManagedPolicy')).toEqual([]);
    for (const name of ['ExampleKindRole', 'NitroEnclaveKindRole']) {
      expect(Resources[name]?.Properties['PermissionsBoundary']).toBe(KINDS);
    }
    expect(JSON.stringify(Resources['NitroEnclaveKindRole'])).toContain(ENCLAVES);
    expect([Outputs['KindBoundaryArn']?.Value, Outputs['EnclaveBoundaryArn']?.Value]).toEqual([
      KINDS,
      ENCLAVES,
    ]);
    expect(brokenRules(within, { ...LEAST, ...given })).toEqual([]);
    for (const lone of [{ KindBoundaryArn: KINDS }, { EnclaveBoundaryArn: ENCLAVES }]) {
      expect(brokenRules(within, { ...LEAST, ...lone })).toHaveLength(1);
    }
  });

  it('permits exactly what docs/permissions.md says', async () => {
    if (!tools) return;
    const names = Object.keys(ONLY_WHEN);
    const without = await resolvedStacks(
      tools,
      FILE,
      names.map((name) => ({
        ...ALL,
        ...Object.fromEntries([name, ...(GONE_WITH[name] ?? [])].map((each) => [each, ''])),
      })),
    );
    const table = (stack: Template) =>
      policies(stack).flatMap(([name, document]) =>
        statementsIn(document).map((statement) => [name.replace(/(?:Role|Policy)$/, ''), statement] as const),
      );
    const codes = (values: Json) =>
      [values]
        .flat()
        .map((value) => `\`${String(value).replace(KEY, 'KmsKeyArn')}\``)
        .join(', ');
    const rows = table(all).map(([role, { Sid, Action, Resource }]) => {
      const at = without.findIndex(
        (stack) => !table(stack).some(([name, statement]) => name === role && statement.Sid === Sid),
      );
      const when = at === -1 ? 'always' : ONLY_WHEN[names[at] ?? ''];
      return `| ${[role, Sid, codes(Action), codes(Resource), when].join(' | ')} |`;
    });
    const document = readFileSync('docs/permissions.md', 'utf8');
    const [, section = ''] = document.split('\n## Deployments\n');
    const told = (section.split('\n## ')[0] ?? '')
      .split('\n')
      .map((line) => line.replaceAll(/ +/g, ' '))
      .filter((line) => /^\| (?!Who |-)/.test(line));
    expect(told).toEqual(rows);
  });

  it('lets enclaves have roles of their own name alone, and with their boundary', () => {
    const statements = policies(all)
      .filter(([name]) => name === 'NitroEnclaveKindRole')
      .flatMap(([, document]) => statementsIn(document));
    const making = statements.filter(({ Action }) => [Action].flat().includes('iam:CreateRole'));
    expect(making).toHaveLength(1);
    expect(JSON.stringify(making[0]?.Condition)).toContain('EnclaveBoundary');
    const identities = statements.filter(({ Action }) =>
      [Action].flat().some((each) => each.startsWith('iam:')),
    );
    const resources = identities.flatMap(({ Resource }) => Resource);
    for (const each of resources) expect(each).toMatch(/:(?:role|instance-profile)\/enclave-\*$/);
    // What another deployment made is not ended: it needs the tag that every resource of the kind has.
    const ending = statements.filter(({ Action }) => [Action].flat().includes('ec2:TerminateInstances'));
    expect(JSON.stringify(ending[0]?.Condition)).toContain('DeploymentId');
  });

  it('keeps requests and states: encrypted, versioned, and longer than the stack', () => {
    const [table, bucket] = [only(least, 'AWS::DynamoDB::Table'), only(least, 'AWS::S3::Bucket')];
    expect(table).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      SSESpecification: { SSEEnabled: true, SSEType: 'KMS' },
      StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    });
    expect(bucket.VersioningConfiguration).toEqual({ Status: 'Enabled' });
    const rules: readonly Json[] = bucket.LifecycleConfiguration.Rules;
    // A state expires by no rule.
    const expiring = rules.filter(({ ExpirationInDays }) => ExpirationInDays !== undefined);
    expect(expiring.map(({ Prefix }) => Prefix)).toEqual(['plans/', 'told/']);
    expect(bucket.ReplicationConfiguration).toBeUndefined();
    expect(only(all, 'AWS::S3::Bucket').ReplicationConfiguration.Rules).toHaveLength(2);
    for (const name of ['RequestsTable', 'Bucket'])
      expect(least.Resources[name]).toMatchObject({ DeletionPolicy: 'Retain' });
  });

  it('hears of what is pending alone, in parts, and keeps what it gave up', () => {
    const mapping = only(least, 'AWS::Lambda::EventSourceMapping');
    expect(mapping).toMatchObject({
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
    });
    expect(mapping.MaximumRetryAttempts).toBeGreaterThan(0);
    const [filter] = mapping.FilterCriteria.Filters;
    expect(JSON.parse(filter.Pattern).dynamodb.NewImage.status.S).toEqual([
      'PENDING_DEPLOY',
      'PENDING_DESTROY',
    ]);
    expect(JSON.stringify(mapping.DestinationConfig)).toContain('DeadLetterQueue');
  });

  it('gives the definitions all that they ask for, and runs them with logs and traces', () => {
    const machines = ofType(least, 'AWS::StepFunctions::StateMachine');
    expect(machines).toHaveLength(2);
    expect(Object.keys(all.Resources['DriftMachine']?.Properties['DefinitionSubstitutions'])).toEqual(
      expect.arrayContaining([
        'ClusterArn',
        'NotifyFunctionArn',
        'SubnetIds',
        'SecurityGroupIds',
        'TaskFamily',
      ]),
    );
    for (const [, { Properties }] of machines) {
      expect(Properties).toMatchObject({
        StateMachineType: 'STANDARD',
        TracingConfiguration: { Enabled: true },
      });
      expect(Properties['LoggingConfiguration']).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
      const named = new Set(Object.keys(Properties['DefinitionSubstitutions']));
      expect([...named].toSorted()).toEqual(
        [
          'ClusterArn',
          'FollowFunctionArn',
          'NotifyFunctionArn',
          'Partition',
          'SecurityGroupIds',
          'SubnetIds',
          'TaskFamily',
        ].toSorted(),
      );
    }
    // A state's own deadline is longer than its function's.
    const { States } = readWorkflow('deploy');
    const follow = ofType(least, 'AWS::Lambda::Function').find(([name]) => name.startsWith('FollowFunction'));
    expect(States['Look']?.TimeoutSeconds).toBeGreaterThan(follow?.[1].Properties['Timeout']);
  });

  it('wants subnets and security groups together', () => {
    for (const [given, missing] of [
      ['SubnetIds', 'SecurityGroupIds'],
      ['SecurityGroupIds', 'SubnetIds'],
    ] as const)
      expect(brokenRules(least, { ...LEAST, [given]: ALL[given] ?? '' })).toEqual([
        `${given} is given, so give ${missing} too.`,
      ]);
  });

  it('wants the replica’s bucket and key together, and a ledger with its key', () => {
    for (const given of [LEAST, CLOSED, ALL]) expect(brokenRules(least, given)).toEqual([]);
    const needing = [
      'ReplicaBucketName',
      'ReplicaKeyArn',
      'LedgerKeyArn',
      'LedgerTopicArn',
      'LedgerTopicKeyArn',
    ];
    for (const lone of needing) {
      const given = { ...LEAST, [lone]: ALL[lone] ?? '' };
      expect(brokenRules(least, given)).toHaveLength(1);
    }
  });
});
