import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { BottlesResult } from '../../src/application/bottles/results.ts';
import type { CliIo, Environment } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';
import { DAY, DAY_1, LINUX, mirrorWorld, NEXT_DAY, sampleKey } from '../support/bottles/mirror-world.ts';
import { recordingIo, recordingOutput, runInProcess } from '../support/command-line.ts';
import { scriptedServer } from '../support/scripted-server.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();

async function stage(bottles: object = {}) {
  const world = await mirrorWorld();
  const folder = await temporaryFolder();
  const config = join(folder, 'config.json');
  const mirror = join(folder, 'mirror');
  const key = join(folder, 'key.json');
  await mkdir(mirror);
  await writeFile(key, JSON.stringify({ kty: 'RSA', ...sampleKey().publicKey }));
  await writeFile(
    config,
    JSON.stringify({ bottles: { formulae: ['hello'], tags: [LINUX], destination: mirror, ...bottles } }),
  );
  const run = (command: string, ...args: string[]) => runWith({}, command, ...args);
  const runWith = (environment: Environment, command: string, ...args: string[]) =>
    runInProcess(
      [
        'bottles',
        command,
        ...args,
        '--config',
        config,
        '--formulae-api',
        world.apiUrl,
        '--bottle-registry',
        world.url,
        '--api-key',
        key,
      ],
      environment,
    );
  return { world, mirror, run, runWith, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

describe('the commands about bottles', () => {
  it('plan, sync and verify a mirror, and tell clients how to use it', async () => {
    await using at = await stage();
    const plan = await at.run('plan');
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringContaining('5 bottles, 5 to fetch') });
    const sync = await at.run('sync', '--mirror-url', 'https://brew.acme.example/');
    expect(sync).toMatchObject({ code: 0, stdout: expect.stringContaining('5 bottles, 5 fetched') });
    for (const line of [
      'export HOMEBREW_API_DOMAIN=https://brew.acme.example/api\n',
      'export HOMEBREW_ARTIFACT_DOMAIN=https://brew.acme.example\n',
      'export HOMEBREW_ARTIFACT_DOMAIN_NO_FALLBACK=1\n',
      'export HOMEBREW_DOCKER_REGISTRY_BASIC_AUTH_TOKEN=none\n',
      'export HOMEBREW_NO_ANALYTICS=1\n',
      'that cannot be switched off',
    ]) {
      expect(sync.stdout).toContain(line);
    }
    expect(await at.run('verify')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('All is as it was published'),
    });
    const again = JSON.parse((await at.run('sync', '--json')).stdout) as BottlesResult;
    expect(again).toMatchObject({ ok: true, outcome: 'up-to-date', summary: { fetched: 0, present: 5 } });
  });

  it('keep what happens in a ledger that is named', async () => {
    await using at = await stage();
    const ledger = join(at.mirror, '../ledger.sqlite');
    expect(await at.run('sync', '--ledger', ledger)).toMatchObject({ code: 0 });
    const exported = await runInProcess(['ledger', 'export', '--ledger', ledger]);
    expect(exported.stdout).toContain('provider-sync.bottle.transferred.v1');
    expect(exported.stdout).toContain('provider-sync.bottles.published.v1');
    expect(exported.stdout).toContain('digest-of-bottle');
  });

  it('list snapshots, lock one, roll back to it, and clean up', async () => {
    await using at = await stage();
    await at.run('sync');
    const first = (JSON.parse((await at.run('snapshots', '--json')).stdout) as { current: string }).current;
    await at.world.publish(NEXT_DAY, DAY_1 + DAY);
    await at.run('sync');
    const lock = JSON.parse((await at.run('lock')).stdout) as {
      name: string;
      bottles: { filename: string }[];
    };
    expect(lock.bottles.map(({ filename }) => filename)).toContain('hello--1.1.x86_64_linux.bottle.tar.gz');
    expect(await at.run('rollback', first)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`see ${first} again`),
    });
    expect((await at.run('snapshots')).stdout).toMatch(new RegExp(`${first} .*current`));
    const dry = await at.run('cleanup', '--dry-run', '--keep', '1');
    expect(dry).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was changed') });
    expect(await at.run('cleanup')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('no terminal to ask on'),
    });
    expect(await at.run('cleanup', '--yes')).toMatchObject({ code: 0 });
    expect(await at.run('rollback', '2020-01-01')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('The newest are'),
    });
  });

  it('ask before anything is deleted, and take a no for an answer and not for an error', async () => {
    await using at = await stage();
    await at.run('sync');
    const stray = join(at.mirror, `v2/homebrew/core/hello/blobs/sha256:${'0'.repeat(64)}`);
    await writeFile(stray, 'x');
    const asked = async (answer: string, ...args: string[]) => {
      const [stdout, stderr] = [recordingOutput(), recordingOutput()];
      const questions: string[] = [];
      const ask: CliIo['ask'] = async (question) => {
        questions.push(question);
        return answer;
      };
      const config = join(at.mirror, '../config.json');
      const io = { ...recordingIo(), stdout, stderr, ask };
      const code = await run(['bottles', 'cleanup', '--config', config, ...args], io);
      return { code, stdout: stdout.text(), stderr: stderr.text(), questions };
    };
    expect(await asked('y')).toEqual({
      code: 0,
      stdout: '',
      stderr: expect.stringMatching(
        /1 bottle would be deleted[^]*Nothing was deleted: the answer was not "yes"/,
      ),
      questions: ['Delete 1 file for good? Only "yes" is taken for it: '],
    });
    const told = JSON.parse((await asked('no', '--json')).stdout) as object;
    expect(told).toMatchObject({ ok: true, dryRun: true });
    expect(await readFile(stray, 'utf8')).toBe('x');
    expect(await asked(' yes ')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('1 bottle deleted'),
    });
    await expect(readFile(stray)).rejects.toThrow('ENOENT');
  });

  it('say with its place in the config what is missing, and exit with 1', async () => {
    await using at = await stage({ formulae: ['hello', 'helo'] });
    const sync = await at.run('sync');
    expect(sync.code).toBe(1);
    expect(sync.stdout).toContain('$.bottles.formulae[1]: There is no formula "helo". Did you mean "hello"?');
    expect(await at.run('sync', '--allow-missing', 'helo')).toMatchObject({ code: 0 });
  });

  it('find what was changed in the mirror', async () => {
    await using at = await stage();
    await at.run('sync');
    const { bottles } = JSON.parse((await at.run('lock')).stdout) as {
      bottles: { name: string; image: string; sha256: string; ref: string }[];
    };
    const [one, two] = [
      bottles.find(({ name }) => name === 'hello'),
      bottles.find(({ name }) => name === 'zlib'),
    ];
    await writeFile(
      join(at.mirror, 'v2/homebrew/core', one?.image ?? '', `blobs/sha256:${one?.sha256}`),
      'x',
    );
    await rm(join(at.mirror, 'v2/homebrew/core', two?.image ?? '', 'manifests', two?.ref ?? ''));
    const api = join(at.mirror, 'api/formula.jws.json');
    await writeFile(api, (await readFile(api, 'utf8')).replace('hello', 'h3llo'));
    const verify = await at.run('verify', '--json');
    expect(verify.code).toBe(1);
    const { snapshots } = JSON.parse(verify.stdout) as { snapshots: { findings: { subject: string }[] }[] };
    expect(snapshots[0]?.findings.map(({ subject }) => subject).toSorted()).toEqual([
      'api/formula.jws.json',
      'api/formula.jws.json',
      expect.stringContaining('v2/homebrew/core/hello/blobs'),
      'v2/homebrew/core/zlib/manifests/1.3.1',
    ]);
  });

  it('trust nobody but Homebrew’s own key unless told to', async () => {
    await using at = await stage();
    const { code, stderr } = await runInProcess([
      'bottles',
      'plan',
      '--config',
      join(at.mirror, '../config.json'),
      '--formulae-api',
      at.world.apiUrl,
    ]);
    expect(code).toBe(1);
    expect(stderr.replaceAll(/\s+/g, ' ')).toContain('not by a key that is trusted (homebrew-1)');
  });

  it('call a version back in the ledger, which the next sync is given', async () => {
    await using at = await stage();
    const ledger = join(at.mirror, '../ledger.sqlite');
    await at.run('sync', '--ledger', ledger);
    const recall = (command: string, ...args: string[]) =>
      runInProcess([
        'bottles',
        command,
        ...args,
        '--reason',
        'steals keys',
        '--as',
        'ada',
        '--ledger',
        ledger,
      ]);
    expect(await recall('recall', 'hello', '1.0')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('hello 1.0 is recalled by ada'),
    });
    expect(await recall('recall', '../x')).toMatchObject({ code: 2 });
    const plan = await at.run('plan', '--ledger', ledger);
    expect(plan).toMatchObject({
      code: 1,
      stdout: expect.stringContaining('recalled in 1.0 by ada: steals keys'),
    });
    expect(await at.run('verify', '--ledger', ledger)).toMatchObject({ code: 1 });
    expect(await at.run('sync', '--ledger', ledger)).toMatchObject({ code: 1 });
    const exported = await runInProcess(['ledger', 'export', '--ledger', ledger]);
    expect(exported.stdout).toContain('provider-sync.versions.recalled.v1');
    expect(exported.stdout).toContain('provider-sync.version.taken-out.v1');
    expect(await recall('unrecall', 'hello', '1.0')).toMatchObject({ code: 0 });
    expect(await at.run('sync', '--ledger', ledger)).toMatchObject({ code: 0 });
  });

  it('tell a Slack channel what is published, missing or failed, and nothing when there is no news', async () => {
    await using at = await stage({ formulae: ['hello', 'helo'] });
    await using slack = await scriptedServer(() => ({ body: 'ok' }));
    const webhook = `${slack.url}/services/T0/B0/secretSecretSecret1234`;
    const environment = { PROVIDER_SYNC_SLACK_WEBHOOK: webhook };
    const told = () => slack.requests.map(({ body }) => (JSON.parse(body) as { text: string }).text);
    expect(await at.runWith(environment, 'sync')).toMatchObject({ code: 1 });
    expect(await at.runWith(environment, 'sync', '--allow-missing', 'helo')).toMatchObject({ code: 0 });
    expect(await at.runWith(environment, 'sync', '--allow-missing', 'helo')).toMatchObject({ code: 0 });
    at.world.world = { ...at.world.world, api: new Map() };
    expect(await at.runWith(environment, 'sync')).toMatchObject({ code: 1 });
    expect(told()).toEqual([
      'Bottles not published: 1 formula is incomplete (helo)',
      expect.stringMatching(/^Bottles published: \d{4}-\d{2}-\d{2} at /),
      'Sync of bottles failed (ReleaseFileMissing)',
    ]);
  });

  it('say that nobody could be told, without the address of the webhook', async () => {
    await using at = await stage();
    await using slack = await scriptedServer(() => ({ status: 404, body: 'no_service' }));
    const file = join(at.mirror, '../webhook');
    await writeFile(file, `${slack.url}/services/T0/B0/secretSecretSecret1234\n`, { mode: 0o600 });
    const ran = await at.run('sync', '--slack-webhook-file', file, '--json');
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('Slack did not take the message') });
    expect(JSON.parse(ran.stdout)).toMatchObject({ ok: true, outcome: 'published' });
    expect(`${ran.stdout}${ran.stderr}`).not.toContain('secretSecretSecret1234');
    const wrong = await at.runWith(
      { PROVIDER_SYNC_SLACK_WEBHOOK: 'http://hooks.example/secretsecret' },
      'sync',
    );
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('PROVIDER_SYNC_SLACK_WEBHOOK') });
    expect(wrong.stderr).not.toContain('secretsecret');
  });

  it('show two days of a mirror as a demo', async () => {
    const { code, stdout } = await runInProcess(['bottles', 'demo']);
    expect(code).toBe(0);
    expect(stdout).toContain('Every bottle of both days is there');
  });
});
