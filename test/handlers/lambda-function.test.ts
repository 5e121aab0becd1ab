import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { SyncError } from '../../src/domain/errors.ts';
import { holdSecret } from '../../src/domain/secrets/redaction.ts';
import { type Invocation, lambdaFunction } from '../../src/handlers/lambda-function.ts';
import { lambdaContext } from '../deployment/support/lambda.ts';

const event = z.object({ executionId: z.string().optional(), name: z.string() });
type Event = z.output<typeof event>;

describe('a Lambda function', () => {
  const logged: string[] = [];
  beforeEach(() => {
    logged.length = 0;
    vi.stubEnv('POWERTOOLS_DEV', 'true');
    vi.stubEnv('POWERTOOLS_METRICS_DISABLED', 'false');
    vi.stubEnv('POWERTOOLS_METRICS_NAMESPACE', 'ProviderSync');
    for (const level of ['error', 'info', 'log', 'warn'] as const) {
      vi.spyOn(console, level).mockImplementation((line) => void logged.push(String(line)));
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  const running = (run: (invocation: Invocation<Event>) => Promise<unknown>) =>
    lambdaFunction({ event, compose: () => undefined, run: (_, invocation) => run(invocation) });

  it('hands the checked event on and answers with the result', async () => {
    const handler = running(async ({ event: { name }, requestId }) => ({ name, requestId }));
    expect(await handler({ name: 'anvil', other: 1 }, lambdaContext())).toEqual({
      name: 'anvil',
      requestId: lambdaContext().awsRequestId,
    });
  });

  it('refuses an event that it does not know, saying where', async () => {
    const handler = running(async () => undefined);
    await expect(handler({ name: 5 }, lambdaContext())).rejects.toMatchObject({
      name: 'ArgumentsInvalid',
      message: expect.stringContaining('$.name: Invalid input: expected string'),
    });
  });

  it.each([
    [{ executionId: 'run-1' }, 'run-1'],
    [null, lambdaContext().awsRequestId],
  ])('logs the refusal of %j under the id of its run', async (input, id) => {
    await expect(running(async () => undefined)(input, lambdaContext())).rejects.toMatchObject({
      name: 'ArgumentsInvalid',
    });
    expect(logged.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ code: 'ArgumentsInvalid', correlation_id: id }),
    ]);
  });

  it('throws an error on under the name that a state machine matches, and logs it with the execution', async () => {
    const handler = running(async () => {
      throw new SyncError('UpstreamUnavailable', 'The registry sleeps.');
    });
    await expect(handler({ name: 'a', executionId: 'run-1' }, lambdaContext())).rejects.toMatchObject({
      name: 'UpstreamUnavailable',
      message: 'The registry sleeps.',
    });
    expect(logged.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        level: 'ERROR',
        message: 'The registry sleeps.',
        code: 'UpstreamUnavailable',
        retryable: true,
        correlation_id: 'run-1',
      }),
    ]);
  });

  it('calls what it did not expect an internal error, with its place in the log alone', async () => {
    const handler = running(async () => {
      throw new TypeError('x is not a function');
    });
    const failing = handler({ name: 'a' }, lambdaContext());
    await expect(failing).rejects.toMatchObject({ name: 'InternalError' });
    expect(logged.join()).toContain('lambda-function.test.ts');
  });

  it('says no secret that it holds: not in its log, its error or its result', async () => {
    const secret = 'a-token-that-lambda-holds';
    const failing = running(async () => {
      // Raised before the secret was held, as where a server's words came first.
      const error = new SyncError('DestinationRejected', `It says ${secret}.`, { cause: new Error(secret) });
      holdSecret(secret);
      throw error;
    });
    const error: unknown = await failing({ name: 'a' }, lambdaContext()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: 'DestinationRejected', message: 'It says [redacted].' });
    expect((error as Error).stack).not.toContain(secret);
    expect(logged.join()).toContain('[redacted]');
    expect(logged.join()).not.toContain(secret);
    const answering = running(async () => ({ said: [`It says ${secret}.`] }));
    expect(await answering({ name: 'a' }, lambdaContext())).toEqual({ said: ['It says [redacted].'] });
  });

  it('composes once for all its invocations, and again after a composition that failed', async () => {
    let compositions = 0;
    const handler = lambdaFunction({
      event,
      compose: () => {
        compositions += 1;
        if (compositions === 1) throw new SyncError('SettingsInvalid', 'not yet');
        return compositions;
      },
      run: async (composition) => composition,
    });
    await expect(handler({ name: 'a' }, lambdaContext())).rejects.toMatchObject({ name: 'SettingsInvalid' });
    expect(await handler({ name: 'a' }, lambdaContext())).toBe(2);
    expect(await handler({ name: 'a' }, lambdaContext())).toBe(2);
  });

  it.each([
    { limit: 900_000, warned: 880_000 },
    { limit: 60_000, warned: 54_000 },
  ])('with $limit ms stops what is under way at $warned ms, with an error that is retried', async (given) => {
    vi.useFakeTimers();
    const handler = running(
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason));
        }),
    );
    const failing = handler({ name: 'a' }, lambdaContext(given.limit)).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(given.warned - 1);
    expect(logged).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(await failing).toMatchObject({ name: 'DeadlineNear', retryable: true });
  });

  it('leaves no timer behind', async () => {
    vi.useFakeTimers();
    await running(async () => 1)({ name: 'a' }, lambdaContext());
    expect(vi.getTimerCount()).toBe(0);
  });

  it('measures and counts a run that succeeds', async () => {
    const handler = lambdaFunction({
      event,
      compose: () => undefined,
      run: async () => 1,
      metrics: { duration: 'CheckDuration', count: 'ProviderChecked' },
    });
    await handler({ name: 'a' }, lambdaContext());
    expect(logged.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ CheckDuration: expect.any(Number), ProviderChecked: 1 }),
    ]);
  });
});
