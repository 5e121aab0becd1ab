import { describe, expect, it } from 'vitest';
import { endedRun, figuresOf } from '../../../src/domain/deployment/ended-execution.ts';
import { addBrokenPart, addResults, EMPTY_DIGEST } from '../../../src/domain/notification/digest.ts';

const EXECUTION = {
  executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:acme-provider-sync:0f9c',
  status: 'SUCCEEDED',
  startDate: 1000,
  stopDate: 3500,
  output: null,
  error: null,
  cause: null,
};
const NOTHING = { outcomes: {}, bytes: 0, failures: [] };
const STAPLER = {
  address: 'registry.terraform.io/initech/stapler',
  requested: 'latest',
  version: '0.4.2',
  step: 'upload' as const,
  code: 'SignatureInvalid',
  message: 'The signature does not fit.',
};

describe('the fact of a run on AWS', () => {
  it('is how long it took, and what it says of its providers', () => {
    const figures = { outcomes: { published: 2, 'up-to-date': 10 }, bytes: 7, failures: [] };
    expect(endedRun(EXECUTION, 'sync', figures)).toEqual({
      kind: 'RunEnded',
      run: EXECUTION.executionArn,
      what: 'sync',
      ok: true,
      durationMs: 2500,
      ...figures,
    });
    expect(endedRun(EXECUTION, 'bottles', NOTHING)).toMatchObject({ what: 'bottles', ok: true });
  });

  it.each([
    [
      { status: 'FAILED', error: 'TokenRejected', cause: 'The token\u{1b}[31m is not accepted.' },
      { code: 'TokenRejected', message: 'The token\u{fffd}[31m is not accepted.' },
    ],
    [{ status: 'ABORTED' }, { code: 'ABORTED', message: 'No cause was told.' }],
  ])('of %j has one failure, that of the whole run, where the run itself says nothing', (more, error) => {
    expect(endedRun({ ...EXECUTION, ...more }, 'sync', NOTHING)).toMatchObject({
      ok: false,
      failures: [{ address: 'the whole run', error }],
    });
  });

  it('names what failed as the run does, each with its own error', () => {
    const ends = [
      { outcome: 'failed', failure: STAPLER },
      { outcome: 'failed', failure: { ...STAPLER, version: null } },
      { outcome: 'published', bytes: 5 },
    ];
    const digest = addBrokenPart(addResults(EMPTY_DIGEST, ends), 130, 'States.Timeout');
    const figures = figuresOf(digest);
    expect(figures).toMatchObject({ outcomes: { failed: 132, published: 1 }, bytes: 5 });
    const { code, message, address } = STAPLER;
    const failed = { ...EXECUTION, status: 'FAILED', error: 'ProvidersFailed', cause: '132 of 133' };
    expect(endedRun(failed, 'sync', figures).failures).toEqual([
      { address, version: '0.4.2', error: { code, message } },
      { address, version: undefined, error: { code, message } },
      { address: '130 providers', error: { code: 'States.Timeout', message: expect.any(String) } },
    ]);
  });

  it('says first what stopped a run', () => {
    const stopped = { code: 'TokenRejected', message: 'The token was refused.' };
    expect(figuresOf({ ...EMPTY_DIGEST, stopped }).failures).toEqual([
      { address: 'the whole run', error: stopped },
    ]);
  });
});
