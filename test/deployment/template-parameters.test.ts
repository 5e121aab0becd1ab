import { describe, expect, it } from 'vitest';
import { brokenRules, type Json, resolveTemplate } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import { deploymentsOf, OPTIONS, REQUIRED_PARAMETERS } from './support/transformed-template.ts';

const tools = await deploymentTools();
const [deployment] = tools ? await deploymentsOf(tools, [[]]) : [];

describe.skipIf(!deployment)('the parameters of template.yaml (needs Python and pip)', () => {
  const transformed = deployment?.transformed ?? {
    Parameters: {},
    Conditions: {},
    Resources: {},
    Outputs: {},
  };

  it.each([
    ['no options', {}, []],
    ['every option', Object.assign({}, ...Object.values(OPTIONS)), []],
    [
      'subnets without security groups',
      { VpcSubnetIds: 'subnet-0123abcd' },
      ['VpcSubnetIds is given, so give VpcSecurityGroupIds too.'],
    ],
    [
      'security groups without subnets',
      { VpcSecurityGroupIds: 'sg-0123abcd' },
      ['VpcSecurityGroupIds is given, so give VpcSubnetIds too.'],
    ],
    [
      'hosts without a proxy, and no proxy',
      { NoProxy: 'tfe.example.com' },
      ['NoProxy is given, so give HttpsProxy too.'],
    ],
    [
      'one secret for two things',
      { CaBundleSecretName: 'tfe', TfcTokenSecretName: 'tfe' },
      ['CaBundleSecretName and TfcTokenSecretName must name two different secrets.'],
    ],
  ])('has rules that say of %s: %j', (_name, parameters, expected) => {
    expect(brokenRules(transformed, { ...REQUIRED_PARAMETERS, ...parameters })).toEqual(expected);
  });

  it('reserves concurrency unless the account cannot spare it', () => {
    const reserved = (parameters: Record<string, string>) =>
      Object.values(
        resolveTemplate(transformed, { ...REQUIRED_PARAMETERS, ...parameters }).Resources,
      ).flatMap(({ Properties }) => Properties['ReservedConcurrentExecutions'] ?? []);
    expect(reserved({})).toEqual([10, 1]);
    expect(reserved({ ReserveConcurrency: 'false' })).toEqual([]);
  });

  it.each([
    ['DEBUG', 'DEBUG'],
    ['INFO', 'INFO'],
    ['WARN', 'INFO'],
    ['ERROR', 'INFO'],
  ])(
    'has the functions log at %s, and Lambda let metrics through, which are of INFO',
    (LogLevel, through) => {
      const { Resources } = resolveTemplate(transformed, { ...REQUIRED_PARAMETERS, LogLevel });
      const functions = Object.values(Resources).filter(({ Type }) => Type === 'AWS::Lambda::Function');
      expect(functions).toHaveLength(6);
      for (const { Properties } of functions) {
        expect(Properties['LoggingConfig'].ApplicationLogLevel).toBe(through);
        expect(Properties['Environment'].Variables.LOG_LEVEL).toBe(LogLevel);
      }
    },
  );

  it.each([
    ['TfcOrganization', ['acme', 'acme_2-b'], ['', 'a b', 'a/b']],
    [
      'TfcAddress',
      ['https://app.terraform.io', 'https://tfe.example.com:8443/'],
      ['http://tfe.example.com', 'https://x/y'],
    ],
    ['TfcTokenSecretName', ['', 'team/token@1'], ['arn:aws:secretsmanager:x', 'a*']],
    ['ConfigKey', ['config.json', 'teams/a/config.json'], ['', '*.json', 'a b']],
    ['ScheduleCronExpression', ['', 'cron(0 2 * * ? *)', 'rate(12 hours)'], ['0 2 * * *', 'daily']],
    ['ScheduleTimeZone', ['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia'], ['', 'Europe Berlin']],
    ['SyncOverdueHours', ['', '1', '48', '168'], ['0', '169', '1.5', 'x']],
    [
      'AllowedHostnames',
      ['', 'registry.terraform.io,registry.opentofu.org'],
      ['https://registry.terraform.io', 'a, b'],
    ],
    ['AllowHosts', ['', 'tfe.internal,10.0.0.7,fd00::1'], ['https://tfe.internal', 'a b']],
    ['HttpsProxy', ['', 'http://proxy.example.com:3128'], ['proxy:3128', 'http://user:secret@proxy']],
    ['NoProxy', ['', '.example.com,10.0.0.7'], ['a, b']],
    ['CleanupKeepMajors', ['', '3'], ['0', '-1', 'x']],
    ['CleanupMaxShare', ['0.5', '1', '1.0', '0.05'], ['0', '0.0', '1.5', '-1', 'half']],
    [
      'NotificationEmails',
      ['', 'a@b.co', 'a@b.co,c@d.co'],
      ['a', 'a@b.co, c@d.co', Array(6).fill('a@b.co').join(',')],
    ],
    [
      'VpcSubnetIds',
      ['', 'subnet-0123abcd,subnet-0123456789abcdef0'],
      ['subnet-', 'sg-0123abcd', 'subnet-0123abcd,'],
    ],
    ['VpcSecurityGroupIds', ['', 'sg-0123abcd'], ['subnet-0123abcd', 'sg-0123abcd, sg-0123abcd']],
    [
      'KmsKeyArn',
      ['', OPTIONS.kms.KmsKeyArn, 'arn:aws-cn:kms:cn-north-1:123456789012:key/abc'],
      ['alias/x', 'abc'],
    ],
    ['ExistingConfigBucketName', ['', 'our-configs'], ['Our-Configs', 'a', 's3://configs']],
  ] as const)('accepts and refuses values of %s', (name, accepted, refused) => {
    const pattern = new RegExp(transformed.Parameters[name]?.AllowedPattern ?? '(?!)');
    for (const value of accepted) expect(value).toMatch(pattern);
    for (const value of refused) expect(value).not.toMatch(pattern);
  });

  it('groups and labels every parameter for the console', () => {
    const { ParameterGroups, ParameterLabels } = (transformed as Json).Metadata[
      'AWS::CloudFormation::Interface'
    ];
    const names = Object.keys(transformed.Parameters).toSorted();
    expect(ParameterGroups.flatMap(({ Parameters }: Json) => Parameters).toSorted()).toEqual(names);
    expect(Object.keys(ParameterLabels).toSorted()).toEqual(names);
  });
});
