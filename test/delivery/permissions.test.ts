import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import {
  bootstrap,
  bootstrapTasks,
  permissionsOf,
  properties,
  ROLE_NAMES,
  type RoleName,
} from './support/bootstrap.ts';
import { resolvedTemplate } from './support/plain-template.ts';
import { allows } from './support/policy.ts';

const template = bootstrap('ids');

function may(
  role: RoleName,
  action: string,
  resource: string,
  context: Record<string, string> = {},
): boolean {
  const { documents, tags } = permissionsOf(template, role);
  return allows(documents, { action, resource, context: { ...tags, ...context } });
}

const arn = (service: string, rest: string) => `arn:PARTITION:${service}:REGION:ACCOUNT:${rest}`;
const stack = (name: string) => arn('cloudformation', `stack/${name}/6f1c`);
const role = (name: string) => `arn:PARTITION:iam::ACCOUNT:role/${name}`;
const policy = (name: string) => `arn:PARTITION:iam::ACCOUNT:policy/${name}`;
const boundary = (environment: string) => policy(`delivery/provider-sync-${environment}-boundary`);
const BUCKET = '<ArtifactBucket.Arn>';

describe('what the roles of delivery/bootstrap.yaml may do', () => {
  describe.each(['dev', 'staging', 'prod'] as const)('deploy-%s', (environment) => {
    const deploy = `deploy-${environment}` as const;
    const own = `provider-sync-${environment}`;
    const foreign = environment === 'prod' ? 'provider-sync-dev' : 'provider-sync-prod';

    it.each([
      ['cloudformation:ExecuteChangeSet', stack(own), {}],
      ['cloudformation:CancelUpdateStack', stack(own), {}],
      ['cloudformation:UpdateStack', stack(`${own}-Mirror-1A2B`), {}],
      [
        'cloudformation:CreateChangeSet',
        'arn:PARTITION:cloudformation:REGION:aws:transform/Serverless-2016-10-31',
        {},
      ],
      ['s3:GetObject', `${BUCKET}/releases/0f9c/packaged.yaml`, {}],
      [
        'iam:CreateRole',
        role(`${own}-ReadConfigRole-X`),
        { 'iam:PermissionsBoundary': boundary(environment) },
      ],
      [
        'iam:PutRolePolicy',
        role(`${own}-ReadConfigRole-X`),
        { 'iam:PermissionsBoundary': boundary(environment) },
      ],
      ['iam:DeleteRole', role(`${own}-ReadConfigRole-X`), {}],
      ['iam:PassRole', role(`${own}-ReadConfigRole-X`), { 'iam:PassedToService': 'lambda.amazonaws.com' }],
      ['lambda:CreateFunction', arn('lambda', `function:${own}-read-config`), {}],
      ['dynamodb:CreateTable', arn('dynamodb', `table/${own}-ledger-${environment}`), {}],
      [
        'lambda:CreateEventSourceMapping',
        '*',
        { 'lambda:FunctionArn': arn('lambda', `function:${own}-ledger-trigger-${environment}`) },
      ],
      ['kms:CreateKey', '*', { 'aws:RequestTag/environment': environment }],
      ['ecs:CreateCluster', arn('ecs', `cluster/${own}-bottles`), {}],
      ['ec2:CreateVpc', arn('ec2', 'vpc/*'), { 'aws:RequestTag/environment': environment }],
      ['ec2:DeleteVpc', arn('ec2', 'vpc/vpc-1'), { 'aws:ResourceTag/environment': environment }],
      ['kms:PutKeyPolicy', arn('kms', 'key/1'), { 'aws:ResourceTag/environment': environment }],
      [
        'iam:CreateRole',
        role(`${own}-deployments-kind-example`),
        { 'iam:PermissionsBoundary': policy(`delivery/${own}-kind-boundary`) },
      ],
      ['iam:PassRole', role(`${own}-deployments-X`), { 'iam:PassedToService': 'firehose.amazonaws.com' }],
      ['firehose:CreateDeliveryStream', arn('firehose', `deliverystream/${own}-deployments-logs`), {}],
      ['logs:PutSubscriptionFilter', arn('logs', `log-group:/aws/ecs/${own}-deployments`), {}],
      ['lambda:PublishVersion', arn('lambda', `function:${own}-read-config`), {}],
      ['states:CreateStateMachineAlias', arn('states', `stateMachine:${own}-provider-sync`), {}],
      ['states:StartExecution', arn('states', `stateMachine:${own}-provider-sync`), {}],
      ['s3:PutObject', `arn:PARTITION:s3:::${own}-configbucket-x/smoke-test/config.json`, {}],
      [
        'secretsmanager:CreateSecret',
        arn('secretsmanager', 'secret:TokenSecret-x'),
        { 'aws:RequestTag/environment': environment },
      ],
    ])('may %s on %s', (action, resource, context) => {
      expect(may(deploy, action, resource, context)).toBe(true);
    });

    it.each([
      ['cloudformation:CreateChangeSet', stack(foreign), {}],
      ['cloudformation:CreateChangeSet', stack(`${own}ish`), {}],
      ['cloudformation:UpdateStack', stack('provider-sync-delivery'), {}],
      ['cloudformation:DeleteStack', stack(own), {}],
      ['iam:CreateRole', role(`${own}-ReadConfigRole-X`), {}],
      [
        'iam:CreateRole',
        role(`${own}-ReadConfigRole-X`),
        { 'iam:PermissionsBoundary': policy('AdministratorAccess') },
      ],
      [
        'iam:CreateRole',
        role(`${own}-ReadConfigRole-X`),
        { 'iam:PermissionsBoundary': boundary(environment === 'prod' ? 'dev' : 'prod') },
      ],
      ['iam:CreateRole', role(`${foreign}-X`), { 'iam:PermissionsBoundary': boundary(environment) }],
      [
        'iam:CreateRole',
        role(`${own}-ReadConfigRole-X`),
        { 'iam:PermissionsBoundary': policy(`delivery/${own}-kind-boundary`) },
      ],
      ['iam:CreateRole', role(`${own}-deployments-kind-example`), {}],
      [
        'iam:CreateRole',
        role(`${own}-deployments-kind-example`),
        { 'iam:PermissionsBoundary': policy(`delivery/${foreign}-kind-boundary`) },
      ],
      [
        'iam:CreateRole',
        role(`${foreign}-deployments-kind-example`),
        { 'iam:PermissionsBoundary': policy(`delivery/${foreign}-kind-boundary`) },
      ],
      ['iam:PutRolePolicy', role(`${own}-ReadConfigRole-X`), {}],
      [
        'iam:AttachRolePolicy',
        role(`${own}-ReadConfigRole-X`),
        { 'iam:PermissionsBoundary': boundary(environment) },
      ],
      ['iam:UpdateAssumeRolePolicy', role(`${own}-ReadConfigRole-X`), {}],
      [
        'iam:DeleteRolePermissionsBoundary',
        role(`${own}-ReadConfigRole-X`),
        { 'iam:PermissionsBoundary': boundary(environment) },
      ],
      ['iam:PassRole', role(`${own}-ReadConfigRole-X`), { 'iam:PassedToService': 'ec2.amazonaws.com' }],
      [
        'iam:PassRole',
        role(`delivery/provider-sync-deploy-${environment}`),
        { 'iam:PassedToService': 'lambda.amazonaws.com' },
      ],
      ['iam:TagRole', role(`delivery/provider-sync-deploy-${environment}`), {}],
      ['iam:UpdateAssumeRolePolicy', role('delivery/provider-sync-plan'), {}],
      ['iam:CreatePolicyVersion', boundary(environment), {}],
      ['iam:SetDefaultPolicyVersion', boundary(environment), {}],
      ['iam:DeletePolicy', boundary(environment), {}],
      ['iam:CreateUser', 'arn:PARTITION:iam::ACCOUNT:user/x', {}],
      ['iam:CreateAccessKey', 'arn:PARTITION:iam::ACCOUNT:user/x', {}],
      ['iam:UpdateOpenIDConnectProviderThumbprint', 'arn:PARTITION:iam::ACCOUNT:oidc-provider/x', {}],
      ['sts:AssumeRole', role('admin'), {}],
      [
        'secretsmanager:GetSecretValue',
        arn('secretsmanager', 'secret:TokenSecret-x'),
        { 'aws:ResourceTag/environment': environment },
      ],
      [
        'secretsmanager:DeleteSecret',
        arn('secretsmanager', 'secret:TokenSecret-x'),
        { 'aws:ResourceTag/environment': 'another' },
      ],
      [
        'secretsmanager:TagResource',
        arn('secretsmanager', 'secret:TokenSecret-x'),
        { 'aws:RequestTag/environment': environment, 'aws:ResourceTag/environment': 'another' },
      ],
      ['lambda:UpdateFunctionCode', arn('lambda', `function:${foreign}-read-config`), {}],
      ['dynamodb:CreateTable', arn('dynamodb', `table/${foreign}-ledger-x`), {}],
      ['kms:PutKeyPolicy', arn('kms', 'key/1'), { 'aws:ResourceTag/environment': 'another' }],
      ['ecs:DeleteCluster', arn('ecs', `cluster/${foreign}-bottles`), {}],
      ['ec2:DeleteVpc', arn('ec2', 'vpc/vpc-1'), {}],
      ['ec2:DeleteVpc', arn('ec2', 'vpc/vpc-1'), { 'aws:ResourceTag/environment': 'another' }],
      ['ec2:CreateVpc', arn('ec2', 'vpc/*'), {}],
      [
        'lambda:CreateEventSourceMapping',
        '*',
        { 'lambda:FunctionArn': arn('lambda', `function:${foreign}-ledger-trigger-x`) },
      ],
      ['kms:ScheduleKeyDeletion', arn('kms', 'key/1'), { 'aws:ResourceTag/environment': environment }],
      ['lambda:CreateFunctionUrlConfig', arn('lambda', `function:${own}-read-config`), {}],
      ['s3:DeleteObject', `${BUCKET}/releases/0f9c/packaged.yaml`, {}],
      ['s3:DeleteObjectVersion', `${BUCKET}/releases/0f9c/packaged.yaml`, {}],
      ['s3:PutBucketPolicy', BUCKET, {}],
      ['s3:PutLifecycleConfiguration', BUCKET, {}],
      ['s3:PutObject', `arn:PARTITION:s3:::${own}-configbucket-x/config.json`, {}],
      ['s3:GetObject', `arn:PARTITION:s3:::${own}-configbucket-x/config.json`, {}],
    ])('may not %s on %s (%j)', (action, resource, context) => {
      expect(may(deploy, action, resource, context)).toBe(false);
    });

    it(`${environment === 'dev' ? 'may' : 'may not'} put new artifacts into the bucket`, () => {
      expect(may(deploy, 's3:PutObject', `${BUCKET}/releases/0f9c/packaged.yaml`)).toBe(
        environment === 'dev',
      );
    });

    it('may do nothing by name when its tag is gone', () => {
      const { documents } = permissionsOf(template, deploy);
      expect(allows(documents, { action: 'cloudformation:ExecuteChangeSet', resource: stack(own) })).toBe(
        false,
      );
    });
  });

  it.each([
    [
      'cloudformation:CreateChangeSet',
      stack('provider-sync-prod'),
      { 'cloudformation:ChangeSetName': 'plan-17-1' },
      true,
    ],
    [
      'cloudformation:CreateChangeSet',
      stack('provider-sync-prod'),
      { 'cloudformation:ChangeSetName': 'deploy-1' },
      false,
    ],
    [
      'cloudformation:CreateChangeSet',
      stack('payroll'),
      { 'cloudformation:ChangeSetName': 'plan-17-1' },
      false,
    ],
    ['cloudformation:DescribeChangeSet', stack('provider-sync-prod-Mirror-1A2B'), {}, true],
    [
      'cloudformation:DeleteChangeSet',
      stack('provider-sync-prod'),
      { 'cloudformation:ChangeSetName': 'plan-17-1' },
      true,
    ],
    [
      'cloudformation:DeleteChangeSet',
      stack('provider-sync-prod'),
      { 'cloudformation:ChangeSetName': 'deploy-1' },
      false,
    ],
    [
      'cloudformation:ExecuteChangeSet',
      stack('provider-sync-prod'),
      { 'cloudformation:ChangeSetName': 'plan-17-1' },
      false,
    ],
    ['cloudformation:DeleteStack', stack('provider-sync-prod'), {}, false],
    ['s3:PutObject', `${BUCKET}/plan/17/template.yaml`, {}, true],
    ['s3:PutObject', `${BUCKET}/releases/0f9c/packaged.yaml`, {}, false],
    ['s3:GetObject', `${BUCKET}/releases/0f9c/packaged.yaml`, {}, false],
    ['iam:PassRole', role('provider-sync-prod-X'), { 'iam:PassedToService': 'lambda.amazonaws.com' }, false],
    ['iam:GetRole', role('provider-sync-prod-X'), {}, false],
    ['lambda:InvokeFunction', arn('lambda', 'function:provider-sync-prod-read-config'), {}, false],
  ])('plan: %s on %s (%j): %s', (action, resource, context, expected) => {
    expect(may('plan', action, resource, context)).toBe(expected);
  });

  it('drift only reads, and no contents', () => {
    const { documents } = permissionsOf(template, 'drift');
    const actions = documents.flatMap(({ Statement }) =>
      Statement.flatMap(({ Action }: { Action: unknown }) => Action),
    );
    expect(actions.length).toBeGreaterThan(50);
    for (const action of actions) expect(action).toMatch(/^[a-z0-9]+:(Describe|Get|List|Detect)/);
    const contents = [
      'secretsmanager:GetSecretValue',
      's3:GetObject',
      'sqs:ReceiveMessage',
      'dynamodb:GetItem',
      'logs:GetLogEvents',
    ];
    for (const action of contents) expect(may('drift', action, '*')).toBe(false);
  });

  it.each(ROLE_NAMES)('%s has policies that IAM takes (6,144 characters at most)', (name) => {
    for (const document of permissionsOf(template, name).documents) {
      expect(JSON.stringify(document).length).toBeLessThan(6_144);
    }
  });
});

