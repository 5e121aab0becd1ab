import { describe, expect, it } from 'vitest';
import type { Json } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import {
  ALL_OPTIONS,
  type Deployment,
  deploymentsOf,
  everyCombination,
  OPTIONS,
  type Option,
  ofType,
  resource,
} from './support/transformed-template.ts';

const tools = await deploymentTools();
/** What a ledger changes depends on no other option: it is looked at alone, and with all of them. */
const COMBINED = ALL_OPTIONS.filter((option) => option !== 'ledger');
const deployments = tools
  ? await deploymentsOf(tools, [...everyCombination(COMBINED), ['ledger'], ALL_OPTIONS])
  : [];

const FUNCTIONS = {
  ReadConfigFunction: { MemorySize: 256, Timeout: 60, Handler: 'read-config.handler' },
  TakeTurnFunction: { MemorySize: 256, Timeout: 60, Handler: 'take-turn.handler' },
  CheckVersionFunction: { MemorySize: 256, Timeout: 120, Handler: 'check-version.handler' },
  DownloadAndUploadFunction: { MemorySize: 1024, Timeout: 900, Handler: 'download-and-upload.handler' },
  ErrorHandlerFunction: { MemorySize: 256, Timeout: 60, Handler: 'notify-error.handler' },
  CleanupOldVersionsFunction: { MemorySize: 512, Timeout: 900, Handler: 'cleanup-old-versions.handler' },
} as const;
const WITH_LEDGER = {
  KeepLedgerFunction: { MemorySize: 256, Timeout: 600, Handler: 'keep-ledger.handler' },
} as const;
const IN_VPC = ['CheckVersionFunction', 'DownloadAndUploadFunction', 'CleanupOldVersionsFunction'];

const cases = deployments.map((deployment) => ({
  name: [...deployment.options].join(' + ') || 'no options',
  deployment,
}));

const having = (option: Option) => cases.filter(({ deployment }) => deployment.options.has(option));
const without = (option: Option) => cases.filter(({ deployment }) => !deployment.options.has(option));

/** The properties of a resource that is there only with some options. */
function optional({ resolved }: Deployment, name: string): readonly Json[] {
  const found = resolved.Resources[name];
  return found ? [found.Properties] : [];
}

/** Statements about keys of the ledger's own. */
const OF_THE_LEDGER = new Set(['UseLedgerKey', 'EncryptFacts']);

const permits = ({ Effect }: Json) => Effect === 'Allow';

function statements(deployment: Deployment, role: string): readonly Json[] {
  return resource(deployment, role).Policies.flatMap(({ PolicyDocument }: Json) => PolicyDocument.Statement);
}

