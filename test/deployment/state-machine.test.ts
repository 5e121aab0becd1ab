import validateDefinition from 'asl-validator';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES, RETRYABLE_ERROR_CODES, SyncError } from '../../src/domain/errors.ts';
import type { Json } from './support/cloudformation.ts';
import {
  EXECUTION_ID,
  itemStates,
  readDefinition,
  runStateMachine,
  type TaskHandlers,
} from './support/state-machine.ts';

const definition = readDefinition();
const items = itemStates(definition);
const tasks = { ...definition.States, ...items.States };

/** Lambda's own passing errors, as the Step Functions guide lists them, and time limits. */
const LAMBDA_ERRORS = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.ClientExecutionTimeoutException',
  'Lambda.TooManyRequestsException',
  'Lambda.Unknown',
  'Sandbox.Timedout',
  'States.Timeout',
];

const config = { bucket: 'configs', key: 'config.json', versionId: 'v1' };
const provider = (index: number) => ({
  index,
  address: `registry.terraform.io/acme/p${index}`,
  version: 'latest',
});
const found = { outcome: 'up-to-date', resolvedVersion: '1.0.0', versionExists: true, shouldProcess: false };
const missing = { ...found, outcome: 'publish', versionExists: false, shouldProcess: true };

/** Functions that find three providers, of which each is new; `over` replaces some of them. */
function functions(over: Partial<TaskHandlers> = {}): { handlers: TaskHandlers; calls: [string, Json][] } {
  const calls: [string, Json][] = [];
  const handlers: TaskHandlers = {
    ReadConfig: () => ({ config, providers: [0, 1, 2].map(provider), details: 'left out' }),
    CheckVersionExists: () => ({ ...missing, missing: ['create provider'] }),
    DownloadAndUpload: () => ({ outcome: 'published', resolvedVersion: '1.0.0', signedBy: 'left out' }),
    NotifyError: ({ provider, error }) => ({ address: provider.address, code: error.Error, messageId: 'm' }),
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
  return { handlers: Object.fromEntries(recording), calls };
}

const failFor = (index: number, error: Error) => (payload: Json) => {
  if (payload.provider.index === index) throw error;
  return missing;
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
      const [retrier, ...others] = tasks[name]?.Retry ?? [];
      expect(others).toEqual([]);
      // A notification that fails is not this function's error.
      const own = RETRYABLE_ERROR_CODES.filter((code) => code !== 'NotificationFailed');
      expect(retrier?.ErrorEquals.toSorted()).toEqual([...own, ...LAMBDA_ERRORS].toSorted());
    },
  );

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
    expect(retriers).toHaveLength(4);
    for (const retrier of retriers) {
      expect(retrier).toMatchObject({ JitterStrategy: 'FULL' });
      expect(retrier.BackoffRate).toBeGreaterThan(1);
      expect(retrier.MaxDelaySeconds).toBeLessThanOrEqual(120);
    }
  });

  it('catches every error of every task', () => {
    const caught = Object.entries(tasks)
      .filter(([, { Type }]) => Type === 'Task')
      .map(([name, { Catch }]) => [name, Catch?.map(({ ErrorEquals, Next }) => [ErrorEquals, Next])]);
    expect(Object.fromEntries(caught)).toEqual({
      ReadConfig: [[['States.ALL'], 'NotifyConfigError']],
      NotifyConfigError: [[['States.ALL'], 'ConfigNotRead']],
      CheckVersionExists: [[['States.ALL'], 'NotifyError']],
      DownloadAndUpload: [[['States.ALL'], 'NotifyError']],
      NotifyError: [[['States.ALL'], 'NotificationFailed']],
    });
  });
});