describe.each(['dev', 'staging', 'prod'] as const)('the boundary of %s', (environment) => {
  const { PolicyDocument } = properties(
    template,
    `${environment[0]?.toUpperCase()}${environment.slice(1)}Boundary`,
  );
  const within = (action: string, resource: string, context: Record<string, string> = {}) =>
    allows([PolicyDocument], { action, resource, context });
  const foreign = environment === 'prod' ? 'dev' : 'prod';
  const secret = arn('secretsmanager', 'secret:TokenSecret-x');

  it('lets a role do what the functions do', () => {
    expect(
      within('lambda:InvokeFunction', arn('lambda', `function:provider-sync-${environment}-check-version:7`)),
    ).toBe(true);
    expect(
      within(
        'states:StartExecution',
        arn('states', `stateMachine:provider-sync-${environment}-provider-sync`),
      ),
    ).toBe(true);
    expect(
      within('secretsmanager:GetSecretValue', secret, { 'aws:ResourceTag/environment': environment }),
    ).toBe(true);
    expect(
      within('s3:GetObject', `arn:PARTITION:s3:::provider-sync-${environment}-configbucket-x/config.json`),
    ).toBe(true);
  });

  it('keeps a role that is given everything from another environment and from IAM', () => {
    expect(
      within('lambda:InvokeFunction', arn('lambda', `function:provider-sync-${foreign}-check-version`)),
    ).toBe(false);
    expect(within('secretsmanager:GetSecretValue', secret, { 'aws:ResourceTag/environment': foreign })).toBe(
      false,
    );
    expect(within('secretsmanager:GetSecretValue', secret)).toBe(false);
    const ownRole = role(`provider-sync-${environment}-TaskRole-X`);
    const toTask = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' };
    expect(within('iam:PassRole', ownRole, toTask)).toBe(true);
    expect(within('iam:PassRole', ownRole, { 'iam:PassedToService': 'lambda.amazonaws.com' })).toBe(false);
    expect(within('iam:PassRole', ownRole)).toBe(false);
    expect(within('iam:PassRole', role(`provider-sync-${foreign}-TaskRole-X`), toTask)).toBe(false);
    expect(within('ecs:RunTask', arn('ecs', `task-definition/provider-sync-${environment}-bottles:3`))).toBe(
      true,
    );
    expect(within('ecs:RunTask', arn('ecs', `task-definition/provider-sync-${foreign}-bottles:3`))).toBe(
      false,
    );
    for (const action of [
      'iam:CreateRole',
      'iam:DeleteRolePermissionsBoundary',
      'sts:AssumeRole',
      'lambda:UpdateFunctionCode',
    ]) {
      expect(within(action, '*')).toBe(false);
    }
    expect(within('s3:PutObject', '<ArtifactBucket.Arn>/releases/x')).toBe(false);
  });
});

