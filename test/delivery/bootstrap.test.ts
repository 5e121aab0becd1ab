import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningMoto, startMoto } from '../../scripts/stand-ins/moto.ts';
import { deliveryTools } from '../deployment/support/deployment-tools.ts';

const tools = await deliveryTools();

const IDS = ['--owner-id', '123456', '--repository-id', '789012'];

/**
 * That it runs, and runs again. moto makes half of what the template asks for and calls it complete, so what the
 * resources are is asked of the template (trust.test.ts, permissions.test.ts).
 */
describe.skipIf(!tools)('delivery/bootstrap.sh (needs Python and pip)', { timeout: 300_000 }, () => {
  let account: RunningMoto;
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'provider-sync-bootstrap-'));
    await writeFile(path.join(folder, 'config'), '[default]\ns3 =\n  addressing_style = path\n');
    account = await startMoto(tools?.program('moto_server') ?? '', 0);
  }, 60_000);
  afterAll(async () => {
    await account.close();
    await rm(folder, { recursive: true, force: true });
  });

  const environment = () => ({
    ...process.env,
    PATH: `${path.dirname(tools?.program('aws') ?? '')}:${process.env['PATH']}`,
    // By this name moto knows that the bucket of a template's address is in its path.
    AWS_ENDPOINT_URL: account.url.replace('127.0.0.1', 'localhost'),
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CONFIG_FILE: path.join(folder, 'config'),
    AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
  });
  const run = (program: string, args: readonly string[]) =>
    promisify(execFile)(program, args, { env: environment() });
  const bootstrap = (...options: readonly string[]) =>
    run('delivery/bootstrap.sh', ['--region', 'eu-central-1', ...options]);
  const stack = async (name: string) => {
    const { stdout } = await run('aws', [
      'cloudformation',
      'describe-stacks',
      '--region=eu-central-1',
      `--stack-name=${name}`,
    ]);
    return JSON.parse(stdout).Stacks[0];
  };

  it('makes the stack, says what to do next, and changes nothing when it runs again', async () => {
    const repository = ['--repository', 'octo-org/octo-repo', ...IDS];
    const first = await bootstrap(...repository);
    expect(first.stdout).toContain(
      'gh variable set ARTIFACT_BUCKET --repo octo-org/octo-repo --body provider-sync-delivery-123456789012-eu-central-1',
    );
    expect(first.stdout).toContain(
      'gh variable set AWS_ACCOUNT_ID --repo octo-org/octo-repo --body 123456789012',
    );
    const made = await stack('provider-sync-delivery');
    expect(made.StackStatus).toMatch(/_COMPLETE$/);

    const tasks = await stack('provider-sync-delivery-tasks');
    expect(tasks.StackStatus).toMatch(/_COMPLETE$/);
    // Too large for one call, it went through the bucket that the first one had made.
    const sent = await run('aws', [
      's3api',
      'list-objects-v2',
      '--bucket=provider-sync-delivery-123456789012-eu-central-1',
      '--prefix=bootstrap/',
      '--query=Contents[].Size',
      '--output=text',
    ]);
    expect(Number(sent.stdout)).toBe((await stat('delivery/bootstrap-tasks.yaml')).size);

    const second = await bootstrap(...repository);
    expect(second.stdout.split('Done.')[1]).toBe(first.stdout.split('Done.')[1]);
    const after = await stack('provider-sync-delivery');
    expect(after.StackId).toBe(made.StackId);
    expect(after.Parameters).toEqual(made.Parameters);
    expect((await stack('provider-sync-delivery-tasks')).StackId).toBe(tasks.StackId);
  });

  it('takes the identity provider that the account has already', async () => {
    const url = ['--url', 'https://token.actions.githubusercontent.com'];
    const create = ['iam', 'create-open-id-connect-provider', ...url, '--thumbprint-list', 'f'.repeat(40)];
    const { stdout } = await run('aws', [
      ...create,
      '--client-id-list',
      'sts.amazonaws.com',
      '--output=text',
    ]);
    const arn = stdout.trim();
    await bootstrap(
      '--application',
      'other',
      '--repository',
      'octo-org/octo-repo',
      ...IDS,
      '--subject-form',
      'names',
    );
    const { Parameters } = await stack('other-delivery');
    expect(Parameters).toContainEqual({ ParameterKey: 'ExistingOidcProviderArn', ParameterValue: arn });
    expect(Parameters).toContainEqual({ ParameterKey: 'SubjectForm', ParameterValue: 'names' });
  });

  it.each([
    [['--repository', 'octo-repo'], 'give --repository OWNER/NAME (got "octo-repo")'],
    [['--repository', 'o/r', '--subject-form', 'id'], '--subject-form is names or ids, not "id"'],
    [['--repository'], '--repository needs a value'],
    [['--wildcard', 'yes'], '"--wildcard" is no option'],
  ])('refuses %j before it asks AWS anything', async (options, message) => {
    await expect(bootstrap(...options)).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining(message),
    });
  });
});
