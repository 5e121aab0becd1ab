import validateDefinition from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { endsRun } from '../../src/domain/delivery/run-ending.ts';
import { EXECUTION_LIMITS, MAX_PROVIDERS } from '../../src/domain/deployment/execution-budget.ts';
import { ERROR_CODES, SyncError } from '../../src/domain/errors.ts';
import type { Json } from './support/cloudformation.ts';
import { MY_TURN, readConfigOf, reporting } from './support/run-functions.ts';
import {
  EXECUTION_ID,
  itemStates,
  readDefinition,
  runStateMachine,
  stepFunctions,
  type TaskHandlers,
} from './support/state-machine.ts';

/** The codes for which running the same thing again later may help. */
const RETRYABLE_ERROR_CODES = ERROR_CODES.filter((code) => new SyncError(code, '').retryable);
const RUN_ENDING_CODES = ERROR_CODES.filter(endsRun).toSorted();
const definition = readDefinition();
const items = itemStates(definition);
const tasks = { ...definition.States, ...items.States };

/** Lambda's own passing errors, as the Step Functions guide lists them, and time limits. */
const LAMBDA_ERRORS = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'States.Timeout',
];

const config = { bucket: 'configs', key: 'config.json', versionId: 'v1' };
const INPUT = { bucket: 'configs', key: 'config.json', versionId: 'v1' };
const provider = (index: number) => ({
  index,
  address: `registry.terraform.io/acme/p${index}`,
  version: 'latest',
});
const found = { outcome: 'up-to-date', resolvedVersion: '1.0.0', versionExists: true, shouldProcess: false };
const missing = { ...found, outcome: 'publish', versionExists: false, shouldProcess: true };

const PUBLISHED = { outcome: 'published', resolvedVersion: '1.0.0', bytes: 10 };

/** The output of an execution that published all three, or that found them to be so. */
const ended = (outcome: string, bytes: number) => ({ providers: 3, outcomes: { [outcome]: 3 }, bytes });

/** Functions that find three providers, of which each is new; `over` replaces some of them. */
function functions(over: Partial<TaskHandlers> = {}) {
  const calls: [string, Json][] = [];
  const { tasks: reports, messages, counts } = reporting();
  const handlers: TaskHandlers = {
    TakeTurn: MY_TURN,
    ReadConfig: readConfigOf(() => [0, 1, 2].map(provider)),
    CheckVersionExists: () => ({ ...missing, missing: ['create provider'] }),
    DownloadAndUpload: () => ({ ...PUBLISHED, signedBy: 'left out' }),
    ...reports,
    NotifyConfigError: () => ({ messageId: 'm' }),
    ...over,
  };
  const recording = Object.entries(handlers).map(([name, handler]) => [
    name,
    (payload: Json) => {
      calls.push([name, payload]);
      return handler(payload);
    },
  ]);
  return { handlers: Object.fromEntries(recording) as TaskHandlers, calls, messages, counts };
}

const failFor = (index: number, error: Error) => (payload: Json) => {
  if (payload.provider.index === index) throw error;
  return { ...missing, bytes: 10 };
};

