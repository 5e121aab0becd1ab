import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import { captureLambdaHandler } from '@aws-lambda-powertools/tracer/middleware';
// oxlint-disable-next-line import/no-named-as-default -- its types have the default alone
import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import type * as z from 'zod';
import { collectEarly } from '../adapters/local/young-space.ts';
import { type Problem, SyncError, toSyncError, traceOf } from '../domain/errors.ts';
import { redact, redactAll } from '../domain/secrets/redaction.ts';
import type { Environment } from './environment.ts';
import { createTelemetry, type Telemetry } from './telemetry.ts';
import { createTrace, type Trace } from './tracing.ts';

/** What a function is composed from, once for all its invocations. */
export interface Runtime {
  readonly environment: Environment;
  readonly telemetry: Telemetry;
  readonly trace: Trace;
}

export interface Invocation<E> {
  readonly event: E;
  readonly requestId: string;
  /** Aborted with DeadlineNear shortly before the function's time is up. */
  readonly signal: AbortSignal;
  /** How much of that time is left. */
  readonly remainingMs: () => number;
}

interface FunctionDefinition<E, C, R> {
  readonly event: z.ZodType<E>;
  /** Reads the environment and builds the adapters. Throws SettingsInvalid. */
  readonly compose: (runtime: Runtime) => C;
  readonly run: (composition: C, invocation: Invocation<E>) => Promise<R>;
  /** What a run that succeeded is measured by. */
  readonly metrics?: {
    /** Takes its milliseconds. */
    readonly duration: string;
    /** Takes 1. */
    readonly count?: string;
  };
}

type LambdaHandler<R> = (event: unknown, context: Context) => Promise<R>;

/** Time that a function keeps for breaking off what is under way and saying so. */
const RESERVE_MS = 20_000;
const RESERVE_SHARE = 0.1;

/**
 * A Lambda function: logs, metrics and traces around `run`, the event checked before it, and any error thrown on
 * as a SyncError, whose name is what a Step Functions `ErrorEquals` matches.
 */
export function lambdaFunction<E, C, R>(definition: FunctionDefinition<E, C, R>): LambdaHandler<R> {
  // The largest document that is read takes 40 MiB less of a small function so.
  collectEarly();
  const telemetry = createTelemetry(process.env);
  const { logger, metrics, tracer } = telemetry;
  const composition = once(() =>
    definition.compose({ environment: process.env, telemetry, trace: createTrace(tracer) }),
  );

  const run = async (input: unknown, context: Context): Promise<R> => {
    logger.setCorrelationId(correlationIdOf(input) ?? context.awsRequestId);
    const event = parseEvent(definition.event, input);
    using deadline = watchDeadline(context);
    const started = performance.now();
    const { signal } = deadline;
    try {
      const remainingMs = () => context.getRemainingTimeInMillis();
      const invocation = { event, requestId: context.awsRequestId, signal, remainingMs };
      const result = await definition.run(composition(), invocation);
      const { duration, count } = definition.metrics ?? {};
      if (duration) metrics.addMetric(duration, 'Milliseconds', performance.now() - started);
      if (count) metrics.addMetric(count, 'Count', 1);
      return redactAll(result);
    } finally {
      // Powertools warns of every invocation that has none.
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    }
  };

  const handler = middy<unknown, R>()
    .use(captureLambdaHandler(tracer, { captureResponse: false }))
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .onError((request) => {
      const error = toSyncError(thrownLast(request.error));
      const { code, origin, retryable } = error;
      // Where it happened, for a fault of the program; of every other error what caused it.
      const trace = error.cause === undefined && code !== 'InternalError' ? {} : { trace: traceOf(error) };
      logger.error(redact(error.message), { code, origin, retryable, ...trace });
      request.error = unsaying(error);
    })
    .handler(run);
  return async (event, context) => await (handler as LambdaHandler<R>)(event, context);
}

/**
 * Of two errors the one of what was to be done at the end: that what happened could not be kept. The step is tried
 * again for it, and meets the other one anew.
 */
function thrownLast(error: unknown): unknown {
  const { name, error: last } = (error ?? {}) as { name?: unknown; error?: unknown };
  return name === 'SuppressedError' && last !== undefined ? thrownLast(last) : error;
}

/** Lambda itself logs and hands on what is thrown: what it says of it must hold no secret that came in since. */
function unsaying(error: SyncError): SyncError {
  error.message = redact(error.message);
  error.stack = redact(error.stack ?? '');
  return error;
}

function parseEvent<E>(schema: z.ZodType<E>, input: unknown): E {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }): Problem => ({ path: ['$', ...path].join('.'), message }),
  );
  const words = problems.map(({ path, message }) => `${path}: ${message}`).join('; ');
  throw new SyncError(
    'ArgumentsInvalid',
    `The function was called with an event that it does not know. ${words}. See events/README.md.`,
    { problems },
  );
}

/** The execution's id, by which the log lines of all functions of one run are found. */
function correlationIdOf(event: unknown): string | undefined {
  const { executionId, input } = (event ?? {}) as {
    executionId?: unknown;
    input?: { run?: { executionId?: unknown } };
  };
  // The execution of a page belongs to the run that started it.
  return [input?.run?.executionId, executionId].find((id) => typeof id === 'string');
}

function watchDeadline(context: Context): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const left = context.getRemainingTimeInMillis();
  const timer = setTimeout(
    () => {
      const what = `The function's time is nearly up (${Math.round(left / 1000)} s), so it stopped cleanly.`;
      controller.abort(new SyncError('DeadlineNear', `${what} A retry goes on where it stopped.`));
    },
    Math.max(0, left - Math.min(RESERVE_MS, left * RESERVE_SHARE)),
  );
  return { signal: controller.signal, [Symbol.dispose]: () => clearTimeout(timer) };
}

/** The result of the first call that does not throw, for all calls. */
function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
