import { describe, expect, it } from 'vitest';
import { type JsonForm, tellFailure, tellTraces } from '../../src/cli/failure.ts';
import { reportOf, SyncError, toSyncError } from '../../src/domain/errors.ts';
import { recordingIo, recordingOutput } from '../support/command-line.ts';

function told(error: SyncError, environment: Record<string, string> = {}, json?: JsonForm) {
  const stdout = recordingOutput();
  const stderr = recordingOutput();
  const code = tellFailure({ ...recordingIo(environment), stdout, stderr }, error, json);
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

describe('a failure', () => {
  it.each([
    { error: new SyncError('ConfigNotFound', 'No config.'), code: 2 },
    { error: new SyncError('UpstreamUnavailable', 'No answer.'), code: 1 },
    { error: new SyncError('DestinationUnavailable', 'No answer.'), code: 1 },
    { error: toSyncError(new TypeError('x is undefined')), code: 1 },
  ])('of code $error.code ends with exit code $code', ({ error, code }) => {
    expect(told(error).code).toBe(code);
  });

  it('is told as its message and its problems, without a stack', () => {
    const problems = [{ path: '$.version', message: 'is "x"', fix: 'Write "latest".' }];
    expect(told(new SyncError('ConfigInvalid', 'Two mistakes.', { problems }))).toEqual({
      code: 2,
      stdout: '',
      stderr: 'Error: Two mistakes.\n\n  $.version: is "x"\n      Write "latest".\n',
    });
  });

  it('names the file and the line of a problem that has them', () => {
    const problems = [
      { path: '$.version', file: 'config.json', line: 12, message: 'is "x"', fix: 'Write "latest".' },
    ];
    const { stderr, stdout } = told(
      new SyncError('ConfigInvalid', 'A mistake.', { problems }),
      {},
      'document',
    );
    expect(stderr).toBe('Error: A mistake.\n\n  config.json:12  $.version: is "x"\n      Write "latest".\n');
    expect(JSON.parse(stdout).error.problems).toEqual(problems);
  });

  it('does not repeat problems that its message spells out as well', () => {
    const problems = [{ path: '$.version', message: 'is "x"' }];
    const message = 'config.json has 1 problem.\n$.version: is "x"';
    expect(told(new SyncError('ConfigInvalid', message, { problems })).stderr).toBe(
      'Error: config.json has 1 problem.\n\n  $.version: is "x"\n',
    );
  });

  it('says what caused it when debugging, with links cut to their host', () => {
    const link = 'https://archivist.example.com/v1/object/secret?sig=secret';
    const cause = new Error(`fetch of ${link} failed`, { cause: new Error('connect ECONNREFUSED') });
    const error = new SyncError('UpstreamUnavailable', 'No answer.', { cause });
    expect(told(error).stderr).toBe('Error: No answer.\n');
    const { stderr } = told(error, { PROVIDER_SYNC_DEBUG: '1' });
    expect(stderr).toContain('caused by Error: fetch of https://archivist.example.com/… failed');
    expect(stderr).toContain('caused by Error: connect ECONNREFUSED');
    expect(stderr).not.toContain('secret');
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('of the program itself is told with its place and its cause when debugging, and says how to get them', () => {
    const error = toSyncError(new TypeError('x is undefined', { cause: new Error('the deeper one') }));
    expect(told(error).stderr).toContain('PROVIDER_SYNC_DEBUG=1');
    expect(told(error).stderr).not.toContain('failure.test.ts');
    const { stderr } = told(error, { PROVIDER_SYNC_DEBUG: '1' });
    expect(stderr).toMatch(/^ {2}caused by TypeError: x is undefined$/m);
    expect(stderr).toMatch(/^ +at .*failure\.test\.ts/m);
    expect(stderr).toContain('caused by Error: the deeper one');
  });

  it('of the program within one provider of a run is told with its place too', () => {
    const error = reportOf(new TypeError('x is undefined'));
    const result = {
      providers: [{ error }, { error }, { error: reportOf(new SyncError('TokenRejected', 'No.')) }],
    };
    const debugging = recordingOutput();
    tellTraces({ ...recordingIo({ PROVIDER_SYNC_DEBUG: '1' }), stderr: debugging }, result);
    expect(debugging.text().match(/caused by TypeError: x is undefined/g)).toHaveLength(1);
    expect(debugging.text()).toContain('failure.test.ts');
    const quiet = recordingOutput();
    tellTraces({ ...recordingIo(), stderr: quiet }, result);
    expect(quiet.text()).toBe('');
  });

  it('cannot steer the terminal', () => {
    const { stderr } = told(new SyncError('UpstreamResponseInvalid', 'It says \u001B[2Jgone.'));
    expect(stderr).not.toContain('\u001B');
  });

  it('is one JSON document on stdout as well when that is asked for', () => {
    const { stdout, stderr } = told(new SyncError('ConfigNotFound', 'No config.'), {}, 'document');
    expect(JSON.parse(stdout)).toEqual({
      format_version: '1.0',
      error: { code: 'ConfigNotFound', origin: 'user', message: 'No config.' },
    });
    expect(stderr).toBe('Error: No config.\n');
  });
});
