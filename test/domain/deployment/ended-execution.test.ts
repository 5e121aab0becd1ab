import { describe, expect, it } from 'vitest';
import { endedRun } from '../../../src/domain/deployment/ended-execution.ts';

const EXECUTION = {
  executionArn: 'arn:aws:states:eu-central-1:123456789012:execution:acme-provider-sync:0f9c',
  status: 'SUCCEEDED',
  startDate: 1000,
  stopDate: 3500,
  output: '{"providers":12}',
  error: null,
  cause: null,
};

describe('the fact of a run on AWS', () => {
  it.each([
    [{}, { ok: true, durationMs: 2500, outcomes: { providers: 12 }, failures: [] }],
    [{ output: null }, { ok: true, outcomes: {} }],
    [{ output: 'no JSON' }, { ok: true, outcomes: {} }],
    [{ output: '{"providers":"many"}' }, { ok: true, outcomes: {} }],
    [
      {
        status: 'FAILED',
        output: null,
        error: 'TokenRejected',
        cause: 'The token\u{1b}[31m is not accepted.',
      },
      {
        ok: false,
        failures: [
          {
            address: 'the whole run',
            error: { code: 'TokenRejected', message: 'The token\u{fffd}[31m is not accepted.' },
          },
        ],
      },
    ],
    [
      { status: 'ABORTED', output: null },
      { ok: false, failures: [{ error: { code: 'ABORTED', message: 'No cause was told.' } }] },
    ],
  ])('of %j is %j', (more, expected) => {
    expect(endedRun({ ...EXECUTION, ...more }, 7)).toMatchObject({
      kind: 'RunEnded',
      run: EXECUTION.executionArn,
      what: 'sync',
      bytes: 7,
      ...expected,
    });
  });
});
