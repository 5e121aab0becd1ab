import { describe, expect, it } from 'vitest';
import { brokenRules, type Parameters, resolveTemplate } from './support/cloudformation.ts';
import { deploymentTools } from './support/deployment-tools.ts';
import { plainTemplate, REQUIRED_PARAMETERS } from './support/transformed-template.ts';

const tools = await deploymentTools();
const transformed = await plainTemplate(tools);

const KEY = 'arn:aws:kms:eu-central-1:123456789012:key/abc';
const POLICY = 'arn:aws:iam::123456789012:policy/delivery/x';
const VPC = { VpcSubnetIds: 'subnet-0123abcd', VpcSecurityGroupIds: 'sg-0123abcd' };
const NEEDS_MIRROR =
  'CreateDeployments needs a mirror that its runners reach, so give DeploymentsMirrorUrl, or CreateMirror and, with ' +
  'VpcSubnetIds, MirrorVpcEndpointIds or MirrorDistribution.';

describe.skipIf(!tools)('deployments in template.yaml (needs Python and pip)', () => {
  const resolved = (given: Parameters = {}) =>
    resolveTemplate(transformed, { ...REQUIRED_PARAMETERS, ...given });
  const stacksOf = (given: Parameters) =>
    Object.fromEntries(
      Object.entries(resolved(given).Resources)
        .filter(([, { Type }]) => Type === 'AWS::CloudFormation::Stack')
        .map(([name, { Properties }]) => [name, Properties['Parameters']]),
    );

  it('are nowhere unless they are asked for', () => {
    expect(stacksOf({})).toEqual({});
    expect(Object.keys(resolved().Outputs).filter((name) => name.startsWith('Deployments'))).toEqual([]);
    // A stack that has a mirror keeps it as it was.
    const given = { CreateMirror: 'true', MirrorVpcEndpointIds: 'vpce-0123abcd' };
    expect(stacksOf(given)['MirrorStack']).toMatchObject({ VpcEndpointIds: 'vpce-0123abcd' });
    expect(resolved({ CreateMirror: 'true' }).Outputs).not.toHaveProperty('MirrorUrl');
  });

  it('run in a network of their own, which the new mirror is opened to, and tell the new ledger', () => {
    const given = { CreateDeployments: 'true', CreateMirror: 'true', CreateLedger: 'true' };
    expect(brokenRules(transformed, { ...REQUIRED_PARAMETERS, ...given })).toEqual([]);
    const stacks = stacksOf(given);
    expect(stacks['DeploymentsNetworkStack']).toMatchObject({
      Name: 'STACK-deployments',
      NatGateway: 'true',
      InterfaceEndpoints: '',
    });
    expect(stacks['MirrorStack']).toMatchObject({
      VpcEndpointIds: '<DeploymentsNetworkStack.Outputs.S3EndpointId>',
    });
    expect(stacks['DeploymentsStack']).toMatchObject({
      Name: 'STACK-deployments',
      MirrorUrl: '<MirrorStack.Outputs.VpcEndpointUrl>',
      SubnetIds: '<DeploymentsNetworkStack.Outputs.PrivateSubnetIds>',
      SecurityGroupIds: '<DeploymentsNetworkStack.Outputs.TaskSecurityGroupId>',
      DriftScheduleExpression: 'cron(30 4 * * ? *)',
      ScheduleTimeZone: 'UTC',
      ParameterPrefix: '/STACK/deployments',
      NotificationTopicArn: '<NotificationTopic>',
      LedgerTableName: '<LedgerStack.Outputs.TableName>',
      LedgerKeyArn: '<LedgerStack.Outputs.TableKeyArn>',
      LedgerTopicArn: '<LedgerStack.Outputs.TopicArn>',
      LedgerTopicKeyArn: '<LedgerStack.Outputs.TransportKeyArn>',
      KindBoundaryArn: '',
    });
    const { Outputs } = resolved(given);
    expect(Outputs['DeploymentsTableName']?.Value).toBe('<DeploymentsStack.Outputs.RequestsTableName>');
    expect(Outputs['DeploymentsRepositoryUri']?.Value).toBe('<DeploymentsStack.Outputs.RepositoryUri>');
    expect(Outputs['DeploymentsNatAddress']?.Value).toBe('<DeploymentsNetworkStack.Outputs.NatAddress>');
    expect(Outputs['MirrorUrl']?.Value).toBe('<MirrorStack.Outputs.VpcEndpointUrl>');
    // The mirror's own readers stay its readers.
    const both = stacksOf({ ...given, MirrorVpcEndpointIds: 'vpce-0123abcd' });
    expect(both['MirrorStack']).toMatchObject({
      VpcEndpointIds: 'vpce-0123abcd,<DeploymentsNetworkStack.Outputs.S3EndpointId>',
    });
  });

  it('reach what has an endpoint alone where there is no gateway', () => {
    const given = { CreateDeployments: 'true', CreateMirror: 'true', DeploymentsNatGateway: 'false' };
    expect(stacksOf(given)['DeploymentsNetworkStack']).toMatchObject({
      NatGateway: 'false',
      InterfaceEndpoints: 'ecr.api,ecr.dkr,logs,ssm,ecs,states',
    });
    expect(resolved(given).Outputs).not.toHaveProperty('DeploymentsNatAddress');
  });

  it('run in subnets that are given, by the mirror’s address for them', () => {
    const given = { CreateDeployments: 'true', CreateMirror: 'true', ...VPC };
    const endpoints = stacksOf({ ...given, MirrorVpcEndpointIds: 'vpce-0123abcd' });
    expect(Object.keys(endpoints).toSorted()).toEqual(['DeploymentsStack', 'MirrorStack']);
    expect(endpoints['DeploymentsStack']).toMatchObject({
      MirrorUrl: '<MirrorStack.Outputs.VpcEndpointUrl>',
      SubnetIds: 'subnet-0123abcd',
      SecurityGroupIds: 'sg-0123abcd',
    });
    expect(stacksOf({ ...given, MirrorDistribution: 'true' })['DeploymentsStack']).toMatchObject({
      MirrorUrl: '<MirrorStack.Outputs.DistributionUrl>',
    });
  });

  it('take a mirror and a ledger of yours, and boundaries that somebody else made', () => {
    const given = {
      CreateDeployments: 'true',
      DeploymentsMirrorUrl: 'https://mirror.example.com/',
      ExistingLedgerTableName: 'our-ledger',
      ExistingLedgerKeyArn: KEY,
      DeploymentsKindBoundaryArn: POLICY,
      DeploymentsEnclaveBoundaryArn: POLICY,
    };
    expect(brokenRules(transformed, { ...REQUIRED_PARAMETERS, ...given })).toEqual([]);
    expect(stacksOf(given)['DeploymentsStack']).toMatchObject({
      MirrorUrl: 'https://mirror.example.com/',
      LedgerTableName: 'our-ledger',
      LedgerKeyArn: KEY,
      LedgerTopicArn: '',
      KindBoundaryArn: POLICY,
      EnclaveBoundaryArn: POLICY,
    });
  });

  it.each([
    [{ CreateDeployments: 'true' }, NEEDS_MIRROR],
    [{ CreateDeployments: 'true', ExistingMirrorBucketName: 'our-mirror' }, NEEDS_MIRROR],
    [{ CreateDeployments: 'true', CreateMirror: 'true', ...VPC }, NEEDS_MIRROR],
    [
      { DeploymentsReplicaBucketName: 'elsewhere' },
      'DeploymentsReplicaBucketName is given, so give DeploymentsReplicaKeyArn too.',
    ],
    [
      { DeploymentsReplicaKeyArn: KEY },
      'DeploymentsReplicaKeyArn is given, so give DeploymentsReplicaBucketName too.',
    ],
    [
      { DeploymentsKindBoundaryArn: POLICY },
      'DeploymentsKindBoundaryArn is given, so give DeploymentsEnclaveBoundaryArn too.',
    ],
    [
      { DeploymentsEnclaveBoundaryArn: POLICY },
      'DeploymentsEnclaveBoundaryArn is given, so give DeploymentsKindBoundaryArn too.',
    ],
  ])('refuses %j', (given, said) => {
    expect(brokenRules(transformed, { ...REQUIRED_PARAMETERS, ...given })).toEqual([said]);
  });
});
