import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { runInProcess } from '../support/command-line.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();

async function commands() {
  const folder = await temporaryFolder();
  const environment = {
    HOME: folder,
    PROVIDER_SYNC_DEPLOYMENTS: join(folder, 'deployments'),
    PROVIDER_SYNC_LEDGER: join(folder, 'ledger.sqlite'),
    PROVIDER_SYNC_MIRROR: join(folder, 'mirror'),
  };
  return { folder, say: (...args: readonly string[]) => runInProcess(args, environment) };
}

describe('deployments', () => {
  it('shows the catalogue that comes with the program', async () => {
    const { say } = await commands();
    const { code, stdout } = await say('deployments', 'kinds', '--json');
    expect(code).toBe(0);
    const { kinds } = JSON.parse(stdout) as { kinds: { name: string; locked: boolean }[] };
    expect(kinds.map(({ name, locked }) => [name, locked])).toEqual([
      ['example', true],
      ['nitro-enclave', false],
    ]);
    expect((await say('deployments', 'kinds', 'nitro-enclave')).stdout).toContain('no lock file yet');
  });

  it('refuses a request with every problem and its place, and keeps nothing', async () => {
    const { say } = await commands();
    const inputs = '{"folder": "relative", "secondes": 1, "password": "hunter2-secret"}';
    const { code, stdout, stderr } = await say(
      'deployments',
      'request',
      'example',
      '--inputs',
      inputs,
      '--json',
    );
    expect(code).toBe(2);
    const { error } = JSON.parse(stdout) as { error: { code: string; problems: { path: string }[] } };
    expect(error.code).toBe('DeploymentInvalid');
    expect(error.problems.map(({ path }) => path)).toEqual(['$.secondes', '$.folder', '$.password']);
    expect(`${stdout}${stderr}`).not.toContain('hunter2');
    expect((await say('deployments', 'list')).stdout).toBe('There is no deployment.\n');
  });

  it('keeps a request, from a file too, and tells of it', async () => {
    const { folder, say } = await commands();
    const file = join(folder, 'inputs.json');
    await writeFile(file, '{"folder": "/srv/notes"}');
    const asked = await say(
      'deployments',
      'request',
      'example',
      '--id',
      'web',
      '--inputs',
      file,
      '--as',
      'ada',
      '--json',
    );
    expect(asked.code).toBe(0);
    expect(JSON.parse(asked.stdout)).toMatchObject({
      deployment: {
        id: 'web',
        status: 'PENDING_DEPLOY',
        requestedBy: 'ada',
        inputs: { folder: '/srv/notes' },
      },
    });
    expect((await say('deployments', 'show', 'web')).stdout).toContain('web: PENDING_DEPLOY');
    expect((await say('deployments', 'list', '--status', 'pending_deploy')).stdout).toContain('web');
    expect((await say('deployments', 'logs', 'web')).stdout).toBe('Nothing has run yet.\n');
    const twice = await say('deployments', 'request', 'example', '--id', 'web', '--inputs', file);
    expect([twice.code, twice.stderr]).toEqual([
      2,
      expect.stringContaining('There is a deployment "web" already'),
    ]);
    const made = await say('deployments', 'request', 'example', '--inputs', file, '--json');
    expect((JSON.parse(made.stdout) as { deployment: { id: string } }).deployment.id).toMatch(
      /^example-[a-z2-9]{6}$/,
    );
  });

  it('lists, monitors and runs what there is beside a row that is no request, and names the row', async () => {
    const { folder, say } = await commands();
    await say('deployments', 'request', 'example', '--id', 'web', '--inputs', '{"folder": "/srv/notes"}');
    const database = new DatabaseSync(join(folder, 'deployments', 'requests.sqlite'));
    const body = JSON.stringify({ id: 'odd\u001b[2J', status: 'PENDING_DEPLOY' });
    database.prepare("INSERT INTO requests VALUES (?, 'PENDING_DEPLOY', '', 1, ?)").run('odd\u001b[2J', body);
    database.close();
    const listed = await say('deployments', 'list');
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(/^web /m);
    expect(listed.stdout).toMatch(
      /^odd\uFFFD\[2J: the row is no request: .*\$\.kind .*Mend the row or delete it\.$/m,
    );
    const { deployments, unreadable } = JSON.parse((await say('deployments', 'list', '--json')).stdout) as {
      deployments: { id: string }[];
      unreadable: { id: string; detail: string }[];
    };
    expect(deployments.map(({ id }) => id)).toEqual(['web']);
    expect(unreadable).toEqual([{ id: 'odd\uFFFD[2J', detail: expect.stringContaining('$.requestedBy') }]);
    const watched = await say('deployments', 'monitor', '--stuck-minutes', '0', '--json');
    const { findings } = JSON.parse(watched.stdout) as { findings: { id: string; what: string }[] };
    expect(findings.map(({ id, what }) => [id, what])).toEqual([
      ['odd\uFFFD[2J', 'unreadable'],
      ['web', 'stuck'],
    ]);
    await say('deployments', 'cancel', 'web');
    const ran = await say('deployments', 'run');
    expect(ran.stdout).toBe('Nothing is to be run.\n');
    expect(ran.stderr).toContain('odd\uFFFD[2J: the row is no request');
  });

  it('cancels, retries and destroys what fits, and says why what does not', async () => {
    const { say } = await commands();
    await say('deployments', 'request', 'example', '--id', 'web', '--inputs', '{"folder": "/srv/notes"}');
    expect((await say('deployments', 'cancel', 'web', '--as', 'eve')).stdout).toContain('It is cancelled.');
    expect((await say('deployments', 'show', 'web')).stdout).toContain(
      'DeploymentCancelled: The run was cancelled by eve.',
    );
    const again = await say('deployments', 'cancel', 'web');
    expect([again.code, again.stderr]).toEqual([2, expect.stringContaining('nothing is running')]);
    const approved = await say('deployments', 'approve', 'web', 'abc');
    expect([approved.code, approved.stderr]).toEqual([2, expect.stringContaining('no plan that waits')]);
    expect((await say('deployments', 'retry', 'web')).stdout).toContain('web: PENDING_DEPLOY');
    const early = await say('deployments', 'destroy', 'web');
    expect([early.code, early.stderr]).toEqual([2, expect.stringContaining('PENDING_DEPLOY')]);
    expect((await say('deployments', 'show', 'nobody')).code).toBe(2);
  });

  it.each([
    [['run', 'web', '--mirror', 'http://mirror.example.com/'], 'https alone'],
    [['list', '--status', 'LOST'], 'Give one of PENDING_DEPLOY'],
    [['list', '--requests', 'table'], 'Write dynamodb://'],
    [['logs', 'web', '--store', 'bucket'], 'Write s3://BUCKET'],
    [['request', 'example', '--inputs', '[1]'], 'cannot be read'],
    [['request', 'example', '--inputs', '{'], 'is no JSON'],
    [['request', 'example', '--id', 'Web'], 'small letters'],
    [['approve', 'web'], 'PLAN: is missing'],
  ])('says what is wrong with %j', async (args, said) => {
    const { say } = await commands();
    const { code, stderr } = await say('deployments', ...args);
    expect([code, stderr]).toEqual([2, expect.stringContaining(said)]);
  });
});
