import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Json, resolveTemplate, type Template } from '../deployment/support/cloudformation.ts';
import { deploymentTools } from '../deployment/support/deployment-tools.ts';
import { REQUIRED_PARAMETERS } from '../deployment/support/transformed-template.ts';

const tools = await deploymentTools();

/** The template as SAM and CloudFormation see it with each of these parameters. */
async function deployments(sets: readonly Record<string, string>[]): Promise<readonly Template[]> {
  if (tools === undefined) return [];
  const parameters = sets.map((set) => ({ ...REQUIRED_PARAMETERS, ...set }));
  const script = 'test/deployment/support/transform.py';
  const transformed = JSON.parse(
    await tools.run('python', [script, 'template.yaml'], JSON.stringify(parameters)),
  ) as readonly Template[];
  return transformed.map((template, index) => resolveTemplate(template, parameters[index] ?? {}));
}

const RELEASE = { ReleaseId: `0123456789-${'a'.repeat(40)}` };
const NEXT = { ReleaseId: `9876543210-${'a'.repeat(40)}` };
const SCHEDULES = { ScheduleCronExpression: 'rate(1 day)', CleanupCronExpression: 'rate(7 days)' };
const BOUNDARY = 'arn:aws:iam::123456789012:policy/delivery/provider-sync-prod-boundary';

const [plain, released, gradual, next] = await deployments([
  {},
  RELEASE,
  { ...RELEASE, ...SCHEDULES, GradualDeployment: 'true', PermissionsBoundaryArn: BOUNDARY },
  { ...NEXT, ...SCHEDULES, GradualDeployment: 'true' },
]);

function resources(template: Template | undefined, type: string): readonly (readonly [string, Json])[] {
  return Object.entries(template?.Resources ?? {})
    .filter(([, { Type }]) => Type === type)
    .map(([name, { Properties }]) => [name, Properties]);
}

const versions = (template: Template | undefined) =>
  resources(template, 'AWS::Lambda::Version').map(([name]) => name);

/** The names of alarms that deployments wait for, and whether each is one of the template. */
function missingAlarms(template: Template): readonly string[] {
  const named = [
    ...resources(template, 'AWS::StepFunctions::StateMachineAlias').flatMap(
      ([, { DeploymentPreference }]) => DeploymentPreference?.Alarms ?? [],
    ),
    ...resources(template, 'AWS::CodeDeploy::DeploymentGroup').flatMap(
      ([, { AlarmConfiguration }]) => AlarmConfiguration?.Alarms?.map(({ Name }: Json) => Name) ?? [],
    ),
  ].map(String);
  expect(named.length).toBeGreaterThan(0);
  const there = new Set(resources(template, 'AWS::CloudWatch::Alarm').map(([name]) => `<${name}>`));
  return named.filter((name) => !there.has(name));
}