describe('an execution', () => {
  it('publishes what is missing, one reference a provider, and succeeds', async () => {
    const { handlers, calls } = functions();
    const { output, error } = await runStateMachine(handlers, { bucket: 'configs', key: 'config.json' });
    expect(error).toBeUndefined();
    expect(output).toEqual({ providers: 3 });
    const [first] = calls;
    expect(first).toEqual([
      'ReadConfig',
      { executionId: EXECUTION_ID, input: { bucket: 'configs', key: 'config.json' } },
    ]);
    const checks = calls.filter(([name]) => name === 'CheckVersionExists').map(([, payload]) => payload);
    expect(checks).toEqual(
      [0, 1, 2].map((index) => ({ executionId: EXECUTION_ID, config, provider: provider(index) })),
    );
    const uploads = calls.filter(([name]) => name === 'DownloadAndUpload').map(([, payload]) => payload);
    expect(uploads).toEqual(checks.map((item) => ({ ...item, status: missing })));
  });

  it('asks for no upload where nothing is missing', async () => {
    const { handlers, calls } = functions({ CheckVersionExists: () => found });
    expect(await runStateMachine(handlers, {})).toEqual({ output: { providers: 3 } });
    expect(calls.map(([name]) => name)).not.toContain('DownloadAndUpload');
  });

  it('notifies of a provider that fails, goes on with the others, and ends failed with a summary', async () => {
    const refused = new SyncError('SignatureInvalid', 'SHA256SUMS of p1 1.0.0 was changed.');
    const { handlers, calls } = functions({ DownloadAndUpload: failFor(1, refused) });
    const { error } = await runStateMachine(handlers, {});
    expect(error).toEqual({
      name: 'ProvidersFailed',
      cause:
        '1 of 3 providers failed. The first: [{"outcome":"failed","address":"registry.terraform.io/acme/p1","code":"SignatureInvalid"}]',
    });
    expect(calls.filter(([name]) => name === 'DownloadAndUpload')).toHaveLength(3);
    const notices = calls.filter(([name]) => name === 'NotifyError').map(([, payload]) => payload);
    expect(notices).toMatchObject([
      {
        executionId: EXECUTION_ID,
        config,
        provider: provider(1),
        status: missing,
        error: { Error: 'SignatureInvalid' },
      },
    ]);
    expect(JSON.parse(notices[0].error.Cause)).toMatchObject({ errorMessage: refused.message });
  });

  it.each(RETRYABLE_ERROR_CODES.filter((code) => code !== 'NotificationFailed'))(
    'goes on after %s when a repeat succeeds',
    async (code) => {
      let failures = 1;
      const { handlers } = functions({
        DownloadAndUpload: () => {
          if (failures-- > 0) throw new SyncError(code, 'for a moment');
          return { outcome: 'published', resolvedVersion: '1.0.0' };
        },
      });
      expect(await runStateMachine(handlers, {})).toEqual({ output: { providers: 3 } });
    },
  );

  it('does not repeat a mistake of the user', async () => {
    const mistake = new SyncError('TokenRejected', 'The token was refused.');
    const { handlers, calls } = functions({ CheckVersionExists: failFor(0, mistake) });
    await runStateMachine(handlers, {});
    expect(calls.filter(([name]) => name === 'CheckVersionExists')).toHaveLength(3);
  });

  it('counts a provider as failed even when its notification fails', async () => {
    const { handlers } = functions({
      CheckVersionExists: failFor(2, new SyncError('ProviderNotFound', 'There is no p2.')),
      NotifyError: () => {
        throw new SyncError('NotificationFailed', 'The topic is gone.');
      },
    });
    const { error } = await runStateMachine(handlers, {});
    expect(error?.cause).toContain('1 of 3 providers failed');
    expect(error?.cause).toContain('"code":"ProviderNotFound"');
  });

  it('names the first twenty of many failures', async () => {
    const { handlers } = functions({
      ReadConfig: () => ({ config, providers: Array.from({ length: 30 }, (_, index) => provider(index)) }),
      CheckVersionExists: () => {
        throw new SyncError('AccessDenied', 'no');
      },
    });
    const { error } = await runStateMachine(handlers, {});
    expect(error?.cause).toContain('30 of 30 providers failed');
    expect(error?.cause).toContain('acme/p19"');
    expect(error?.cause).not.toContain('acme/p20"');
  });

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
    const { error } = await runStateMachine(handlers, { bucket: 'configs', key: 'config.json' });
    expect(error?.name).toBe('ConfigInvalid');
    expect(JSON.parse(error?.cause ?? '')).toMatchObject({
      errorMessage: '$[0].version: "5.x" is no version.',
    });
    const notice = calls.find(([name]) => name === 'NotifyConfigError');
    expect(notice?.[1]).toMatchObject({
      executionId: EXECUTION_ID,
      input: { bucket: 'configs', key: 'config.json' },
      error: { Error: 'ConfigInvalid' },
    });
  });
});
