import { readFileSync } from 'node:fs';
import validate from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { executeBottles, readBottlesDefinition } from './support/bottles-machine.ts';
import type { Json } from './support/cloudformation.ts';

const definition = readBottlesDefinition();
const published = {
  ok: true,
  outcome: 'published',
  destination: 's3://b/brew',
  snapshot: '2026-11-21',
  current: '2026-11-21',
  bottles: 1,
  fetched: 1,
  bytes: 1,
  missing: [],
  error: null,
  cause: null,
};

const named = (name: string, message = '') => Object.assign(new Error(message), { name });

interface Script {
  readonly begin?: () => unknown;
  readonly bring?: (group: string) => unknown;
  readonly runTask?: (state: string, group: string) => unknown;
  readonly publish?: (payload: Json) => unknown;
  readonly notify?: () => unknown;
}

async function run(script: Script) {
  const calls: string[] = [];
  const payloads: Record<string, Json> = {};
  const note = (name: string, payload: Json) => {
    calls.push(name);
    payloads[name] = payload;
  };
  const execution = await executeBottles(
    {
      functions: {
        Begin: (payload) => {
          note('Begin', payload);
          return (
            script.begin?.() ?? { batches: ['batch-0001'], tasks: ['task-0001'], bottles: 2, toFetch: 2 }
          );
        },
        BringBatch: (payload) => {
          note('BringBatch', payload);
          return script.bring?.(payload.group) ?? { group: payload.group, fetched: 1 };
        },
        Publish: (payload) => {
          note('Publish', payload);
          return script.publish?.(payload) ?? published;
        },
        Notify: (payload) => {
          note('Notify', payload);
          return script.notify?.() ?? { told: [] };
        },
        Abandon: (payload) => {
          note('Abandon', payload);
          return { abandoned: true };
        },
        NotifyFailure: (payload) => {
          note('NotifyFailure', payload);
          return { told: [] };
        },
      },
      runTask: async (state, parameters) => {
        const group = parameters.Overrides.ContainerOverrides[0].Environment[1].Value as string;
        note(state, parameters);
        return script.runTask?.(state, group) ?? { Containers: [{ ExitCode: 0 }] };
      },
    },
    'arn:aws:states:eu-central-1:123456789012:execution:bottles:0f9c',
  );
  return { ...execution, calls, payloads };
}

describe('statemachine/bottles.asl.json', () => {
  it('is accepted by asl-validator', () => {
    expect(validate(definition).errors).toEqual([]);
  });

  it('is JSON before its substitutions are made, too', () => {
    expect(JSON.parse(readFileSync('statemachine/bottles.asl.json', 'utf8'))).toHaveProperty('StartAt');
  });

  it('brings batches and tasks, and hands on how each ended', async () => {
    const { output, payloads } = await run({});
    expect(output).toEqual(published);
    expect(payloads['Publish']).toEqual({
      action: 'publish',
      executionId: 'arn:aws:states:eu-central-1:123456789012:execution:bottles:0f9c',
      groups: [[{ group: 'batch-0001', error: null }], [{ group: 'task-0001', error: null }]],
    });
  });

  it('publishes at once where there is nothing to bring', async () => {
    const { calls, payloads } = await run({ begin: () => ({ batches: [], tasks: [] }) });
    expect(calls).toEqual(['Begin', 'Publish', 'Notify']);
    expect(payloads['Publish'].groups).toEqual([[], []]);
  });

  it.each([
    'DeadlineNear',
    'UpstreamUnavailable',
    'DestinationUnavailable',
    'Lambda.TooManyRequestsException',
  ])('goes on with a batch after %s', async (name) => {
    let attempts = 0;
    const { output, payloads } = await run({
      bring: () => {
        attempts += 1;
        if (attempts < 3) throw named(name);
        return { group: 'batch-0001' };
      },
    });
    expect(output).toEqual(published);
    expect(attempts).toBe(3);
    expect(payloads['Publish'].groups[0]).toEqual([{ group: 'batch-0001', error: null }]);
  });

  it('names a batch that nobody could bring, and lets the others be brought', async () => {
    const { payloads, calls } = await run({
      begin: () => ({ batches: ['batch-0001', 'batch-0002'], tasks: [] }),
      bring: (group) => {
        if (group === 'batch-0001') throw named('AccessDenied', 'no');
        return { group };
      },
    });
    expect(payloads['Publish'].groups[0]).toEqual([
      { group: 'batch-0001', error: 'AccessDenied' },
      { group: 'batch-0002', error: null },
    ]);
    expect(calls.filter((call) => call === 'BringBatch')).toHaveLength(2);
  });

  it('begins a task four times on the cluster’s weights, then twice on demand, and names it when all were in vain', async () => {
    const { payloads, calls } = await run({
      runTask: () => {
        throw named('States.TaskFailed', '{"StopCode":"SpotInterruption"}');
      },
    });
    expect(calls.filter((call) => call === 'RunTask')).toHaveLength(4);
    expect(calls.filter((call) => call === 'RunTaskOnDemand')).toHaveLength(2);
    expect(payloads['RunTask']).not.toHaveProperty('LaunchType');
    expect(payloads['Publish'].groups[1]).toEqual([{ group: 'task-0001', error: 'States.TaskFailed' }]);
  });

  it('ends failed when something is missing, after people were told', async () => {
    const cause = '1 formula is incomplete, and nothing was published. The first: jq: 404';
    const { error, calls } = await run({
      publish: () => ({ ...published, ok: false, outcome: 'incomplete', error: 'BottlesIncomplete', cause }),
    });
    expect(error).toEqual({ name: 'BottlesIncomplete', cause });
    expect(calls.at(-1)).toBe('Notify');
  });

  it.each(['Begin', 'Publish'])('gives the turn back and tells people when %s fails', async (state) => {
    const fail = () => {
      throw named('AccessDenied', 'no');
    };
    const { error, calls } = await run(state === 'Begin' ? { begin: fail } : { publish: fail });
    expect(error?.name).toBe('AccessDenied');
    expect(calls.slice(-2)).toEqual(['Abandon', 'NotifyFailure']);
  });

  it('succeeds although nobody could be told', async () => {
    const { output } = await run({
      notify: () => {
        throw named('NotificationFailed');
      },
    });
    expect(output).toEqual(published);
  });

  it('hands on 400 batches and 20 tasks that are all lost within a payload', async () => {
    const names = (kind: string, count: number) =>
      Array.from({ length: count }, (_, at) => `${kind}-${String(at + 1).padStart(4, '0')}`);
    const fail = () => {
      throw named('DestinationResponseInvalid', 'x'.repeat(30_000));
    };
    const { output, payloads } = await run({
      begin: () => ({ batches: names('batch', 400), tasks: names('task', 20) }),
      bring: fail,
      runTask: fail,
    });
    expect(output).toEqual(published);
    expect(payloads['Publish'].groups.flat()).toHaveLength(420);
  });
});
