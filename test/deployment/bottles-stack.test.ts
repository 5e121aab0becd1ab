import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBottlesDefinition } from './support/bottles-machine.ts';
import { brokenRules, type Json, type Parameters, type Template } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import { historyPaths } from './support/history-events.ts';
import { stacksOf, statementsOf } from './support/stack.ts';
import type { StateMachineDefinition } from './support/state-machine.ts';

const tools = await deploymentTools();
const FILE = 'stacks/bottles.yaml';

const LEAST: Parameters = { ConfigBucketName: 'our-configs' };
const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/0b5c1cb0-1111-2222-3333-444455556666';
const ALL: Parameters = {
  ...LEAST,
  SubnetIds: 'subnet-0123abcd,subnet-4567cdef',
  SecurityGroupIds: 'sg-0123abcd',
  VpcEndpointIds: 'vpce-0123abcd',
  CreateDistribution: 'true',
  NotificationTopicArn: 'arn:aws:sns:eu-central-1:123456789012:ops',
  SlackSecretName: 'slack/webhook',
  LedgerTableName: 'our-ledger',
  LedgerKeyArn: KEY,
  LedgerTopicArn: 'arn:aws:sns:eu-central-1:123456789012:our-events',
  LedgerTopicKeyArn: KEY,
  KmsKeyArn: KEY,
  CleanupScheduleExpression: 'cron(0 3 ? * WED *)',
  HttpsProxy: 'http://proxy.example.com:3128',
  NoProxy: '.example.com',
  FormulaeApiAddress: 'https://brew.example.com/api',
  BottleRegistryAddress: 'https://registry.example.com',
  ApiKeys: '{"kid":"x"}',
  PermissionsBoundaryArn: 'arn:aws:iam::123456789012:policy/boundary',
  SpotWeight: 0,
};

/** How the table says when a permission is there. */
const ONLY_WHEN: Readonly<Record<string, string>> = {
  SlackSecretName: '`SlackSecretName`',
  LedgerTableName: '`LedgerTableName`',
  LedgerKeyArn: '`LedgerKeyArn`',
  LedgerTopicArn: '`LedgerTopicArn`',
  LedgerTopicKeyArn: '`LedgerTopicKeyArn`',
  CleanupScheduleExpression: '`CleanupScheduleExpression`',
  KmsKeyArn: '`KmsKeyArn`',
};

const propertiesOf = (stack: Template, name: string): Json => stack.Resources[name]?.Properties;
const environmentOf = (stack: Template, name: string): Json =>
  stack.Resources[name]?.Properties['Environment']?.Variables;