describe('the definition', () => {
  it('is valid Amazon States Language', () => {
    expect(validateDefinition(definition)).toMatchObject({ isValid: true, errors: [] });
  });

  it('works on five providers at a time, in this execution', () => {
    expect(tasks['ProcessProviders']).toMatchObject({
      Type: 'Map',
      MaxConcurrency: 5,
      ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' } },
    });
  });

  it.each(['CheckVersionExists', 'DownloadAndUpload'])(
    '%s repeats what can heal, and nothing else',
    (name) => {
      const [retrier, throttled, ...others] = tasks[name]?.Retry ?? [];
      expect(others).toEqual([]);
      // A notification that fails is not this function's error.
      const own = RETRYABLE_ERROR_CODES.filter((code) => code !== 'NotificationFailed');
      expect(retrier?.ErrorEquals.toSorted()).toEqual([...own, ...LAMBDA_ERRORS].toSorted());
      expect(throttled).toMatchObject({ ErrorEquals: ['Lambda.TooManyRequestsException'], MaxAttempts: 8 });
    },
  );

  it('lets no task take a throttle for a failure before it has waited for minutes', () => {
    const invoking = Object.entries(tasks).filter(
      ([name, { Type }]) => Type === 'Task' && name !== 'ProcessPage',
    );
    for (const [, { Retry = [] }] of invoking) {
      const throttled = Retry.find(({ ErrorEquals }) =>
        ErrorEquals.some((name) => name === 'Lambda.TooManyRequestsException' || name === 'States.ALL'),
      );
      const { IntervalSeconds = 0, BackoffRate = 0, MaxAttempts = 0, MaxDelaySeconds = 0 } = throttled ?? {};
      const waits = Array.from({ length: MaxAttempts }, (_, attempt) =>
        Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** attempt),
      );
      expect(waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThanOrEqual(35);
    }
  });

  it('never repeats an error of which no repeat can help', () => {
    const repeated = ['ReadConfig', 'CheckVersionExists', 'DownloadAndUpload'].flatMap(
      (name) => tasks[name]?.Retry?.flatMap(({ ErrorEquals }) => ErrorEquals) ?? [],
    );
    const hopeless = ERROR_CODES.filter((code) => !RETRYABLE_ERROR_CODES.includes(code));
    expect(repeated.filter((name) => hopeless.some((code) => code === name))).toEqual([]);
    expect(repeated).not.toContain('States.ALL');
    expect(repeated).not.toContain('States.TaskFailed');
  });

  it('backs off exponentially with jitter, up to a limit', () => {
    const retriers = Object.values(tasks).flatMap(({ Retry }) => Retry ?? []);
    expect(retriers).toHaveLength(14);
    for (const retrier of retriers) {
      expect(retrier).toMatchObject({ JitterStrategy: 'FULL' });
      expect(retrier.BackoffRate).toBeGreaterThan(1);
      expect(retrier.MaxDelaySeconds).toBeLessThanOrEqual(120);
    }
  });

  it('catches every error of every task', () => {
    const caught = Object.entries(tasks)
      .filter(([, { Type }]) => Type === 'Task')
      .map(([name, { Catch }]) => [
        name,
        Catch?.map(({ ErrorEquals, Next }) => [ErrorEquals.toSorted(), Next]),
      ]);
    const breaker = [RUN_ENDING_CODES, 'StopRun'];
    expect(Object.fromEntries(caught)).toEqual({
      TakeTurn: [[['States.ALL'], 'ReadConfig']],
      ReadConfig: [[['States.ALL'], 'NotifyConfigError']],
      ProcessPage: [[['States.ALL'], 'NotePageFailure']],
      NotePageFailure: [[['States.ALL'], 'RunNotReported']],
      ReportRun: [[['States.ALL'], 'RunNotReported']],
      NotifyFailures: [[['States.ALL'], 'ProvidersFailed']],
      NotifyConfigError: [[['States.ALL'], 'ConfigNotRead']],
      CheckVersionExists: [breaker, [['States.ALL'], 'RecordFailure']],
      DownloadAndUpload: [breaker, [['States.ALL'], 'RecordFailure']],
      RecordFailure: [[['States.ALL'], 'FailureNotRecorded']],
    });
    expect(tasks['ProcessProviders']?.Catch?.map(({ Next }) => Next)).toEqual(['ReportRun']);
  });
});