/** What CloudFormation calls first for a resource of each type that the stacks have. */
const CREATIONS: Readonly<Record<string, string>> = {
  'AWS::CloudFormation::Stack': 'cloudformation:CreateStack',
  'AWS::CloudFront::CachePolicy': 'cloudfront:CreateCachePolicy',
  'AWS::CloudFront::Distribution': 'cloudfront:CreateDistribution',
  'AWS::CloudFront::OriginAccessControl': 'cloudfront:CreateOriginAccessControl',
  'AWS::CloudFront::ResponseHeadersPolicy': 'cloudfront:CreateResponseHeadersPolicy',
  'AWS::CloudWatch::Alarm': 'cloudwatch:PutMetricAlarm',
  'AWS::CloudWatch::Dashboard': 'cloudwatch:PutDashboard',
  'AWS::DynamoDB::Table': 'dynamodb:CreateTable',
  'AWS::EC2::EIP': 'ec2:AllocateAddress',
  'AWS::EC2::FlowLog': 'ec2:CreateFlowLogs',
  'AWS::EC2::InternetGateway': 'ec2:CreateInternetGateway',
  'AWS::EC2::NatGateway': 'ec2:CreateNatGateway',
  'AWS::EC2::Route': 'ec2:CreateRoute',
  'AWS::EC2::RouteTable': 'ec2:CreateRouteTable',
  'AWS::EC2::SecurityGroup': 'ec2:CreateSecurityGroup',
  'AWS::EC2::Subnet': 'ec2:CreateSubnet',
  'AWS::EC2::SubnetRouteTableAssociation': 'ec2:AssociateRouteTable',
  'AWS::EC2::VPC': 'ec2:CreateVpc',
  'AWS::EC2::VPCEndpoint': 'ec2:CreateVpcEndpoint',
  'AWS::EC2::VPCGatewayAttachment': 'ec2:AttachInternetGateway',
  'AWS::ECR::Repository': 'ecr:CreateRepository',
  'AWS::ECS::Cluster': 'ecs:CreateCluster',
  'AWS::ECS::ClusterCapacityProviderAssociations': 'ecs:PutClusterCapacityProviders',
  'AWS::ECS::TaskDefinition': 'ecs:RegisterTaskDefinition',
  'AWS::Events::Rule': 'events:PutRule',
  'AWS::IAM::Role': 'iam:CreateRole',
  'AWS::IAM::RolePolicy': 'iam:PutRolePolicy',
  'AWS::KMS::Key': 'kms:CreateKey',
  'AWS::KinesisFirehose::DeliveryStream': 'firehose:CreateDeliveryStream',
  'AWS::Lambda::EventSourceMapping': 'lambda:CreateEventSourceMapping',
  'AWS::Lambda::Permission': 'lambda:AddPermission',
  'AWS::Logs::LogGroup': 'logs:CreateLogGroup',
  'AWS::Logs::MetricFilter': 'logs:PutMetricFilter',
  'AWS::Logs::SubscriptionFilter': 'logs:PutSubscriptionFilter',
  'AWS::S3::Bucket': 's3:CreateBucket',
  'AWS::S3::BucketPolicy': 's3:PutBucketPolicy',
  'AWS::SNS::Subscription': 'sns:Subscribe',
  'AWS::SNS::Topic': 'sns:CreateTopic',
  'AWS::SNS::TopicPolicy': 'sns:SetTopicAttributes',
  'AWS::SQS::Queue': 'sqs:CreateQueue',
  'AWS::SQS::QueuePolicy': 'sqs:SetQueueAttributes',
  'AWS::Scheduler::Schedule': 'scheduler:CreateSchedule',
  'AWS::SecretsManager::Secret': 'secretsmanager:CreateSecret',
  'AWS::Serverless::Function': 'lambda:CreateFunction',
  'AWS::Serverless::StateMachine': 'states:CreateStateMachine',
};

