import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Environment } from '../../src/cli/io.ts';
import type { Problem } from '../../src/domain/errors.ts';
import { runInProcess } from '../support/command-line.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const TOKEN = 'secret.atlasv1.token';
const SOUND: Environment = { TFC_ORGANIZATION: 'example', TFC_TOKEN: TOKEN };
const temporaryFolder = temporaryFolders();

interface Refusal {
  readonly error: { readonly code: string; readonly origin: string; readonly problems?: readonly Problem[] };
}

/** Runs with --json and returns what was refused, having checked the exit code and that both readers are told. */
async function refusal(args: readonly string[], environment: Environment = {}): Promise<Refusal['error']> {
  const { code, stdout, stderr } = await runInProcess([...args, '--json'], environment);
  expect(code).toBe(2);
  const { error } = JSON.parse(stdout) as Refusal;
  for (const { message } of error.problems ?? []) expect(stderr.replaceAll(/\s+/g, ' ')).toContain(message);
  return error;
}

describe('arguments', () => {
  it.each([
    { args: ['snyc'], path: 'snyc', fix: 'Did you mean sync?' },
    { args: ['verfy'], path: 'verfy', fix: 'Did you mean verify?' },
    {
      args: ['upload'],
      path: 'upload',
      fix: expect.stringContaining('The commands are: validate, plan, sync, verify'),
    },
    { args: ['keys', 'ls'], path: 'ls', fix: expect.stringContaining('list') },
    { args: ['keys', 'shwo'], path: 'shwo', fix: 'Did you mean show?' },
  ])('that name no command are refused with what may have been meant: $args', async ({ args, path, fix }) => {
    expect(await refusal(args)).toMatchObject({
      code: 'ArgumentsInvalid',
      problems: [{ path, message: 'is not a command', fix }],
    });
  });

  it.each([
    { args: ['plan', '--concurency', '5'], path: '--concurency', fix: 'Did you mean --concurrency?' },
    { args: ['plan', '--tokenfile=x'], path: '--tokenfile', fix: 'Did you mean --token-file?' },
    { args: ['plan', '--wibble'], path: '--wibble', fix: '--help lists the options.' },
    { args: ['serve', '--date', 'x'], path: '--date', fix: 'Did you mean --data?' },
    { args: ['plan', '--deep'], path: '--deep', fix: '--help lists the options.' },
  ])(
    'that are no option of the command are refused with what may have been meant: $args',
    async (expected) => {
      const { code, problems } = await refusal(expected.args, SOUND);
      expect(code).toBe('ArgumentsInvalid');
      expect(problems).toContainEqual({
        path: expected.path,
        message: 'is not an option of this command',
        fix: expected.fix,
      });
    },
  );

  it('are refused when options stand before the command', async () => {
    const { problems } = await refusal(['--quiet', 'sync'], SOUND);
    expect(problems).toMatchObject([{ path: '--quiet', message: 'stands before any command' }]);
  });

  it.each([[['--token', TOKEN]], [[`--token=${TOKEN}`]]])(
    'that carry a token are refused without repeating it: %j',
    async (option) => {
      const { code, stdout, stderr } = await runInProcess(['sync', ...option], {
        TFC_ORGANIZATION: 'example',
      });
      expect(code).toBe(2);
      expect(stderr).toContain('--token: is not an option, because process lists show it');
      expect(stderr).toContain('--token-file');
      expect(stdout + stderr).not.toContain(TOKEN);
    },
  );

  it.each([
    { option: '--concurrency', value: '0' },
    { option: '--concurrency', value: '101' },
    { option: '--concurrency', value: '2.5' },
    { option: '--concurrency', value: '-3' },
    { option: '--concurrency', value: 'many' },
    { option: '--registry', value: 'registry.example.com' },
    { option: '--registry', value: 'http://registry.example.com' },
    { option: '--address', value: 'ftp://tfe.example.com' },
    { option: '--organization', value: 'my org' },
    { option: '--organization', value: '../other' },
    { option: '--token-file', value: '/nowhere/token' },
    { option: '--ca-bundle', value: '/nowhere/ca.pem' },
  ])('are refused when $option is $value', async ({ option, value }) => {
    const { code, problems } = await refusal(['sync', option, value], SOUND);
    expect(code).toBe('ArgumentsInvalid');
    expect(problems?.map(({ path }) => path)).toEqual([option]);
  });

  it.each(['--concurrency', '--config', '--registry', '--ca-bundle', '--token-file', '--organization'])(
    'are refused when %s has no value',
    async (option) => {
      const { problems } = await refusal(['sync', option], SOUND);
      expect(problems).toMatchObject([{ path: option, message: 'needs a value' }]);
    },
  );

  it.each([
    { args: ['keys', 'show', 'zz'], path: 'KEYID' },
    { args: ['keys', 'show', '72D7468F'], path: 'KEYID' },
    { args: ['keys', 'show'], path: 'KEYID' },
    { args: ['keys', 'add'], path: 'FILE' },
    { args: ['keys', 'add', '/nowhere/key.asc'], path: 'FILE' },
    { args: ['keys', 'fetch'], path: 'NAMESPACE/TYPE' },
    { args: ['keys', 'fetch', 'aws'], path: 'NAMESPACE/TYPE' },
    { args: ['keys', 'fetch', 'hashicorp/aws', '--version', '~~ 5'], path: '--version' },
    { args: ['serve', '--port', '65536'], path: '--port' },
    { args: ['serve', '--organization', 'a b'], path: '--organization' },
    { args: ['sync', 'a.json', 'b.json'], path: 'b.json' },
    { args: ['sync', 'a.json', '--config', 'b.json'], path: '--config' },
  ])('are refused as $path in $args', async ({ args, path }) => {
    const { code, problems } = await refusal(args, SOUND);
    expect({ code, paths: problems?.map((problem) => problem.path) }).toEqual({
      code: 'ArgumentsInvalid',
      paths: [path],
    });
  });

  it('are refused when a command takes none', async () => {
    const { code, stderr } = await runInProcess(['demo', 'config.json']);
    expect(code).toBe(2);
    expect(stderr).toContain('config.json: is one argument too many');
  });

  it('are refused for everything that is wrong at once, the environment included', async () => {
    const args = [
      'sync',
      'a',
      'b',
      '--concurrency',
      '0',
      '--concurency',
      '5',
      '--ca-bundle',
      '--registry',
      'x',
    ];
    const { code, problems } = await refusal(args, { TFC_ADDRESS: 'http://tfe.example.com' });
    expect(code).toBe('ArgumentsInvalid');
    expect(problems?.map(({ path }) => path).toSorted()).toEqual([
      '--ca-bundle',
      '--concurency',
      '--concurrency',
      '--registry',
      'TFC_ADDRESS',
      'TFC_ORGANIZATION',
      'TFC_TOKEN',
      'b',
    ]);
  });
});