describe('an execution', () => {
  it('publishes what is missing, one reference a provider, and succeeds', async () => {
    const { handlers, calls } = functions();
    const { output, error } = await runStateMachine(handlers, INPUT);
    expect(error).toBeUndefined();
    expect(output).toEqual(ended('published', 30));
    const begun = { executionId: EXECUTION_ID, input: INPUT };
    expect(calls.slice(0, 2)).toEqual([
      ['TakeTurn', begun],
      ['ReadConfig', begun],
    ]);
    const checks = calls.filter(([name]) => name === 'CheckVersionExists').map(([, payload]) => payload);
    expect(checks).toEqual(
      [0, 1, 2].map((index) => ({
        executionId: EXECUTION_ID,
        config,
        provider: provider(index),
        dryRun: false,
      })),
    );
    const uploads = calls.filter(([name]) => name === 'DownloadAndUpload').map(([, payload]) => payload);
    expect(uploads).toEqual(checks.map((item) => ({ ...item, status: missing })));
  });

  it('asks for no upload where nothing is missing', async () => {
    const { handlers, calls } = functions({ CheckVersionExists: () => found });
    expect(await runStateMachine(handlers, INPUT)).toEqual({ output: ended('up-to-date', 0) });
    expect(calls.map(([name]) => name)).not.toContain('DownloadAndUpload');
  });

  it('goes on with the others when a provider fails, tells of it once, and ends failed with a summary', async () => {
    const refused = new SyncError('SignatureInvalid', 'SHA256SUMS of p1 1.0.0 was changed.');
    const { handlers, calls, messages, counts } = functions({ DownloadAndUpload: failFor(1, refused) });
    const { error } = await runStateMachine(handlers, INPUT);
    expect(error).toEqual({
      name: 'ProvidersFailed',
      cause:
        '1 of 3 providers failed. The first: [{"outcome":"failed","address":"registry.terraform.io/acme/p1","code":"SignatureInvalid"}]',
    });
    expect(calls.filter(([name]) => name === 'DownloadAndUpload')).toHaveLength(3);
    expect(messages.map(({ subject }) => subject)).toEqual([
      'Provider sync failed: acme/p1 1.0.0 (SignatureInvalid)',
    ]);
    expect(messages[0]?.body).toContain(refused.message);
    expect(messages[0]?.body).toContain(encodeURIComponent(EXECUTION_ID));
    expect(counts).toEqual({ SignatureInvalid: 1, failed: 1 });
  });

  it.each(RETRYABLE_ERROR_CODES.filter((code) => code !== 'NotificationFailed'))(
    'goes on after %s when a repeat succeeds',
    async (code) => {
      let failures = 1;
      const { handlers } = functions({
        DownloadAndUpload: () => {
          if (failures-- > 0) throw new SyncError(code, 'for a moment');
          return PUBLISHED;
        },
      });
      expect(await runStateMachine(handlers, INPUT)).toEqual({ output: ended('published', 30) });
    },
  );

  it('does not repeat a mistake of the user', async () => {
    const mistake = new SyncError('TokenRejected', 'The token was refused.');
    const { handlers, calls } = functions({ CheckVersionExists: failFor(0, mistake) });
    await runStateMachine(handlers, INPUT);
    expect(calls.filter(([name]) => name === 'CheckVersionExists')).toHaveLength(3);
  });

  it('counts a provider as failed even when its failure cannot be recorded', async () => {
    const { handlers } = functions({
      CheckVersionExists: failFor(2, new SyncError('ProviderNotFound', 'There is no p2.')),
      RecordFailure: () => {
        throw new Error('out of memory');
      },
    });
    const { error } = await runStateMachine(handlers, INPUT);
    expect(error?.cause).toContain('1 of 3 providers failed');
    expect(error?.cause).toContain('"code":"ProviderNotFound"');
  });

  it('ends with the failures also when nobody can be told', async () => {
    const { handlers, calls } = functions({
      CheckVersionExists: failFor(2, new SyncError('ProviderNotFound', 'There is no p2.')),
      NotifyFailures: () => {
        throw new SyncError('NotificationFailed', 'The topic is gone.');
      },
    });
    const { error } = await runStateMachine(handlers, INPUT);
    expect(error?.name).toBe('ProvidersFailed');
    expect(calls.filter(([name]) => name === 'NotifyFailures')).toHaveLength(6);
  });

  it('says so when its end cannot be reported', async () => {
    const { handlers } = functions({
      ReportRun: () => {
        throw new Error('out of memory');
      },
    });
    expect((await runStateMachine(handlers, INPUT)).error?.name).toBe('RunNotReported');
  });

  it('names the first twenty of many failures, by their causes, in one message', async () => {
    const { handlers, messages } = functions({
      ReadConfig: readConfigOf(() => Array.from({ length: 30 }, (_, index) => provider(index))),
      CheckVersionExists: ({ provider: { index } }) => {
        throw index === 29 ? new SyncError('SignatureInvalid', 'bad') : new SyncError('AccessDenied', 'no');
      },
    });
    const { error } = await runStateMachine(handlers, INPUT);
    expect(error?.cause).toContain('30 of 30 providers failed (AccessDenied 29, SignatureInvalid 1)');
    expect(error?.cause).toContain('acme/p18"');
    expect(error?.cause).not.toContain('acme/p19"');
    expect(error?.cause).toContain('acme/p29"');
    expect(messages).toHaveLength(1);
    expect(messages[0]?.subject).toBe(
      'Provider sync: 30 of 30 providers failed (AccessDenied, SignatureInvalid)',
    );
    expect(messages[0]?.body.match(/^- registry/gm)).toHaveLength(20);
    expect(messages[0]?.body).toContain('- … and 10 more');
  });

  it.each(RUN_ENDING_CODES)(
    'stops asking after the first few when %s fails all, with one message',
    async (code) => {
      const { handlers, calls, messages, counts } = functions({
        ReadConfig: readConfigOf(() => Array.from({ length: 100 }, (_, index) => provider(index))),
        CheckVersionExists: () => {
          throw new SyncError(code, 'The same for everyone.');
        },
      });
      const { error } = await runStateMachine(handlers, INPUT);
      expect(error).toEqual({
        name: code,
        cause: 'The run was stopped: The same for everyone. Nothing more was asked of the 100 providers.',
      });
      // The interpreter goes on to start items, as Step Functions does not: what counts is before the report.
      const asked = calls.slice(
        0,
        calls.findIndex(([name]) => name === 'ReportRun'),
      );
      expect(asked.filter(([name]) => name === 'CheckVersionExists').length).toBeLessThan(30);
      expect(messages.map(({ subject }) => subject)).toEqual([`Provider sync stopped (${code})`]);
      expect(messages[0]?.body).toContain('The same for everyone.');
      expect(counts).toEqual({ failed: 1 });
    },
  );

  it.each([
    ['told of', {}],
    [
      'not told of because that fails too',
      {
        NotifyConfigError: () => {
          throw new Error('no topic');
        },
      },
    ],
  ] as const)('ends with the config error, %s', async (_name, over) => {
    const { handlers, calls } = functions({
      ...over,
      ReadConfig: () => {
        throw new SyncError('ConfigInvalid', '$[0].version: "5.x" is no version.');
      },
    });
    const { error } = await runStateMachine(handlers, INPUT);
    expect(error?.name).toBe('ConfigInvalid');
    expect(JSON.parse(error?.cause ?? '')).toMatchObject({
      errorMessage: '$[0].version: "5.x" is no version.',
    });
    const notice = calls.find(([name]) => name === 'NotifyConfigError');
    expect(notice?.[1]).toMatchObject({
      executionId: EXECUTION_ID,
      input: INPUT,
      error: { Error: 'ConfigInvalid' },
    });
  });

  it('checks every provider of a dry run, and publishes none', async () => {
    const { handlers, calls } = functions();
    const execution = await runStateMachine(handlers, { ...INPUT, dryRun: true });
    expect(execution).toEqual({ output: ended('publish', 0) });
    const names = calls.map(([name]) => name);
    expect(names.filter((name) => name === 'CheckVersionExists')).toHaveLength(3);
    expect(names).not.toContain('DownloadAndUpload');
  });

  it('refuses a dry run in pages, whose executions would publish', async () => {
    const many = Array.from({ length: 2_000 }, (_, index) => provider(index));
    const { handlers, calls } = functions({ ReadConfig: readConfigOf(() => many) });
    const execution = await runStateMachine(handlers, { ...INPUT, dryRun: true });
    expect(execution.error?.name).toBe('ConfigTooLarge');
    expect(calls.map(([name]) => name)).not.toContain('CheckVersionExists');
  });

  it('waits while it is not its turn, and reads the config only then', async () => {
    let asked = 0;
    const { handlers, calls } = functions({
      TakeTurn: () => ({ turn: asked++ < 3 ? 'wait' : 'yours', waitSeconds: 15, joined: null }),
    });
    expect(await runStateMachine(handlers, INPUT)).toEqual({ output: ended('published', 30) });
    expect(calls.map(([name]) => name).slice(0, 5)).toEqual([...Array(4).fill('TakeTurn'), 'ReadConfig']);
  });

  it('ends at once when a waiting run does the same work', async () => {
    const joined = { turn: 'joined', waitSeconds: 0, joined: 'arn:other' };
    const { handlers, calls } = functions({ TakeTurn: () => joined });
    expect(await runStateMachine(handlers, INPUT)).toEqual({ output: joined });
    expect(calls).toHaveLength(1);
  });

  it('goes on without a turn when the queue cannot be asked', async () => {
    const { handlers } = functions({
      TakeTurn: () => {
        throw new SyncError('ConfigUnreadable', 'S3 refuses to keep the queue.');
      },
    });
    expect(await runStateMachine(handlers, INPUT)).toEqual({ output: ended('published', 30) });
  });
});