describe('the deploy roles', () => {
  // The workflows deploy the template and what it nests; a stack that stands alone is deployed by whoever wants it.
  const nested = Array.from(
    readFileSync('template.yaml', 'utf8').matchAll(/TemplateURL: (stacks\/\S+)/g),
    ([, file = '']) => file,
  );
  const types = ['template.yaml', ...nested, 'stacks/network.yaml'].flatMap((file) =>
    Array.from(readFileSync(file, 'utf8').matchAll(/^ {4}Type: (AWS::\S+)$/gm), ([, type]) => type),
  );

  it('have a nested stack to look into', () => {
    expect(nested).toEqual(expect.arrayContaining(['stacks/mirror.yaml', 'stacks/bottles.yaml']));
    // Which one of them nests in its turn.
    expect(readFileSync('stacks/bottles.yaml', 'utf8')).toContain('TemplateURL: network.yaml');
  });

  it('need to make no policy, because within a boundary the nested ledger is told to make none', () => {
    const ledger = readFileSync('stacks/ledger.yaml', 'utf8');
    expect(ledger).not.toMatch(/Type: AWS::IAM::ManagedPolicy\n(?! {4}Condition: HasPolicies\n)/);
    expect(readFileSync('template.yaml', 'utf8')).toContain(
      'CreatePolicies: !If [HasBoundary, "false", "true"]',
    );
    // Nor for the nested deployments: they are told of the boundaries that bootstrap-tasks.yaml makes.
    const deployments = readFileSync('stacks/deployments.yaml', 'utf8');
    expect(deployments).not.toMatch(/Type: AWS::IAM::ManagedPolicy\n(?! {4}Condition: MakesBoundaries\n)/);
  });

  it.each([...new Set(types)].filter((type) => type !== 'AWS::IAM::ManagedPolicy'))(
    'may make what the templates have: %s',
    (type = '') => {
      const action = CREATIONS[type];
      if (action === undefined) {
        throw new Error(`Say in this test what makes a ${type}, and let delivery/bootstrap.yaml allow it.`);
      }
      const allowed = permissionsOf(template, 'deploy-prod')
        .documents.flatMap(({ Statement }) => Statement)
        .filter(({ Effect }) => Effect === 'Allow')
        .flatMap(({ Action }) => Action);
      const fits = (pattern: string) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(action);
      expect(allowed.some(fits)).toBe(true);
    },
  );
});

