import { describe, expect, it } from 'vitest';
import { runEvent } from '../../src/handlers/schema.ts';

const uploaded = (object: Record<string, unknown>) => ({
  'detail-type': 'Object Created',
  detail: { bucket: { name: 'configs' }, object },
});

describe('what a run begins with', () => {
  it.each([
    ['a place', { bucket: 'configs', key: 'config.json' }, { bucket: 'configs', key: 'config.json' }],
    [
      'an upload, with the version that it made',
      uploaded({ key: 'config.json', 'version-id': 'Zq1' }),
      { bucket: 'configs', key: 'config.json', versionId: 'Zq1' },
    ],
    [
      'an upload under a key that stands there as it is',
      uploaded({ key: 'teams/a+b (new)%20.json' }),
      { bucket: 'configs', key: 'teams/a+b (new)%20.json' },
    ],
  ])('is %s, alone or wrapped by the state machine', (_name, input, expected) => {
    expect(runEvent.parse(input).input).toEqual(expected);
    expect(runEvent.parse({ executionId: 'run-1', input })).toEqual({
      executionId: 'run-1',
      input: expected,
      dryRun: false,
    });
  });

  it('may be a dry run, wrapped by the state machine', () => {
    const input = { bucket: 'configs', key: 'config.json', dryRun: true };
    expect(runEvent.parse({ executionId: 'run-1', input })).toMatchObject({ dryRun: true });
  });

  it('is in the execution of a page what its run hands on', () => {
    const progress = { page: 3, more: true, digest: null };
    const config = { bucket: 'configs', key: 'config.json', versionId: null };
    const input = { run: { executionId: 'run-1', config, progress } };
    expect(runEvent.parse({ executionId: 'page-3', input })).toEqual({
      executionId: 'run-1',
      input: { bucket: 'configs', key: 'config.json' },
      progress,
      dryRun: false,
    });
  });

  it.each([{ bucket: 'configs' }, { executionId: 'run-1', input: { key: 'config.json' } }, null])(
    'is not %j, and the refusal says what it could be',
    (input) => {
      expect(runEvent.safeParse(input).error?.issues[0]?.message).toBe(
        'neither {"bucket": …, "key": …} nor an "Object Created" event of S3',
      );
    },
  );
});