describe('a run over more providers than one execution holds', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => provider(index));

  it('works through 5,000 providers of which 500 fail, with one message and one end', {
    timeout: 300_000,
  }, async () => {
    const sizes: number[] = [];
    const { handlers, calls, messages, counts } = functions({
      ReadConfig: readConfigOf(() => many(5000)),
      CheckVersionExists: ({ provider: { index } }) => {
        if (index % 20 === 7)
          throw new SyncError('VersionNotFound', `p${index} has no such version. ${'x'.repeat(9000)}`);
        if (index % 20 === 9)
          throw new SyncError('SignatureInvalid', `p${index} was changed. ${'"'.repeat(7000)}`);
        return found;
      },
    });
    const machines = stepFunctions(handlers, (payload) =>
      sizes.push(Buffer.byteLength(JSON.stringify(payload))),
    );
    const { error } = await machines.start(INPUT).done;
    const pages = Math.ceil(5000 / MAX_PROVIDERS);
    expect(machines.inputs).toHaveLength(1 + pages);
    expect(error?.name).toBe('ProvidersFailed');
    expect(error?.cause).toContain(
      '500 of 5000 providers failed (VersionNotFound 250, SignatureInvalid 250)',
    );
    const checked = calls.filter(([name]) => name === 'CheckVersionExists').map(([, payload]) => payload);
    expect(new Set(checked.map((payload) => payload.provider.index)).size).toBe(5000);
    expect(checked).toHaveLength(5000);
    expect(new Set(checked.map(({ executionId }) => executionId))).toEqual(new Set([EXECUTION_ID]));
    expect(messages).toHaveLength(1);
    expect(messages[0]?.subject).toBe(
      'Provider sync: 500 of 5000 providers failed (VersionNotFound, SignatureInvalid)',
    );
    expect(messages[0]?.body.match(/^- registry/gm)).toHaveLength(20);
    expect(counts).toEqual({ VersionNotFound: 250, SignatureInvalid: 250, failed: 1 });
    expect(Math.max(...sizes)).toBeLessThan(EXECUTION_LIMITS.payloadBytes);
  });

  it('succeeds when every page does', async () => {
    const { handlers, messages, counts } = functions({
      ReadConfig: readConfigOf(() => many(MAX_PROVIDERS + 1)),
      CheckVersionExists: () => found,
    });
    const providers = MAX_PROVIDERS + 1;
    expect(await runStateMachine(handlers, INPUT)).toEqual({
      output: { providers, outcomes: { 'up-to-date': providers }, bytes: 0 },
    });
    expect(messages).toEqual([]);
    expect(counts).toEqual({ succeeded: 1 });
  });

  it.each([
    ['ConfigUnreadable', new SyncError('ConfigUnreadable', 'Denied for a while.'), 'Check that the config'],
    ['PageBrokeOff', new Error('out of memory'), 'The execution of one page'],
  ])(
    'goes on after a page that ended with %s, counts its providers and tells once',
    async (code, thrown, advice) => {
      const read = readConfigOf(() => many(3 * MAX_PROVIDERS));
      const { handlers, calls, messages } = functions({
        ReadConfig: (payload) => {
          if (payload.input.run?.progress.page === 1) throw thrown;
          return read(payload);
        },
        CheckVersionExists: () => found,
        NotifyConfigError: reporting().tasks.ReportRun,
      });
      const { error } = await runStateMachine(handlers, INPUT);
      expect(error?.cause).toContain(`${MAX_PROVIDERS} of ${3 * MAX_PROVIDERS} providers failed (${code}`);
      expect(calls.filter(([name]) => name === 'CheckVersionExists')).toHaveLength(2 * MAX_PROVIDERS);
      expect(messages).toHaveLength(1);
      expect(messages[0]?.body).toContain(`What to try: ${advice}`);
    },
  );

  it('asks no further page once a page was stopped', async () => {
    const { handlers, messages } = functions({
      ReadConfig: readConfigOf(() => many(3 * MAX_PROVIDERS)),
      CheckVersionExists: ({ provider: { index } }) => {
        if (index >= MAX_PROVIDERS) throw new SyncError('TokenRejected', 'The token was refused.');
        return found;
      },
    });
    const machines = stepFunctions(handlers);
    expect((await machines.start(INPUT).done).error?.name).toBe('TokenRejected');
    expect(machines.inputs).toHaveLength(3);
    expect(messages.map(({ subject }) => subject)).toEqual(['Provider sync stopped (TokenRejected)']);
  });
});