describe('the boundary', () => {
  const own = /# --- Roles[\s\S]*?# --- State machine/.exec(readFileSync('template.yaml', 'utf8'))?.[0] ?? '';
  const nested = ['stacks/ledger.yaml', 'stacks/catalogue.yaml'].map(
    (file) => /\n {2}\w+Role:[\s\S]*?\n {2}\w+LogGroup:/.exec(readFileSync(file, 'utf8'))?.[0] ?? '',
  );
  const bottles =
    /# --- Roles[\s\S]*?# --- The tasks/.exec(readFileSync('stacks/bottles.yaml', 'utf8'))?.[0] ?? '';
  const deployments =
    /# --- Roles[\s\S]*?# What every runner may/.exec(readFileSync('stacks/deployments.yaml', 'utf8'))?.[0] ??
    '';
  const networks =
    /FlowLogRole:[\s\S]*?FlowLog:/.exec(readFileSync('stacks/network.yaml', 'utf8'))?.[0] ?? '';
  const roles = [own, ...nested, bottles, deployments, networks].join('\n');
  const used = new Set(
    Array.from(
      roles.matchAll(/(?<![\w:/.])([a-z0-9]+:[A-Z][A-Za-z]+)(?=[\s,\]])/g),
      ([, action = '']) => action,
    ),
  );
  const allowed: readonly string[] = properties(template, 'ProdBoundary')
    .PolicyDocument.Statement.filter(({ Effect }: { Effect: string }) => Effect === 'Allow')
    .flatMap(({ Action }: { Action: readonly string[] }) => Action);

  it.each([...used].filter((action) => action !== 'sts:AssumeRole'))(
    'lets the roles of template.yaml use %s',
    (action) => {
      expect(allowed.some((pattern) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(action))).toBe(
        true,
      );
    },
  );
});

