import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { run } from '../../src/cli/run.ts';
import { recordingIo, recordingOutput, runInProcess } from '../support/command-line.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();
const execute = promisify(execFile);

const GOOD = {
  destinations: [
    { name: 'hcp', kind: 'private-registry' },
    { name: 'laptop', kind: 'network-mirror', location: './mirror' },
  ],
  providers: [
    { provider: 'aws', namespace: 'hashicorp', platforms: [{ os: 'linux', arch: 'amd64' }] },
    { provider: 'null', namespace: 'hashicorp', platforms: [{ os: 'linux', arch: 'amd64' }] },
  ],
};
const MISTAKEN =
  '[\n  {\n    "provider": "aws",\n    "namespace": "hashicorp",\n    "platforms": "all"\n  }\n]';

async function configFile(text: string): Promise<string> {
  const path = join(await temporaryFolder(), 'config.json');
  await writeFile(path, text);
  return path;
}

describe('validate', () => {
  it('says that a config is valid, without a variable and without a server', async () => {
    const path = await configFile(JSON.stringify(GOOD));
    expect(await runInProcess(['validate', path])).toEqual({
      code: 0,
      stdout: `${path}: valid, with 2 providers for 2 destinations.\n`,
      stderr: '',
    });
  });

  it('says so to programs', async () => {
    const path = await configFile(JSON.stringify(GOOD.providers));
    const { stdout } = await runInProcess(['validate', path, '--json']);
    expect(JSON.parse(stdout)).toEqual({
      format_version: '1.0',
      ok: true,
      file: path,
      providers: 2,
      destinations: null,
    });
  });

  it('names every mistake with its line, and exits with 2', async () => {
    const path = await configFile(MISTAKEN);
    const { code, stderr, stdout } = await runInProcess(['validate', path, '--json']);
    expect(code).toBe(2);
    expect(stderr).toContain(`${path}:5  $[0].platforms`);
    expect(JSON.parse(stdout)).toMatchObject({
      format_version: '1.0',
      error: { code: 'ConfigInvalid', problems: [{ path: '$[0].platforms', line: 5 }] },
    });
  });
});

describe('a config on standard input', () => {
  async function validate(...chunks: readonly string[]) {
    const stdout = recordingOutput();
    const stderr = recordingOutput();
    const stdin = (async function* () {
      for (const chunk of chunks) yield Buffer.from(chunk);
    })();
    const code = await run(['validate', '-'], { ...recordingIo(), stdout, stderr, stdin });
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  }

  it('is read where "-" stands for the file', async () => {
    const text = JSON.stringify(GOOD);
    expect(await validate(text.slice(0, 20), text.slice(20))).toMatchObject({
      code: 0,
      stdout: 'standard input: valid, with 2 providers for 2 destinations.\n',
    });
  });

  it('has its mistakes named by its lines', async () => {
    const { code, stderr } = await validate(MISTAKEN);
    expect(code).toBe(2);
    expect(stderr).toContain('standard input:5  $[0].platforms');
  });

  it('is missed when nothing comes, and refused when it does not end', async () => {
    expect((await validate()).stderr).toContain('nothing came');
    const endless = Array.from({ length: 30 }, () => ' '.repeat(65_536));
    const { code, stderr } = await validate(...endless);
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('at most 1 MiB') as string,
    });
  });
});

describe('the version', () => {
  it.each([['version'], ['-v'], ['--version']])('is shown by %s', async (word) => {
    expect(await runInProcess([word])).toEqual({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
  });
});

describe('sync --dry-run', () => {
  it('points to plan, and syncs nothing', async () => {
    const { code, stderr } = await runInProcess(['sync', '--dry-run']);
    expect(code).toBe(2);
    expect(stderr).toContain('--dry-run: is not an option of this command');
    expect(stderr).toContain('"provider-sync plan" shows what a sync would do, and changes nothing.');
  });
});

describe('two forms of JSON at once', () => {
  it('are refused', async () => {
    const path = await configFile(JSON.stringify(GOOD.providers));
    const environment = { TFC_ORGANIZATION: 'example', TFC_TOKEN: 'a-token' };
    const { code, stdout } = await runInProcess(['plan', path, '--json', '--json-lines'], environment);
    expect(code).toBe(2);
    const [line = ''] = stdout.split('\n');
    expect(JSON.parse(line)).toMatchObject({
      type: 'error',
      error: { code: 'ArgumentsInvalid', problems: [{ path: '--json-lines' }] },
    });
  });
});

const shells = (['bash', 'zsh', 'fish'] as const).map((name) => ({
  name,
  path: ['/bin', '/usr/bin', '/usr/local/bin'].map((folder) => join(folder, name)).find(existsSync),
}));
const bash = shells.find(({ name }) => name === 'bash')?.path;

describe('completion', () => {
  it.each(shells)('for $name names every command and its options', async ({ name }) => {
    const { code, stdout } = await runInProcess(['completion', name]);
    expect(code).toBe(0);
    for (const word of ['plan', 'sync', 'cleanup', 'completion', 'list', 'max-share', 'detailed-exitcode']) {
      expect(stdout).toContain(word);
    }
  });

  for (const { name, path } of shells) {
    it.skipIf(path === undefined)(`is a script that ${name} can read`, async () => {
      const { stdout } = await runInProcess(['completion', name]);
      const script = join(await temporaryFolder(), `script.${name}`);
      await writeFile(script, stdout);
      expect(await execute(path ?? name, ['-n', script])).toMatchObject({ stderr: '' });
    });
  }

  it.skipIf(bash === undefined).each([
    [['pl'], ['plan']],
    [
      ['keys', ''],
      ['list', 'show', 'add', 'fetch', '--help'],
    ],
    [
      ['cleanup', '--max-'],
      ['--max-share', '--max-count'],
    ],
    [
      ['sync', 'team-a.json', '--json'],
      ['--json', '--json-lines'],
    ],
    [['keys', 'list', '--org'], ['--organization']],
  ])('completes %j in bash', async (words, completed) => {
    const { stdout: script } = await runInProcess(['completion', 'bash']);
    const typed = ['provider-sync', ...words].map((word) => `"${word}"`).join(' ');
    const asking = `${script}\nCOMP_WORDS=(${typed}); COMP_CWORD=${words.length}; _provider_sync; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await execute(bash ?? 'bash', ['-c', asking]);
    expect(stdout.trimEnd().split('\n')).toEqual(completed);
  });

  it.each([
    [['completion'], 'SHELL: is missing'],
    [['completion', 'tcsh'], 'SHELL: is "tcsh"'],
  ])('of %j says which shells there are', async (args, message) => {
    const { code, stderr } = await runInProcess(args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/bash, zsh(?:,| or) fish/);
  });
});