describe.skipIf(!tools)('template.yaml as SAM transforms it (needs Python and pip)', () => {
  it('covers every combination of the options', () => {
    expect(cases).toHaveLength(2 ** COMBINED.length + 2);
  });

  describe.each(cases)('with $name', ({ deployment }) => {
    const { options } = deployment;

    it('has its functions in their sizes, each with a role and a log group of its own', () => {
      const functions = ofType(deployment, 'AWS::Lambda::Function');
      const expected: Record<string, object> = { ...FUNCTIONS, ...(options.has('ledger') && WITH_LEDGER) };
      expect(functions.map(([name]) => name).toSorted()).toEqual(Object.keys(expected).toSorted());
      for (const [name, { Properties }] of functions) {
        expect(Properties).toMatchObject({
          ...expected[name],
          Runtime: 'nodejs24.x',
          Architectures: ['arm64'],
          TracingConfig: { Mode: 'Active' },
          Role: `<${name.replace('Function', 'Role')}.Arn>`,
          LoggingConfig: { LogFormat: 'JSON', LogGroup: `<${name.replace('Function', 'LogGroup')}>` },
        });
      }
    });

    it('puts the functions that speak to registries into the VPC, and only when it is given', () => {
      for (const [name, { Properties }] of ofType(deployment, 'AWS::Lambda::Function')) {
        const expected =
          options.has('vpc') && IN_VPC.includes(name)
            ? { SubnetIds: ['subnet-0123abcd', 'subnet-4567cdef'], SecurityGroupIds: ['sg-0123abcd'] }
            : undefined;
        expect(Properties['VpcConfig']).toEqual(expected);
        const network = statements(deployment, name.replace('Function', 'Role')).filter(({ Sid }) =>
          String(Sid).includes('NetworkInterfaces'),
        );
        expect(network.map(({ Effect }) => Effect)).toEqual(expected ? ['Allow', 'Allow', 'Deny'] : []);
        expect(network[0]?.Resource).toEqual(
          expected && ['arn:PARTITION:ec2:REGION:ACCOUNT:*/*', 'arn:PARTITION:ec2:REGION:*:subnet/*'],
        );
        const [permitted = [], described = [], denied = []] = network.map(({ Action }) => Action);
        expect(new Set(denied)).toEqual(new Set([...permitted, ...described]));
        expect(network[2]?.Condition).toEqual(
          expected && {
            ArnEquals: {
              'lambda:SourceFunctionArn': `arn:PARTITION:lambda:REGION:ACCOUNT:function:${Properties['FunctionName']}`,
            },
          },
        );
      }
    });

    it('encrypts the bucket, the secret, the topic and the logs with the key when it is given', () => {
      const key = options.has('kms') ? OPTIONS.kms.KmsKeyArn : undefined;
      for (const [, { Properties }] of ofType(deployment, 'AWS::Logs::LogGroup')) {
        expect(Properties['KmsKeyId']).toBe(key);
        expect(Properties['RetentionInDays']).toBe(30);
      }
      expect(resource(deployment, 'NotificationTopic').KmsMasterKeyId).toBe(key);
      expect(optional(deployment, 'TokenSecret').map(({ KmsKeyId }) => KmsKeyId)).toEqual(
        options.has('existingSecrets') ? [] : [key],
      );
      const buckets = optional(deployment, 'ConfigBucket').map(
        ({ BucketEncryption }) => BucketEncryption.ServerSideEncryptionConfiguration[0],
      );
      const encryption = key ? { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: key } : { SSEAlgorithm: 'AES256' };
      expect(buckets.map((rule) => rule.ServerSideEncryptionByDefault)).toEqual(
        options.has('existingBucket') ? [] : [encryption],
      );
    });

    it('lets the roles use the key through the services that need it, and no other key', () => {
      const onKeys = ofType(deployment, 'AWS::IAM::Role')
        .flatMap(([name]) => statements(deployment, name))
        .filter(({ Action, Sid }) => String(Action).includes('kms:') && !OF_THE_LEDGER.has(Sid));
      // With a ledger three functions put facts by, and KeepLedger takes them.
      expect(onKeys).toHaveLength(options.has('kms') ? (options.has('ledger') ? 11 : 7) : 0);
      for (const { Resource, Condition } of onKeys) {
        expect(Resource).toBe(OPTIONS.kms.KmsKeyArn);
        expect(Condition.StringEquals['kms:ViaService']).toContainEqual(
          expect.stringMatching(/\.REGION\.URLSUFFIX$/),
        );
      }
    });

    it('reads the config from the bucket that is created or given', () => {
      const readers = [
        'ReadConfigRole',
        'CheckVersionRole',
        'DownloadAndUploadRole',
        'CleanupOldVersionsRole',
      ];
      const bucket = options.has('existingBucket') ? 'our-configs' : '<ConfigBucket>';
      // What the smoke test of a release runs.
      const tested = new Set(['ReadConfigRole', 'CheckVersionRole']);
      for (const role of readers) {
        const read = statements(deployment, role).find(({ Sid }) => Sid === 'ReadConfig');
        const config = `arn:PARTITION:s3:::${bucket}/config.json`;
        const sample = `arn:PARTITION:s3:::${bucket}/smoke-test/config.json`;
        expect([read.Resource].flat()).toEqual(tested.has(role) ? [config, sample] : [config]);
      }
      expect(resource(deployment, 'ConfigUploadedRule').EventPattern.detail).toEqual({
        bucket: { name: [bucket] },
        object: { key: ['config.json'] },
      });
      expect(ofType(deployment, 'AWS::S3::Bucket')).toHaveLength(options.has('existingBucket') ? 0 : 1);
    });

    it('lets the state machine start the executions of its pages, and no other', () => {
      const of = (sid: string) =>
        statements(deployment, 'ProviderSyncRole').find(({ Sid }) => Sid === sid)?.Resource;
      const name = resource(deployment, 'ProviderSyncStateMachine').StateMachineName;
      expect(name).toBe('STACK-provider-sync');
      expect(of('StartPages')).toBe(`arn:PARTITION:states:REGION:ACCOUNT:stateMachine:${name}`);
      expect(of('WaitForPages')).toBe(`arn:PARTITION:states:REGION:ACCOUNT:execution:${name}:*`);
    });

    it('keeps the queue of runs in the one object that TakeTurn may write', () => {
      const { QUEUE_BUCKET, QUEUE_KEY } = resource(deployment, 'TakeTurnFunction').Environment.Variables;
      const keep = statements(deployment, 'TakeTurnRole').find(({ Sid }) => Sid === 'KeepQueue');
      expect(QUEUE_KEY).toBe('config.json.STACK.runs');
      expect(keep.Resource).toBe(`arn:PARTITION:s3:::${QUEUE_BUCKET}/${QUEUE_KEY}`);
    });

    it('hands the proxy and the hosts to the functions that speak to registries', () => {
      const given = options.has('vpc');
      for (const [, { Properties }] of ofType(deployment, 'AWS::Lambda::Function')) {
        const { HTTPS_PROXY, NO_PROXY, ALLOWED_HOSTS, TFC_ADDRESS } = Properties['Environment'].Variables;
        expect([HTTPS_PROXY, NO_PROXY, ALLOWED_HOSTS].filter(Boolean)).toEqual(
          given && TFC_ADDRESS
            ? ['http://proxy.example.com:3128', '.example.com', 'objects.example.com']
            : [],
        );
      }
    });

    it('gives every trigger a dead-letter queue that it may send to', () => {
      const queue = '<DeadLetterQueue.Arn>';
      const [target] = resource(deployment, 'ConfigUploadedRule').Targets;
      expect(target.DeadLetterConfig).toEqual({ Arn: queue });
      const [rule] = resource(deployment, 'DeadLetterQueuePolicy').PolicyDocument.Statement;
      expect(rule).toMatchObject({
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queue,
        Condition: { ArnEquals: { 'aws:SourceArn': '<ConfigUploadedRule.Arn>' } },
      });
      const senders = ofType(deployment, 'AWS::Scheduler::Schedule').map(([, { Properties }]) => {
        expect(Properties['Target'].DeadLetterConfig).toEqual({ Arn: queue });
        return String(Properties['Target'].RoleArn).slice(1, -'.Arn>'.length);
      });
      for (const role of [...senders, 'CleanupOldVersionsRole']) {
        expect(statements(deployment, role)).toContainEqual(
          expect.objectContaining({ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: queue }),
        );
      }
      const [, invocation] = ofType(deployment, 'AWS::Lambda::EventInvokeConfig')[0] ?? [];
      expect(invocation?.Properties).toMatchObject({
        DestinationConfig: { OnFailure: { Destination: queue } },
      });
    });

    it('subscribes the mail addresses that are given', () => {
      const endpoints = ofType(deployment, 'AWS::SNS::Subscription').map(([, { Properties }]) => [
        Properties['Protocol'],
        Properties['Endpoint'],
      ]);
      expect(endpoints).toEqual(
        options.has('emails')
          ? [
              ['email', 'ops@example.com'],
              ['email', 'dev@example.com'],
            ]
          : [],
      );
      const name = options.has('emails') ? 'Provider sync' : undefined;
      expect(resource(deployment, 'NotificationTopic').DisplayName).toBe(name);
    });

    it('reads the secrets that are named, or the empty one that it creates', () => {
      const named = options.has('existingSecrets');
      const environment = resource(deployment, 'CheckVersionFunction').Environment.Variables;
      expect(environment.TFC_TOKEN_SECRET_NAME).toBe(named ? 'tfe/token' : '<TokenSecret>');
      expect(environment.CA_BUNDLE_SECRET_NAME).toBe(named ? 'tfe/ca' : undefined);
      expect(ofType(deployment, 'AWS::SecretsManager::Secret')).toHaveLength(named ? 0 : 1);
      const arn = (secret: string) => `arn:PARTITION:secretsmanager:REGION:ACCOUNT:secret:${secret}-??????`;
      for (const role of ['CheckVersionRole', 'DownloadAndUploadRole', 'CleanupOldVersionsRole']) {
        const secrets = statements(deployment, role)
          .filter(({ Action }) => Action === 'secretsmanager:GetSecretValue')
          .map(({ Resource }) => Resource);
        expect(secrets).toEqual(named ? [arn('tfe/token'), arn('tfe/ca')] : ['<TokenSecret>']);
      }
    });

    it('lets nothing be reached without a named resource, except where AWS knows none', () => {
      const withoutResources =
        /^(xray:|logs:(\w+LogDelivery|ListLogDeliveries|\w+ResourcePolic\w+|DescribeLogGroups)$|ec2:Describe)/;
      for (const [name] of ofType(deployment, 'AWS::IAM::Role')) {
        expect(resource(deployment, name)).not.toHaveProperty('ManagedPolicyArns');
        for (const { Action, Resource } of statements(deployment, name).filter(permits)) {
          const actions = [Action].flat();
          expect(actions.filter((action) => action.includes('*'))).toEqual([]);
          const unlimited = [Resource].flat().includes('*') ? actions : [];
          expect(unlimited.filter((action) => !withoutResources.test(action))).toEqual([]);
        }
      }
    });

    it('prints what a person needs next', () => {
      const bucket = options.has('existingBucket') ? 'our-configs' : '<ConfigBucket>';
      const outputs = deployment.resolved.Outputs;
      expect(outputs['StateMachineArn']?.Value).toBe('<ProviderSyncStateMachineAliaslive>');
      expect(outputs['ConfigBucketName']?.Value).toBe(bucket);
      const secret = options.has('existingSecrets') ? 'tfe/token' : '<TokenSecret>';
      expect(outputs['Notifications']?.Value).toMatch(
        options.has('emails') ? /^Mails go to ops@example\.com,dev@/ : /^NOBODY IS TOLD OF FAILURES/,
      );
      expect(outputs['PutTokenCommand']?.Value).toBe(
        `aws secretsmanager put-secret-value --region REGION --secret-id ${secret} --secret-string file:///dev/stdin`,
      );
      expect(outputs['UploadConfigCommand']?.Value).toBe(
        `aws s3 cp config.json s3://${bucket}/config.json --region REGION`,
      );
      expect(outputs['StartExecutionCommand']?.Value).toBe(
        `aws stepfunctions start-execution --region REGION --state-machine-arn <ProviderSyncStateMachineAliaslive> --input '{"bucket":"${bucket}","key":"config.json"}'`,
      );
    });
  });

  describe.each(without('existingBucket'))('with $name', ({ deployment }) => {
    it('creates the bucket as the config needs it', () => {
      expect(deployment.resolved.Resources['ConfigBucket']).toMatchObject({ DeletionPolicy: 'Retain' });
      expect(resource(deployment, 'ConfigBucket')).toMatchObject({
        VersioningConfiguration: { Status: 'Enabled' },
        OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        LifecycleConfiguration: {
          Rules: [
            { NoncurrentVersionExpiration: { NoncurrentDays: 90 } },
            { Prefix: 'config.json.STACK.runs', NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
          ],
        },
        NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      });
      expect(resource(deployment, 'ConfigBucketPolicy').PolicyDocument.Statement).toMatchObject([
        { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ]);
    });
  });

  describe.each(having('schedules'))('with $name', ({ deployment }) => {
    it('has the schedules that are asked for', () => {
      const schedules = ofType(deployment, 'AWS::Scheduler::Schedule');
      const bucket = deployment.options.has('existingBucket') ? 'our-configs' : '<ConfigBucket>';
      expect(Object.fromEntries(schedules.map(([name, { Properties }]) => [name, Properties]))).toMatchObject(
        {
          SyncSchedule: {
            ScheduleExpression: 'cron(0 2 * * ? *)',
            ScheduleExpressionTimezone: 'Europe/Berlin',
            Target: {
              Arn: '<ProviderSyncStateMachineAliaslive>',
              RoleArn: '<SyncScheduleRole.Arn>',
              Input: JSON.stringify({ bucket, key: 'config.json' }),
            },
          },
          CleanupSchedule: {
            ScheduleExpression: 'cron(0 3 ? * SUN *)',
            ScheduleExpressionTimezone: 'Europe/Berlin',
            Target: {
              Arn: '<CleanupOldVersionsFunctionAliaslive>',
              RoleArn: '<CleanupScheduleRole.Arn>',
              Input: '{}',
            },
          },
        },
      );
    });
  });

  describe.each(without('schedules'))('with $name', ({ deployment }) => {
    it('has no schedule that nobody asked for', () => {
      const schedules = ofType(deployment, 'AWS::Scheduler::Schedule').map(([name]) => name);
      expect(schedules).toEqual(deployment.options.has('ledger') ? ['KeepLedgerSchedule'] : []);
    });
  });

  describe.each(without('existingSecrets'))('with $name', ({ deployment }) => {
    it('creates the secret empty', () => {
      const secret = resource(deployment, 'TokenSecret');
      expect(secret).not.toHaveProperty('SecretString');
      expect(secret).not.toHaveProperty('GenerateSecretString');
    });
  });
});