describe('the artifact bucket', () => {
  const bucket = properties(template, 'ArtifactBucket');
  const { Statement } = properties(template, 'ArtifactBucketPolicy').PolicyDocument;

  it('is kept, versioned, encrypted and closed', () => {
    expect(template.Resources['ArtifactBucket']).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
    expect(bucket).toMatchObject({
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
    });
  });

  it('expires plans, and releases never by their age', () => {
    const rules = bucket.LifecycleConfiguration.Rules as readonly Record<string, unknown>[];
    expect(rules.filter((rule) => 'ExpirationInDays' in rule).map(({ Prefix }) => Prefix)).toEqual(['plan/']);
  });

  it.each([
    ['over plain http', 's3:GetObject', 'releases/1/packaged.yaml', { 'aws:SecureTransport': 'false' }, true],
    [
      'a second manifest',
      's3:PutObject',
      'releases/1/manifest.json',
      { 'aws:SecureTransport': 'true' },
      true,
    ],
    [
      'the first manifest',
      's3:PutObject',
      'releases/1/manifest.json',
      { 'aws:SecureTransport': 'true', 's3:if-none-match': '*' },
      false,
    ],
    ['a plan', 's3:PutObject', 'plan/1/template.yaml', { 'aws:SecureTransport': 'true' }, false],
  ])('says of %s (%s on %s with %j) denied: %s', (_name, action, key, context, denied) => {
    const allowAll = { Effect: 'Allow', Principal: '*', Action: '*', Resource: '*' };
    const document = { Statement: [allowAll, ...Statement] };
    expect(allows([document], { action, resource: `${BUCKET}/${key}`, context })).toBe(!denied);
  });
});