describe.skipIf(!tools)('deployments of template.yaml (need Python and pip)', () => {
  it.each([
    ['by hand', plain],
    ['as a release', released],
    ['gradually', gradual],
  ])('name versions of the functions in the definition: %s', (_name, template) => {
    const [, { DefinitionSubstitutions }] = resources(template, 'AWS::StepFunctions::StateMachine')[0] ?? [
      '',
      {},
    ];
    const { Partition, ...functions } = DefinitionSubstitutions;
    expect(Partition).toBe('PARTITION');
    const arns = Object.entries(functions);
    expect(arns.length).toBeGreaterThanOrEqual(5);
    for (const [name, reference] of arns) {
      expect(versions(template)).toContain(String(reference).slice(1, -1));
      expect(String(reference)).toMatch(new RegExp(`^<${name.replace(/Arn$/, '')}Version[0-9a-f]{10}>$`));
    }
  });

  it('let the state machine invoke those versions', () => {
    const [, { Policies }] = resources(plain, 'AWS::IAM::Role').find(
      ([name]) => name === 'ProviderSyncRole',
    ) ?? ['', {}];
    const { Resource } = Policies[0].PolicyDocument.Statement.find(
      ({ Sid }: Json) => Sid === 'InvokeFunctions',
    );
    const [, { DefinitionSubstitutions }] = resources(plain, 'AWS::StepFunctions::StateMachine')[0] ?? [
      '',
      {},
    ];
    for (const name of Object.keys(DefinitionSubstitutions).filter((key) => key.endsWith('Arn'))) {
      expect(Resource).toContain(`<${name.replace(/Arn$/, '')}.Arn>:*`);
    }
  });

  it('publish a new version of every function with every release, and keep the old ones', () => {
    expect(versions(gradual)).toHaveLength(resources(gradual, 'AWS::Lambda::Function').length);
    expect(versions(gradual).filter((name) => versions(next).includes(name))).toEqual([]);
    for (const name of versions(gradual))
      expect(gradual?.Resources[name]).toMatchObject({ DeletionPolicy: 'Retain' });
    expect(gradual?.Resources['ProviderSyncStateMachineVersion']).toMatchObject({
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  it('start executions and cleanups by alias only', () => {
    const machine = '<ProviderSyncStateMachineAliaslive>';
    const [, rule] = resources(gradual, 'AWS::Events::Rule')[0] ?? ['', {}];
    expect(rule.Targets.map(({ Arn }: Json) => Arn)).toEqual([machine]);
    const schedules = resources(gradual, 'AWS::Scheduler::Schedule').map(([name, { Target }]) => [
      name,
      Target.Arn,
    ]);
    expect(Object.fromEntries(schedules)).toEqual({
      SyncSchedule: machine,
      CleanupSchedule: '<CleanupOldVersionsFunctionAliaslive>',
    });
    const [[, invocation] = ['', {}]] = resources(gradual, 'AWS::Lambda::EventInvokeConfig');
    expect(invocation).toMatchObject({ Qualifier: 'live', MaximumRetryAttempts: 0 });
    expect(gradual?.Outputs['StateMachineArn']?.Value).toBe(machine);
  });

  it('shift gradually only where it is asked for', () => {
    for (const template of [plain, released]) {
      const [[, alias] = ['', {}]] = resources(template, 'AWS::StepFunctions::StateMachineAlias');
      expect(alias.DeploymentPreference).toEqual({
        Type: 'ALL_AT_ONCE',
        StateMachineVersionArn: '<ProviderSyncStateMachineVersion>',
      });
      expect(resources(template, 'AWS::CodeDeploy::DeploymentGroup')).toEqual([]);
      expect(resources(template, 'AWS::CodeDeploy::Application')).toEqual([]);
    }
    const [[, alias] = ['', {}]] = resources(gradual, 'AWS::StepFunctions::StateMachineAlias');
    expect(alias.DeploymentPreference).toMatchObject({ Type: 'CANARY', Percentage: 10, Interval: 10 });
    const groups = resources(gradual, 'AWS::CodeDeploy::DeploymentGroup');
    expect(groups.map(([name]) => name)).toEqual(['CleanupOldVersionsFunctionDeploymentGroup']);
  });

  it('wait for alarms that are in the template and can ring while a release shifts', () => {
    if (gradual === undefined) throw new Error('nothing was transformed');
    expect(missingAlarms(gradual)).toEqual([]);
    const [[, { DeploymentPreference }] = ['', {}]] = resources(
      gradual,
      'AWS::StepFunctions::StateMachineAlias',
    );
    for (const name of DeploymentPreference.Alarms) {
      const alarm = gradual.Resources[name.slice(1, -1)]?.Properties ?? {};
      const seconds = Number(alarm['Period']) * Number(alarm['EvaluationPeriods']);
      expect(seconds).toBeGreaterThan(0);
      expect(seconds * 3).toBeLessThanOrEqual(DeploymentPreference.Interval * 60);
    }
  });

  it('would be found out if an alarm were missing', () => {
    if (gradual === undefined) throw new Error('nothing was transformed');
    const { ReleaseErrorsAlarm: _gone, ...others } = gradual.Resources;
    expect(missingAlarms({ ...gradual, Resources: others })).toEqual([
      '<ReleaseErrorsAlarm>',
      '<ReleaseErrorsAlarm>',
    ]);
  });

  it('have every role within the boundary, CodeDeploy’s too, and no role that SAM makes', () => {
    const roles = resources(gradual, 'AWS::IAM::Role');
    expect(roles.map(([name]) => name)).toContain('CodeDeployRole');
    expect(roles.map(([name]) => name)).not.toContain('CodeDeployServiceRole');
    for (const [, { PermissionsBoundary }] of roles) expect(PermissionsBoundary).toBe(BOUNDARY);
    for (const [, { PermissionsBoundary }] of resources(plain, 'AWS::IAM::Role')) {
      expect(PermissionsBoundary).toBeUndefined();
    }
    const [[, group] = ['', {}]] = resources(gradual, 'AWS::CodeDeploy::DeploymentGroup');
    expect(group.ServiceRoleArn).toBe('<CodeDeployRole.Arn>');
  });
});

describe('the environments', () => {
  const read = (name: string) =>
    JSON.parse(readFileSync(`delivery/environments/${name}.json`, 'utf8')) as Record<string, string>;

  it('shift gradually in staging and prod, and at once in dev', () => {
    const gradually = ['dev', 'staging', 'prod'].map((name) => read(name)['GradualDeployment']);
    expect(gradually).toEqual([undefined, 'true', 'true']);
  });

  it.each([
    ['dev', 'default'],
    ['staging', 'staging'],
    ['prod', 'prod'],
  ])('give %s the parameters that samconfig.toml gives it by hand', (name, section) => {
    const text = readFileSync('samconfig.toml', 'utf8');
    const start = text.indexOf(`[${section}.deploy.parameters]`);
    const list = /parameter_overrides = \[([\s\S]*?)\]/.exec(text.slice(start))?.[1] ?? '';
    const entries = Array.from(list.matchAll(/"(\w+)='?(.*?)'?"/g), ([, key, value]) => [key, value]);
    const { GradualDeployment: _gradual, ...common } = read(name);
    expect(Object.fromEntries(entries)).toEqual(common);
  });
});
