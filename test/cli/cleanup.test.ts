import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CliIo, Environment } from '../../src/cli/io.ts';
import { run } from '../../src/cli/run.ts';
import { SyncError } from '../../src/domain/errors.ts';
import type { Intercept } from '../../src/embedded/http-server/exchange.ts';
import { type Ran, recordingIo, recordingOutput, runInProcess } from '../support/command-line.ts';
import { type RegistryHistory, registryHistory } from '../support/registry-history.ts';
import { temporaryFolders } from '../support/temporary-folders.ts';

const temporaryFolder = temporaryFolders();
const SOUND: Environment = { TFC_ORGANIZATION: 'example', TFC_TOKEN: 'a-token' };
/** What the public registry has left of a provider where no request finds any of it. */
const NO_MATCH = '9.0.0-rc1';
const VERSIONS = ['1.0.0', '1.1.0', '1.2.0', '2.0.0'];

async function configFile(...types: readonly string[]): Promise<string> {
  const path = join(await temporaryFolder(), 'config.json');
  const platforms = [{ os: 'linux', arch: 'amd64' }];
  const entries = types.map((provider) => ({ provider, namespace: 'acme', platforms }));
  await writeFile(path, JSON.stringify(entries));
  return path;
}

/** A cleanup of anvil and weather; `ask` makes it run on a terminal. */
async function cleanup(
  { registry, publicUrl }: RegistryHistory,
  args: readonly string[],
  { ask, environment = {} }: { ask?: CliIo['ask']; environment?: Environment } = {},
): Promise<Ran> {
  const stdout = recordingOutput();
  const stderr = recordingOutput();
  const io = recordingIo({
    TFC_ORGANIZATION: registry.organization,
    TFC_TOKEN: registry.token,
    ...environment,
  });
  const config = await configFile('anvil', 'weather');
  const code = await run(['cleanup', config, '--address', registry.url, '--registry', publicUrl, ...args], {
    ...io,
    stdout,
    stderr,
    ...(ask && { ask }),
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

async function anvil(...versions: readonly string[]): Promise<RegistryHistory> {
  const history = await registryHistory();
  await history.list('anvil', ...versions);
  await history.offer('anvil', NO_MATCH);
  return history;
}

/** Answers the questions it is asked, in order, and remembers them. */
function answering(...answers: readonly (string | (() => Promise<string>))[]) {
  const questions: string[] = [];
  const ask: CliIo['ask'] = async (question) => {
    questions.push(question);
    const answer = answers[questions.length - 1] ?? '';
    return typeof answer === 'string' ? answer : await answer();
  };
  return { ask, questions };
}

const answerNonsenseFor =
  (part: string): Intercept =>
  ({ url = '' }, response) => {
    if (!url.includes(part)) return false;
    response.end('{"versions": "none"}');
    return true;
  };

const flat = (text: string) => text.replaceAll(/\s+/g, ' ');

describe('provider-sync cleanup', () => {
  it('deletes with --yes, and shows every version with its reason', async () => {
    await using history = await anvil(...VERSIONS);
    const { code, stdout } = await cleanup(history, ['--keep', '2', '--yes']);
    expect(code).toBe(0);
    expect(stdout.split('\n').map(flat)).toEqual([
      'PROVIDER VERSION OUTCOME WHY',
      'anvil 2.0.0 keep the config asks for it (latest)',
      'anvil 1.2.0 keep one of the 2 newest stable versions',
      'anvil 1.0.0 deleted older than the 2 newest stable versions',
      'anvil 1.1.0 deleted older than the 2 newest stable versions',
      '',
      '1 provider checked, 2 versions deleted.',
      '',
    ]);
    expect([...(await history.versionsOf('anvil'))].sort()).toEqual(['1.2.0', '2.0.0']);
  });

  it('says what a dry run would delete and changes nothing, without asking', async () => {
    await using history = await anvil(...VERSIONS);
    const { ask, questions } = answering();
    const { code, stdout } = await cleanup(history, ['--keep', '2', '--dry-run'], { ask });
    expect(code).toBe(0);
    expect(flat(stdout)).toContain('anvil 1.0.0 delete older than the 2 newest stable versions');
    expect(stdout).toContain('1 provider checked, 2 versions to delete. Nothing was changed.');
    expect(questions).toEqual([]);
    expect(await history.versionsOf('anvil')).toHaveLength(4);
  });

  it('takes the number of versions and the dry run from the environment too, after the options', async () => {
    await using history = await anvil(...VERSIONS);
    const environment = { KEEP_VERSION_COUNT: '3', DRY_RUN: 'true' };
    expect((await cleanup(history, ['--yes'], { environment })).stdout).toContain(', 1 version to delete.');
    const keepTwo = await cleanup(history, ['--yes', '--keep', '2'], { environment });
    expect(keepTwo.stdout).toContain(', 2 versions to delete.');
    expect(await history.versionsOf('anvil')).toHaveLength(4);
    const real = await cleanup(history, ['--yes'], { environment: { ...environment, DRY_RUN: 'false' } });
    expect(real.stdout).toContain(', 1 version deleted.');
  });

  it('says that a provider lists no version, and cleans the others up', async () => {
    await using history = await anvil(...VERSIONS);
    await history.list('weather');
    const { code, stdout } = await cleanup(history, ['--keep', '2', '--yes']);
    expect(code).toBe(0);
    expect(flat(stdout)).toContain('weather: The private registry lists no version of it.');
    expect(stdout).toContain('2 providers checked, 2 versions deleted.');
  });

  it('keeps what the public registry has for a request, and fails a provider it answers nonsense for', async () => {
    await using history = await registryHistory({ intercept: answerNonsenseFor('/weather/') });
    await history.list('anvil', ...VERSIONS);
    await history.list('weather', ...VERSIONS);
    await history.offer('anvil', '1.0.0');
    const { code, stdout } = await cleanup(history, ['--keep', '1', '--yes']);
    expect(code).toBe(1);
    expect(stdout.split('\n').map(flat).slice(0, 5)).toEqual([
      'PROVIDER VERSION OUTCOME WHY',
      'anvil 2.0.0 keep the config asks for it (latest)',
      'anvil 1.0.0 keep the config asks for it (latest: 1.0.0 in the public registry)',
      'anvil 1.1.0 deleted older than the newest stable version',
      'anvil 1.2.0 deleted older than the newest stable version',
    ]);
    expect(flat(stdout)).toContain('weather UpstreamResponseInvalid: ');
    expect(stdout).toContain('1 provider checked, 2 versions deleted.');
    expect(await history.versionsOf('weather')).toHaveLength(4);
  });

  it('stops before the first deletion when the brake applies, and says what would allow it', async () => {
    await using history = await anvil(...VERSIONS);
    const { code, stderr } = await cleanup(history, ['--keep', '1', '--yes']);
    expect(code).toBe(2);
    expect(flat(stderr)).toContain('would delete 3 of 4 versions of anvil');
    expect(flat(stderr)).toContain('give --max-share 0.75.');
    expect(await history.versionsOf('anvil')).toHaveLength(4);
    const dry = await cleanup(history, ['--keep', '1', '--dry-run']);
    expect(dry.code).toBe(1);
    expect(flat(dry.stdout)).toContain(
      'This cleanup would not run RetentionBrakeApplied: Nothing was deleted',
    );
    expect((await cleanup(history, ['--keep', '1', '--yes', '--max-share', '0.75'])).code).toBe(0);
    expect(await history.versionsOf('anvil')).toEqual(['2.0.0']);
  });

  it('cleans one provider up, of those the config names or of all', async () => {
    await using history = await anvil(...VERSIONS);
    await history.list('weather', ...VERSIONS);
    await history.offer('weather', NO_MATCH);
    await history.list('inhouse', ...VERSIONS);
    const args = ['--keep', '2', '--yes', '--provider'];
    expect((await cleanup(history, [...args, 'weather'])).code).toBe(0);
    expect(await history.versionsOf('anvil')).toHaveLength(4);
    expect(await history.versionsOf('weather')).toHaveLength(2);
    const refused = await cleanup(history, [...args, 'inhouse']);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('"inhouse"') as string });
    expect((await cleanup(history, [...args, 'inhouse', '--scope', 'all'])).code).toBe(0);
    expect(await history.versionsOf('inhouse')).toHaveLength(2);
  });
});

describe('the question of cleanup', () => {
  it('is asked after the plan was shown, and "yes" is its only answer', async () => {
    await using history = await anvil(...VERSIONS);
    for (const answer of ['', 'y', 'no', 'YES']) {
      const { ask, questions } = answering(answer);
      const { code, stdout, stderr } = await cleanup(history, ['--keep', '2'], { ask });
      expect(code).toBe(0);
      expect(stdout).toBe('');
      expect(flat(stderr)).toContain('anvil 1.0.0 delete older than the 2 newest stable versions');
      expect(stderr).toContain('Nothing was deleted: the answer was not "yes".');
      expect(questions).toEqual(['Delete 2 versions for good? Only "yes" is taken for it: ']);
    }
    expect(await history.versionsOf('anvil')).toHaveLength(4);
    const { ask } = answering(' yes ');
    expect((await cleanup(history, ['--keep', '2'], { ask })).code).toBe(0);
    expect(await history.versionsOf('anvil')).toHaveLength(2);
  });

  it('leaves stdout to the JSON document', async () => {
    await using history = await anvil(...VERSIONS);
    const { stdout, stderr } = await cleanup(history, ['--keep', '2', '--json'], answering('yes'));
    expect(JSON.parse(stdout)).toMatchObject({ versionsDeleted: 2, ok: true });
    expect(stderr).toContain('versions to delete');
  });

  it('leaves a JSON document as of a dry run when the answer is no', async () => {
    await using history = await anvil(...VERSIONS);
    const { code, stdout } = await cleanup(history, ['--keep', '2', '--json'], answering('no'));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ dryRun: true, versionsDeleted: 0, versionsToDelete: 2 });
    expect(await history.versionsOf('anvil')).toHaveLength(4);
  });

  it('is not asked when there is nothing to delete', async () => {
    await using history = await anvil(...VERSIONS);
    const { ask, questions } = answering();
    const { code, stdout } = await cleanup(history, [], { ask });
    expect(code).toBe(0);
    expect(stdout).toContain('1 provider checked, 0 versions deleted.');
    expect(questions).toEqual([]);
  });

  it('is asked again when the registry has changed meanwhile', async () => {
    await using history = await anvil(...VERSIONS);
    const { ask, questions } = answering(async () => {
      await history.list('anvil', '2.1.0', '2.2.0');
      return 'yes';
    }, 'no');
    const { code, stderr } = await cleanup(history, ['--keep', '3'], { ask });
    expect(code).toBe(0);
    expect(questions.map((question) => /\d+/.exec(question)?.[0])).toEqual(['1', '3']);
    expect(stderr).toContain('What is there has changed meanwhile.');
    expect(await history.versionsOf('anvil')).toHaveLength(6);
  });

  it('is not needed with --yes, and without a terminal it cannot be asked', async () => {
    const { code, stderr } = await runInProcess(['cleanup', '--address', 'http://127.0.0.1:9'], SOUND);
    expect(code).toBe(2);
    expect(flat(stderr)).toContain('no terminal to ask on. Look at --dry-run, then give --yes.');
  });

  it('ends when the run is stopped', async () => {
    await using history = await anvil(...VERSIONS);
    const ask: CliIo['ask'] = async () => {
      throw new SyncError('Interrupted', 'Stopped by SIGINT before it was done.');
    };
    const { code, stderr } = await cleanup(history, ['--keep', '2'], { ask });
    expect(code).toBe(1);
    expect(stderr).toContain('Stopped by SIGINT');
    expect(await history.versionsOf('anvil')).toHaveLength(4);
  });
});

describe('the settings of cleanup', () => {
  it('are refused all at once, each under the name it was given by', async () => {
    const args = ['--keep-majors', '-1', '--min-age', 'old', '--remove-incomplete', '0', '--scope', 'mine'];
    const more = ['--max-share', '2', '--max-count', '0', '--registry', 'http://example.com', '--json'];
    const environment = { ...SOUND, KEEP_VERSION_COUNT: '0', DRY_RUN: 'maybe' };
    const { code, stdout } = await runInProcess(['cleanup', ...args, ...more], environment);
    expect(code).toBe(2);
    const { error } = JSON.parse(stdout) as { error: { code: string; problems: { path: string }[] } };
    expect(error.code).toBe('ArgumentsInvalid');
    expect(error.problems.map(({ path }) => path).sort()).toEqual(
      [
        '--max-count',
        '--max-share',
        '--min-age',
        '--remove-incomplete',
        '--scope',
        '--registry',
        '--keep-majors',
        'DRY_RUN',
        'KEEP_VERSION_COUNT',
      ].sort(),
    );
  });
});