describe.each(['Dev', 'Staging', 'Prod'])('the boundaries of deployments in %s', (environment) => {
  const tasks = bootstrapTasks();
  const own = `provider-sync-${environment.toLowerCase()}`;
  const stack = resolvedTemplate('stacks/deployments.yaml', {
    Name: `${own}-deployments`,
    MirrorUrl: 'https://mirror.example.com/',
    ParameterPrefix: `/${own}/deployments`,
    EnclaveImageBucketName: 'IMAGES',
  });
  /** What the stack knows of itself, by the names that it will have. */
  const byName = (text: string) =>
    text
      .replaceAll('<RequestsTable.Arn>', arn('dynamodb', `table/${own}-deployments`))
      .replaceAll('<Bucket.Arn>', `arn:PARTITION:s3:::${own}-*`)
      .replaceAll('arn:PARTITION:s3:::IMAGES/*', `arn:PARTITION:s3:::${own}-*`)
      .replaceAll('<Key.Arn>', arn('kms', 'key/*'))
      .replaceAll('<EnclaveBoundary>', `<${environment}EnclaveBoundary>`);

  it.each(['KindBoundary', 'EnclaveBoundary'])('are as the stack would make them: %s', (name) => {
    const { PolicyDocument, ManagedPolicyName, Path } = properties(tasks, `${environment}${name}`);
    const kind = name === 'KindBoundary' ? 'kind' : 'enclave';
    expect(`${Path}${ManagedPolicyName}`).toBe(`/delivery/${own}-${kind}-boundary`);
    expect(PolicyDocument).toEqual(
      JSON.parse(byName(JSON.stringify(properties(stack, name).PolicyDocument))),
    );
    expect(JSON.stringify(PolicyDocument).length).toBeLessThan(6_144);
  });

  it('leave states where they are, and other environments alone', () => {
    const { PolicyDocument } = properties(tasks, `${environment}KindBoundary`);
    const within = (action: string, resource: string, context = {}) =>
      allows([PolicyDocument], { action, resource, context });
    expect(within('s3:PutObject', `arn:PARTITION:s3:::${own}-bucket-x/state/web/terraform.tfstate`)).toBe(
      true,
    );
    expect(within('s3:DeleteObject', `arn:PARTITION:s3:::${own}-bucket-x/state/web/terraform.tfstate`)).toBe(
      false,
    );
    const foreign = environment === 'Dev' ? 'provider-sync-prod' : 'provider-sync-dev';
    expect(within('s3:GetObject', `arn:PARTITION:s3:::${foreign}-bucket-x/state/web/terraform.tfstate`)).toBe(
      false,
    );
    expect(within('iam:PassRole', role(`${own}-X`), { 'iam:PassedToService': 'ec2.amazonaws.com' })).toBe(
      false,
    );
  });
});

describe('delivery/bootstrap.yaml', () => {
  it('fits into one call of CloudFormation (51,200 bytes) as it is sent, and is the same then', () => {
    const sent = execFileSync('awk', ['-f', 'delivery/bootstrap.awk', 'delivery/bootstrap.yaml']);
    expect(sent.length).toBeLessThan(51_200);
    const resources = (yaml: string) =>
      Object.entries(parse(yaml, { logLevel: 'silent' }).Resources as Record<string, object>).map(
        ([name, resource]) => [name, { ...resource, Metadata: undefined }],
      );
    expect(resources(sent.toString())).toEqual(resources(readFileSync('delivery/bootstrap.yaml', 'utf8')));
  });

  it('has no user and no key', () => {
    const types = Object.values(template.Resources).map(({ Type }) => Type);
    expect(types.filter((type) => /User|AccessKey|Group/.test(type))).toEqual([]);
  });
});