describe('the environment', () => {
  it.each(['plan', 'sync', 'verify', 'keys list'])(
    'is refused by %s for everything it lacks',
    async (command) => {
      const { code, origin, problems } = await refusal(command.split(' '));
      expect({ code, origin }).toEqual({ code: 'SettingsInvalid', origin: 'user' });
      expect(problems?.map(({ path, message }) => `${path} ${message}`)).toEqual([
        'TFC_ORGANIZATION is not set',
        'TFC_TOKEN is not set',
      ]);
    },
  );

  it('is refused when the token is blank', async () => {
    const { problems } = await refusal(['plan'], { ...SOUND, TFC_TOKEN: ' ' });
    expect(problems).toMatchObject([{ path: 'TFC_TOKEN', message: 'is empty' }]);
  });

  it('is refused when the file that TFC_TOKEN_FILE names is empty', async () => {
    const path = join(await temporaryFolder(), 'token');
    await writeFile(path, '\n', { mode: 0o600 });
    const { problems } = await refusal(['plan'], { TFC_ORGANIZATION: 'example', TFC_TOKEN_FILE: path });
    expect(problems).toMatchObject([{ path: 'TFC_TOKEN_FILE', message: expect.stringContaining(path) }]);
  });

  it('is refused when the CA bundle it names cannot be read', async () => {
    const { problems } = await refusal(['plan'], { ...SOUND, PROVIDER_SYNC_CA_BUNDLE: '/nowhere/ca.pem' });
    expect(problems?.map(({ path }) => path)).toEqual(['PROVIDER_SYNC_CA_BUNDLE']);
  });

  it('is not asked for a token by keys fetch', async () => {
    const { code, stdout } = await runInProcess(
      ['keys', 'fetch', 'acme/anvil', '--json', '--registry', 'http://example.com'],
      {},
    );
    expect(code).toBe(2);
    expect((JSON.parse(stdout) as Refusal).error.problems?.map(({ path }) => path)).toEqual(['--registry']);
  });
});

describe('the config', () => {
  it('that does not exist is refused in words, with its path', async () => {
    const { code, stdout, stderr } = await runInProcess(['plan', '/nowhere/config.json'], SOUND);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Error: The configuration file /nowhere/config.json does not exist.');
  });

  it('is refused with every problem, its place and what to write', async () => {
    const path = join(await temporaryFolder(), 'config.json');
    await writeFile(
      path,
      JSON.stringify([
        {
          provider: 'aws',
          namespace: 'hashicorp',
          version: '>> 5',
          platforms: [{ os: 'linux', arch: 'amd64' }],
        },
        { provider: 'github', namespace: 'integrations', platform: [] },
      ]),
    );
    const { code, stderr } = await runInProcess(['plan', path], SOUND);
    expect(code).toBe(2);
    for (const place of ['$[0].version', '$[1].platforms', '$[1].platform'])
      expect(stderr).toContain(`${place}:`);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
