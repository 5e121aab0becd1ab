import { describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { runInProcess } from '../support/command-line.ts';

describe('help', () => {
  it.each([
    {
      command: 'plan',
      mentions: [
        '[CONFIG]',
        '--detailed-exitcode',
        '--json-lines',
        '--registry',
        '--concurrency',
        'TFC_TOKEN_FILE',
      ],
    },
    {
      command: 'sync',
      mentions: ['[CONFIG]', '--token-file', '--ca-bundle', 'HTTPS_PROXY', 'TFC_ORGANIZATION'],
    },
    { command: 'verify', mentions: ['[CONFIG]', '--deep', 'TFC_ADDRESS'] },
    { command: 'cleanup', mentions: ['[CONFIG]', '--dry-run', '--registry', 'KEEP_VERSION_COUNT'] },
    { command: 'lock', mentions: ['[CONFIG]', '--dir', '--platform', '--private', '--upgrade', '--all'] },
    { command: 'export', mentions: ['[CONFIG]', '--to', '--since', '--sign-key', '--registry'] },
    { command: 'import', mentions: ['<BUNDLE> [CONFIG]', '--allow-older', '--verify-key', '--history'] },
    { command: 'keys list', mentions: ['--organization', 'TFC_TOKEN'] },
    { command: 'keys show', mentions: ['<KEYID>', 'TFC_TOKEN'] },
    { command: 'keys add', mentions: ['<FILE>', 'TFC_TOKEN'] },
    { command: 'keys fetch', mentions: ['<NAMESPACE/TYPE>', '--version', 'PROVIDER_SYNC_CA_BUNDLE'] },
    { command: 'bottles plan', mentions: ['[CONFIG]', '--api-key', '--formulae-api', 'HTTPS_PROXY'] },
    {
      command: 'bottles sync',
      mentions: ['[CONFIG]', '--allow-missing', '--mirror-url', 'PROVIDER_SYNC_SLACK_WEBHOOK'],
    },
    { command: 'bottles verify', mentions: ['[CONFIG]', '--snapshot'] },
    { command: 'bottles cleanup', mentions: ['[CONFIG]', '--dry-run', '--keep', '--max-share'] },
    { command: 'bottles snapshots', mentions: ['[CONFIG]', '--json'] },
    { command: 'bottles rollback', mentions: ['<SNAPSHOT> [CONFIG]'] },
    { command: 'bottles lock', mentions: ['[CONFIG]', '--snapshot'] },
    { command: 'bottles recall', mentions: ['<FORMULA> [VERSION]', '--reason'] },
    { command: 'bottles unrecall', mentions: ['<FORMULA> [VERSION]', '--reason'] },
    { command: 'bottles demo', mentions: ['--keep'] },
    { command: 'serve', mentions: ['--data', '--port', '--mirror', '--tls', 'TFC_TOKEN'] },
    { command: 'demo', mentions: ['--keep', 'a real "init"'] },
    { command: 'validate', mentions: ['[CONFIG]', '--json'] },
    { command: 'completion', mentions: ['<SHELL>', 'fish'] },
    { command: 'version', mentions: ['--version'] },
  ])('of $command names its options, its variables and an example', async ({ command, mentions }) => {
    const { code, stdout, stderr } = await runInProcess([...command.split(' '), '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: provider-sync ${command}`);
    for (const mention of mentions) expect(stdout).toContain(mention);
    expect(stdout).toMatch(new RegExp(`Examples:\n  provider-sync ${command}`));
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('of the program lists every command and the exit codes', async () => {
    const { code, stdout } = await runInProcess(['--help']);
    expect(code).toBe(0);
    for (const command of [
      'validate',
      'plan',
      'sync',
      'verify',
      'cleanup',
      'export',
      'import',
      'keys',
      'bottles',
      'serve',
      'demo',
      'completion',
      'version',
    ]) {
      expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
    }
    expect(stdout).toContain('Exit codes:');
    expect(stdout).toContain('PROVIDER_SYNC_DEBUG');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  it('is also reached by the word help', async () => {
    const [asOption, asWord] = await Promise.all([
      runInProcess(['verify', '--help']),
      runInProcess(['help', 'verify']),
    ]);
    expect(asWord).toEqual(asOption);
  });

  it('says that no option takes the token, and why', async () => {
    const { stdout } = await runInProcess(['sync', '--help']);
    expect(stdout).not.toMatch(/--token\s/);
    expect(stdout).toMatch(
      /TFC_TOKEN\s+the API token; it is no option, because process lists\s+show options/,
    );
  });

  it.each([{ args: [] }, { args: ['keys'] }])(
    'stands on stderr with exit code 2 when a command is missing after $args',
    async ({ args }) => {
      const { code, stdout, stderr } = await runInProcess(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain('Commands:');
    },
  );

  it('shows the version of the package', async () => {
    expect(await runInProcess(['--version'])).toEqual({
      code: 0,
      stdout: `${packageJson.version}\n`,
      stderr: '',
    });
  });
});