describe.skipIf(!tools)('stacks/bottles.yaml (needs Python and pip)', { timeout: 240_000 }, () => {
  let folder = '';
  let least: Template;
  let all: Template;
  let transformed: readonly Template[];

  beforeAll(async () => {
    if (!tools) return;
    folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-bottles-'));
    const stacks = await stacksOf(tools, FILE, [LEAST, ALL]);
    transformed = stacks.map((stack) => stack.transformed);
    [least, all] = stacks.map((stack) => stack.resolved) as [Template, Template];
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const ofType = (stack: Template, type: string) =>
    Object.entries(stack.Resources).filter(([, { Type }]) => Type === type);

  it('syncs on Sundays at three, and measures the mirror’s age every hour', () => {
    const schedules = (stack: Template) =>
      ofType(stack, 'AWS::Scheduler::Schedule').map(([name, { Properties }]) => [
        name,
        Properties['ScheduleExpression'],
        Properties['Target'].Arn,
      ]);
    const always = [
      ['Schedule', 'cron(0 3 ? * SUN *)', '<StateMachine>'],
      ['WatchSchedule', 'rate(1 hour)', '<WatchFunctionAliaslive>'],
    ];
    expect(schedules(least)).toEqual(always);
    // A cleanup, and the keeping of a ledger, only where they are asked for.
    expect(schedules(all)).toEqual([
      ...always,
      ['CleanupSchedule', 'cron(0 3 ? * WED *)', '<CleanupFunctionAliaslive>'],
      ['KeepLedgerSchedule', 'rate(1 hour)', '<KeepLedgerFunctionAliaslive>'],
    ]);
    expect(least.Resources['Schedule']?.Properties['ScheduleExpressionTimezone']).toBe('UTC');
  });

  it('keeps a bucket that is encrypted, versioned, closed, and tidied', () => {
    expect(least.Resources['Bucket']).toMatchObject({
      DeletionPolicy: 'Retain',
      Properties: {
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: [
            { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 } },
            { NoncurrentVersionExpiration: { NoncurrentDays: 30 } },
            { Prefix: 'brew/runs/', ExpirationInDays: 30 },
          ],
        },
      },
    });
    expect(least.Resources['BucketPolicy']?.Properties['PolicyDocument'].Statement).toEqual([
      {
        Sid: 'OnlyOverTls',
        Effect: 'Deny',
        Principal: '*',
        Action: 's3:*',
        Resource: ['<Bucket.Arn>', '<Bucket.Arn>/*'],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]);
  });

  it('lets clients read what they ask for and nothing of the runs, by endpoints and by its own distribution', () => {
    const [, endpoint, distribution] = propertiesOf(all, 'BucketPolicy').PolicyDocument.Statement;
    const readable = ['api', 'v2', 'snapshots'].map((each) => `<Bucket.Arn>/brew/${each}/*`);
    expect(endpoint).toMatchObject({
      Action: 's3:GetObject',
      Resource: readable,
      Condition: { StringEquals: { 'aws:SourceVpce': ['vpce-0123abcd'] } },
    });
    expect(distribution).toMatchObject({
      Principal: { Service: 'cloudfront.amazonaws.com' },
      Action: 's3:GetObject',
      Resource: readable,
    });
  });

  it('drops a client’s Authorization header on the way to the bucket, and packs nothing', () => {
    expect(all.Resources['DistributionAccess']?.Properties['OriginAccessControlConfig']).toMatchObject({
      SigningBehavior: 'always',
    });
    expect(
      all.Resources['CachePolicy']?.Properties['CachePolicyConfig'].ParametersInCacheKeyAndForwardedToOrigin,
    ).toMatchObject({ HeadersConfig: { HeaderBehavior: 'none' }, EnableAcceptEncodingGzip: false });
    const { DefaultCacheBehavior } = propertiesOf(all, 'Distribution').DistributionConfig;
    expect(DefaultCacheBehavior).toMatchObject({ Compress: false, ViewerProtocolPolicy: 'https-only' });
    expect(DefaultCacheBehavior).not.toHaveProperty('OriginRequestPolicyId');
    expect(ofType(least, 'AWS::CloudFront::Distribution')).toEqual([]);
  });

  it('runs large downloads in Fargate on ARM, by the weight of Spot, without a disk or rights to spare', () => {
    expect(least.Resources['ClusterCapacity']?.Properties['DefaultCapacityProviderStrategy']).toEqual([
      { CapacityProvider: 'FARGATE_SPOT', Weight: 3 },
      { CapacityProvider: 'FARGATE', Weight: 1 },
    ]);
    expect(all.Resources['ClusterCapacity']?.Properties['DefaultCapacityProviderStrategy'][0].Weight).toBe(0);
    expect(least.Resources['TaskDefinition']?.Properties).toMatchObject({
      RequiresCompatibilities: ['FARGATE'],
      RuntimePlatform: { CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' },
      TaskRoleArn: '<TaskRole.Arn>',
      ContainerDefinitions: [
        {
          Name: 'bottles',
          User: 'node',
          ReadonlyRootFilesystem: true,
          StopTimeout: 120,
          Environment: [
            { Name: 'MIRROR_BUCKET', Value: '<Bucket>' },
            { Name: 'MIRROR_PREFIX', Value: 'brew' },
          ],
        },
      ],
    });
    const names = all.Resources['TaskDefinition']?.Properties['ContainerDefinitions'][0].Environment.map(
      ({ Name }: Json) => Name,
    );
    expect(names).toEqual([
      'MIRROR_BUCKET',
      'MIRROR_PREFIX',
      'FORMULAE_API_ADDRESS',
      'BOTTLE_REGISTRY_ADDRESS',
      'API_KEYS',
      'HTTPS_PROXY',
      'NO_PROXY',
      'LEDGER_TABLE',
      'LEDGER_TOPIC_ARN',
      'OUTBOX_BUCKET',
      'OUTBOX_PREFIX',
    ]);
  });

  it('runs them in the subnets that are given, or in a network of its own', () => {
    const placeOf = (stack: Template) => {
      const { SubnetIds, SecurityGroupIds } = propertiesOf(stack, 'StateMachine').DefinitionSubstitutions;
      return [SubnetIds, SecurityGroupIds];
    };
    expect(placeOf(all)).toEqual(['subnet-0123abcd,subnet-4567cdef', 'sg-0123abcd']);
    expect(placeOf(least)).toEqual([
      '<NetworkStack.Outputs.PrivateSubnetIds>',
      '<NetworkStack.Outputs.TaskSecurityGroupId>',
    ]);
    expect(Object.keys(all.Resources)).not.toContain('NetworkStack');
  });

  it('substitutes everything that the state machine names, traces it, and logs no data of executions', async () => {
    const definition = await readFile('statemachine/bottles.asl.json', 'utf8');
    const named = new Set(Array.from(definition.matchAll(/\$\{(\w+)\}/g), ([, name]) => name));
    const properties = least.Resources['StateMachine']?.Properties;
    expect(new Set(Object.keys(properties?.['DefinitionSubstitutions']))).toEqual(named);
    expect(properties?.['TracingConfiguration']).toEqual({ Enabled: true });
    expect(properties?.['LoggingConfiguration']).toMatchObject({ Level: 'ALL', IncludeExecutionData: false });
  });

  it('tells each function what it needs and no more', () => {
    const own = (name: string, stack = least) =>
      Object.keys(environmentOf(stack, name)).filter(
        (key) => !/^(POWERTOOLS_|LOG_LEVEL|NODE_OPTIONS)/.test(key),
      );
    expect(own('BeginFunction')).toEqual(['MIRROR_BUCKET', 'MIRROR_PREFIX', 'CONFIG_BUCKET', 'CONFIG_KEY']);
    expect(own('BringFunction')).toEqual(['MIRROR_BUCKET', 'MIRROR_PREFIX']);
    expect(own('PublishFunction')).toEqual(['MIRROR_BUCKET', 'MIRROR_PREFIX']);
    expect(own('NotifyFunction')).toEqual(['SNS_TOPIC_ARN']);
    expect(own('WatchFunction')).toEqual(['MIRROR_BUCKET', 'MIRROR_PREFIX']);
    expect(own('CleanupFunction')).toEqual([
      'MIRROR_BUCKET',
      'MIRROR_PREFIX',
      'CONFIG_BUCKET',
      'CONFIG_KEY',
      'DRY_RUN',
      'CLEANUP_MAX_SHARE',
      'SNS_TOPIC_ARN',
      'LOG_GROUP',
    ]);
    expect(own('NotifyFunction', all)).toContain('SLACK_SECRET_NAME');
    const kept = ['LEDGER_TABLE', 'LEDGER_TOPIC_ARN', 'OUTBOX_BUCKET', 'OUTBOX_PREFIX'];
    for (const name of ['BeginFunction', 'BringFunction', 'PublishFunction']) {
      expect(own(name, all)).toEqual(expect.arrayContaining(kept));
    }
    expect(own('KeepLedgerFunction', all)).toEqual(['LEDGER_TABLE', 'OUTBOX_BUCKET', 'OUTBOX_PREFIX']);
    expect(Object.keys(least.Resources)).not.toContain('KeepLedgerFunction');
    for (const [, { Properties }] of ofType(least, 'AWS::Lambda::Function')) {
      expect(Properties).toMatchObject({ Architectures: ['arm64'], TracingConfig: { Mode: 'Active' } });
    }
  });

  it('keeps every log for 30 days, encrypted', () => {
    const groups = ofType(least, 'AWS::Logs::LogGroup');
    expect(groups).toHaveLength(8);
    for (const [, { Properties }] of groups) {
      expect(Properties).toMatchObject({ RetentionInDays: 30, KmsKeyId: '<Key.Arn>' });
    }
    expect(Object.keys(all.Resources)).not.toContain('Key');
  });

  it('gives everybody a role of its own within the boundary, on named resources', () => {
    const roles = ofType(all, 'AWS::IAM::Role');
    const users = [
      ...ofType(all, 'AWS::Lambda::Function'),
      ...ofType(all, 'AWS::ECS::TaskDefinition'),
    ].flatMap(([, { Properties }]) => [
      Properties['Role'],
      Properties['TaskRoleArn'],
      Properties['ExecutionRoleArn'],
    ]);
    const used = users.filter((role) => role !== undefined);
    expect(new Set(used).size).toBe(used.length);
    for (const [, { Properties }] of roles) {
      expect(Properties['PermissionsBoundary']).toBe('arn:aws:iam::123456789012:policy/boundary');
    }
    const unnamed = statementsOf(all).filter(([, { Resource }]) => [Resource].flat().includes('*'));
    expect(new Set(unnamed.map(([, { Sid }]) => Sid))).toEqual(
      new Set(['WriteTraces', 'LogInToRegistry', 'DeliverLogs']),
    );
  });

  it('lets whoever brings bottles write bottles and results, and never what clients are shown', () => {
    for (const role of ['BringRole', 'TaskRole']) {
      const written = statementsOf(all)
        .filter(([name, { Action }]) => name === role && [Action].flat().includes('s3:PutObject'))
        .flatMap(([, { Resource }]) => Resource);
      expect(written).toEqual([
        '<Bucket.Arn>/brew/runs/*/results/*',
        '<Bucket.Arn>/brew/v2/*',
        '<Bucket.Arn>/brew/facts/*',
      ]);
    }
    const deletes = statementsOf(all).filter(([, { Action }]) => [Action].flat().includes('s3:DeleteObject'));
    expect(deletes.map(([role, { Resource }]) => [role, Resource])).toEqual([
      // What is recalled.
      ['BeginRole', ['<Bucket.Arn>/brew/v2/*/blobs/*']],
      ['PublishRole', ['<Bucket.Arn>/brew/api/*']],
      ['CleanupRole', ['<Bucket.Arn>/brew/snapshots/*', '<Bucket.Arn>/brew/v2/*']],
      // What is in the ledger by then.
      ['KeepLedgerRole', '<Bucket.Arn>/brew/facts/*'],
    ]);
  });

  it('rings for a failure, an old publication, tasks that fail, a sync that takes long, a cleanup that failed', () => {
    const names = (stack: Template) =>
      ofType(stack, 'AWS::CloudWatch::Alarm').map(([, { Properties }]) =>
        Properties['AlarmName'].replace(/^provider-sync-bottles-/, ''),
      );
    const always = ['failed', 'overdue', 'task-failures', 'duration', 'nobody-told', 'cleanup-failed'];
    expect(names(least)).toEqual(always);
    expect(names(all)).toEqual([...always, 'ledger-keeping']);
    for (const [, { Properties }] of ofType(least, 'AWS::CloudWatch::Alarm')) {
      expect(Properties['AlarmActions']).toEqual(['<Topic>']);
    }
    for (const [, { Properties }] of ofType(all, 'AWS::CloudWatch::Alarm')) {
      expect(Properties['AlarmActions']).toEqual(['arn:aws:sns:eu-central-1:123456789012:ops']);
    }
  });

  it('shows bottles, bytes, duration, failures and the age of the current API', () => {
    const body = JSON.parse(least.Resources['Dashboard']?.Properties['DashboardBody']);
    const text = JSON.stringify(body);
    for (const metric of [
      'BottlesFetched',
      'BottlesFailed',
      'BytesFetched',
      'ExecutionTime',
      'ExecutionsFailed',
    ]) {
      expect(text).toContain(metric);
    }
    expect(text).toContain('ApiAge');
    expect(text).not.toContain('${');
  });

  it('has an execution whose history fits, with every attempt of 400 batches and 20 tasks in vain', () => {
    const [batches, tasks] = (readBottlesDefinition().States['BringAll'] as Json).Branches as [
      StateMachineDefinition,
      StateMachineDefinition,
    ];
    const longest = (branch: StateMachineDefinition) => {
      const [map] = Object.values(branch.States);
      if (map?.ItemProcessor === undefined) throw new Error('no Map');
      return Math.max(...historyPaths(map.ItemProcessor).map(({ events }) => events));
    };
    // An iteration itself leaves two.
    expect(400 * (longest(batches) + 2) + 20 * (longest(tasks) + 2)).toBeLessThan(24_500);
  });

  it('asks for what belongs together', () => {
    const [template] = transformed;
    if (template === undefined) throw new Error('nothing was transformed');
    expect(brokenRules(template, ALL)).toEqual([]);
    expect(brokenRules(template, { ...LEAST, SubnetIds: 'subnet-0123abcd' })).toEqual([
      'SubnetIds is given, so give SecurityGroupIds too.',
    ]);
    expect(brokenRules(template, { ...LEAST, LedgerKeyArn: KEY })).toEqual([
      'LedgerKeyArn is given, so give LedgerTableName too.',
    ]);
    expect(
      brokenRules(template, { ...LEAST, LedgerTableName: '', LedgerTopicArn: String(ALL['LedgerTopicArn']) }),
    ).toEqual(['LedgerTopicArn is given, so give LedgerTableName too.']);
    expect(brokenRules(template, { ...LEAST, LedgerTopicKeyArn: KEY })).toEqual([
      'LedgerTopicKeyArn is given, so give LedgerTopicArn too.',
    ]);
    expect(brokenRules(template, { ...LEAST, DomainName: 'brew.example.com' })).toEqual([
      'DomainName is given, so give CertificateArn too.',
    ]);
  });

  it('permits exactly what docs/permissions.md says', async () => {
    if (!tools) return;
    const names = Object.keys(ONLY_WHEN);
    const without = await stacksOf(
      tools,
      FILE,
      names.map((name) => ({
        ...ALL,
        [name]: '',
        // What cannot be without it.
        ...(name === 'LedgerTableName'
          ? { LedgerKeyArn: '', LedgerTopicArn: '', LedgerTopicKeyArn: '' }
          : {}),
        ...(name === 'LedgerTopicArn' ? { LedgerTopicKeyArn: '' } : {}),
      })),
    );
    const has = (stack: Template, role: string, sid: string) =>
      statementsOf(stack).some(([name, { Sid }]) => name === role && Sid === sid);
    const codes = (values: Json) =>
      [values]
        .flat()
        .map((value) => `\`${String(value).replace(KEY, 'KmsKeyArn')}\``)
        .join(', ');
    const rows = statementsOf(all).map(([role, { Sid, Action, Resource }]) => {
      const at = without.findLastIndex(({ resolved }) => !has(resolved, role, Sid));
      const when = at === -1 ? 'always' : ONLY_WHEN[names[at] ?? ''];
      return `| ${[role.replace(/Role$/, ''), Sid, codes(Action), codes(Resource), when].join(' | ')} |`;
    });
    const document = await readFile('docs/permissions.md', 'utf8');
    const [, section = ''] = document.split('\n## The mirror of bottles\n');
    const table = section
      .split('\n## ')[0]
      ?.split('\n')
      .map((line) => line.replaceAll(/ +/g, ' '))
      .filter((line) => /^\| (?!Who |-)/.test(line));
    expect(table).toEqual(rows);
  });

  it('is accepted by cfn-lint as SAM transforms it', async () => {
    const files = transformed.map((_, at) => path.join(folder, `transformed-${at}.json`));
    await Promise.all(files.map((file, at) => writeFile(file, JSON.stringify(transformed[at]))));
    expect(await tools?.run('cfn-lint', files)).toBe('');
  });

  it('is built by sam build, with the network that it nests', async () => {
    await tools?.run('sam', [
      'build',
      '--config-env',
      'bottles-dev',
      '--build-dir',
      path.join(folder, 'build'),
    ]);
    const built = await readdir(path.join(folder, 'build'));
    expect(built).toEqual(expect.arrayContaining(['NetworkStack', 'template.yaml']));
    for (const name of ['Begin', 'Bring', 'Publish', 'Notify', 'Watch', 'Cleanup', 'KeepLedger']) {
      const file = `${name === 'KeepLedger' ? 'keep-ledger' : name.toLowerCase()}.mjs`;
      expect(await readdir(path.join(folder, 'build', `${name}Function`))).toEqual([file, `${file}.map`]);
    }
  });
});

describe.skipIf(!tools)('stacks/network.yaml (needs Python and pip)', { timeout: 120_000 }, () => {
  const networkOf = async (given: Parameters): Promise<Template> => {
    if (!tools) throw new Error('unreachable');
    const [stack] = await stacksOf(tools, 'stacks/network.yaml', [given]);
    if (stack === undefined) throw new Error('nothing was transformed');
    return stack.resolved;
  };

  it('has two private subnets in two zones, with one way out, endpoints, and a record of who spoke to whom', async () => {
    const { Resources } = await networkOf({});
    expect(Resources['PrivateSubnet1']?.Properties['AvailabilityZone']).not.toBe(
      Resources['PrivateSubnet2']?.Properties['AvailabilityZone'],
    );
    expect(Resources['NatRoute']?.Properties).toMatchObject({
      RouteTableId: '<PrivateRouteTable>',
      NatGatewayId: '<Nat>',
    });
    const endpoints = Object.values(Resources).filter(({ Type }) => Type === 'AWS::EC2::VPCEndpoint');
    expect(
      endpoints.map(({ Properties }) => [Properties['VpcEndpointType'], Properties['ServiceName']]),
    ).toEqual([
      ['Gateway', 'com.amazonaws.REGION.s3'],
      ['Gateway', 'com.amazonaws.REGION.dynamodb'],
    ]);
    expect(Resources['FlowLog']?.Properties).toMatchObject({ TrafficType: 'ALL', ResourceId: '<Vpc>' });
    expect(Resources['FlowLogGroup']?.Properties['RetentionInDays']).toBe(30);
  });

  it('leads nowhere without a NAT gateway but to the endpoints that are asked for', async () => {
    const { Resources } = await networkOf({ NatGateway: 'false', InterfaceEndpoints: 'ecr.api,logs' });
    const types = new Set(Object.values(Resources).map(({ Type }) => Type));
    expect([...types].filter((type) => /Nat|Internet|EIP|Route$/.test(type))).toEqual([]);
    const named = Object.values(Resources).filter(
      ({ Properties }) => Properties['VpcEndpointType'] === 'Interface',
    );
    expect(named.map(({ Properties }) => Properties['ServiceName'])).toEqual([
      'com.amazonaws.REGION.ecr.api',
      'com.amazonaws.REGION.logs',
    ]);
  });

  it('lets its tasks out by https, and nobody in', async () => {
    const { Resources } = await networkOf({});
    const group = Resources['TaskSecurityGroup']?.Properties;
    expect(group).not.toHaveProperty('SecurityGroupIngress');
    expect(group?.['SecurityGroupEgress']).toMatchObject([{ FromPort: 443, ToPort: 443 }]);
  });
});
