import * as z from 'zod';

const text = z.string().min(1);

const configReference = z.object({ bucket: text, key: text, versionId: z.union([text, z.null()]) });

const caughtError = z.object({ Error: text, Cause: z.string().optional() });

/** Where the config is, as a person or a schedule says it. */
const configLocation = z.object({
  bucket: text,
  key: text,
  versionId: text.optional(),
  /** With true, every provider is checked and none is published. */
  dryRun: z.boolean().optional(),
});

/**
 * EventBridge's "Object Created" of S3. The key stands as it is, not URL-encoded; there is a version id only
 * where the bucket keeps versions.
 */
const objectCreated = z
  .object({
    detail: z.object({
      bucket: z.object({ name: text }),
      object: z.object({ key: text, 'version-id': text.optional() }),
    }),
  })
  .transform(({ detail: { bucket, object } }) => ({
    bucket: bucket.name,
    key: object.key,
    versionId: object['version-id'],
    dryRun: undefined,
  }));

const RUN_INPUT = { error: 'neither {"bucket": …, "key": …} nor an "Object Created" event of S3' };

const runInput = z.union([configLocation, objectCreated], RUN_INPUT);

const failedProvider = z.object({
  address: text,
  requested: text,
  version: text.nullable(),
  step: z.enum(['check', 'upload']),
  code: text,
  message: z.string(),
});

const count = z.int().min(0);

const outcomes = z.record(z.string().min(1).max(40), count);

const digest = z.object({
  providers: count,
  failed: count,
  // Executions that were started before there were these hand on a digest without them.
  outcomes: outcomes.default({}),
  bytes: count.default(0),
  causes: z.array(z.object({ code: text, providers: count, named: z.array(failedProvider) })),
  stopped: z.object({ code: text, message: z.string() }).nullable(),
});

const progress = z.object({ page: count, more: z.boolean(), digest: digest.nullable() });

/** What a run hands to the execution of one page. */
const pageInput = z.object({
  run: z.object({ executionId: text, config: configReference, progress }),
});

/** What ReadConfig and TakeTurn take: the input of an execution, alone or as the state machine wraps it. */
export const runEvent = z.union(
  [
    z.object({ executionId: text, input: pageInput }).transform(({ input: { run } }) => ({
      executionId: run.executionId,
      input: { ...run.config, versionId: run.config.versionId ?? undefined },
      progress: run.progress,
      dryRun: false,
    })),
    z
      .object({ executionId: text, input: runInput })
      .transform((event) => ({ ...event, progress: undefined, dryRun: event.input.dryRun === true })),
    runInput.transform((input) => ({
      executionId: undefined,
      input,
      progress: undefined,
      dryRun: input.dryRun === true,
    })),
  ],
  RUN_INPUT,
);

/** One provider of a run, as the Map hands it out. */
export const providerEvent = z.object({
  executionId: text,
  config: configReference,
  provider: z.object({ index: z.int().min(0), address: text, version: text }),
  /** What CheckVersion found. */
  status: z.object({ resolvedVersion: text }).optional(),
});

const pages = z.array(count);

const itemResult = z.union([
  z.object({ outcome: z.literal('failed'), failure: failedProvider }),
  z.object({ outcome: text, bytes: count.optional(), failure: z.undefined().optional() }),
]);

/** What a run tells ErrorHandler on its way: see the states of these names. */
const runReportEvent = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('record-failure'),
    executionId: text,
    item: providerEvent.omit({ executionId: true, config: true }).extend({ error: caughtError }),
  }),
  z.object({
    action: z.literal('note-page-failure'),
    executionId: text,
    progress,
    pages,
    error: caughtError,
  }),
  z.object({
    action: z.literal('report-run'),
    executionId: text,
    isPage: z.boolean(),
    progress,
    pages,
    results: z.array(itemResult),
    stopped: caughtError.nullable(),
  }),
  z.object({
    action: z.literal('send-digest'),
    executionId: text,
    config: configReference,
    pages,
    digest,
  }),
]);

/** A provider that failed, or a run that could not begin. */
const errorEvent = z.union([
  providerEvent.extend({ error: caughtError }),
  z.object({
    executionId: text,
    input: runInput.optional().catch(undefined),
    error: caughtError,
    provider: z.undefined().optional(),
  }),
]);

/** The execution of a page that could not read the config: its run hears of it and tells people. */
const pageError = z
  .object({ executionId: text, input: pageInput, error: caughtError })
  .transform(({ executionId }) => ({ action: 'leave-to-run' as const, executionId }));

export const errorHandlerEvent = z.union([runReportEvent, pageError, errorEvent]);

/** A schedule sends `{}`. Strict, because a misspelt `dryRun` would delete what somebody wanted to look at. */
export const cleanupEvent = z.strictObject({ provider: text.optional(), dryRun: z.boolean().optional() });

/** A schedule sends `{}`. */
export const keepingEvent = z.object({});

export type RunReportEvent = z.output<typeof runReportEvent> | z.output<typeof pageError>;
export type ProviderEvent = z.output<typeof providerEvent>;
export type ErrorEvent = z.output<typeof errorEvent>;
export type CleanupEvent = z.output<typeof cleanupEvent>;

const executionInput = z.object({ run: z.object({ executionId: text }) });

/**
 * EventBridge's "Step Functions Execution Status Change", or `{}` by hand. A page of a larger run is an execution too,
 * and says so in its input.
 */
export const catalogueEvent = z
  .object({
    detail: z
      .object({
        executionArn: text,
        stateMachineArn: text.optional(),
        status: text,
        startDate: z.number(),
        stopDate: z.number(),
        input: z.string().nullish(),
        output: z.string().nullish(),
        error: z.string().nullish(),
        cause: z.string().nullish(),
      })
      .optional(),
  })
  .transform(({ detail }) => {
    if (detail === undefined) return { ended: null, isPage: false };
    const { input, output = null, error = null, cause = null, ...ended } = detail;
    const isPage = input != null && executionInput.safeParse(jsonOf(input)).success;
    return { ended: { ...ended, output, error, cause }, isPage };
  });

/** What an execution of a run says when it succeeded; before there were outcomes, how many providers alone. */
const runOutput = z
  .object({ providers: count, outcomes: outcomes.optional(), bytes: count.default(0) })
  .transform(({ providers, outcomes: each = { providers }, bytes }) => ({ outcomes: each, bytes }));

/** What an execution of the bottles' state machine says when it succeeded. */
const bottlesOutput = z
  .object({ bottles: count, fetched: count, bytes: count })
  .transform(({ bottles, fetched, bytes }) => ({
    outcomes: {
      ...(fetched > 0 && { fetched }),
      ...(bottles > fetched && { 'up-to-date': bottles - fetched }),
    },
    bytes,
  }));

/** What an execution of a run knew when it came to fail. */
const failedRun = z.object({ report: z.object({ progress: z.object({ digest }) }) });

/** The figures in an execution's output; undefined where it has none. */
export function readOutput(output: string, what: 'sync' | 'bottles') {
  return (what === 'sync' ? runOutput : bottlesOutput).safeParse(jsonOf(output)).data;
}

/** What became of the providers of a run that failed, as its last state had it; undefined where that does not tell. */
export function readFailedRun(input: string) {
  return failedRun.safeParse(jsonOf(input)).data?.report.progress.digest;
}

function jsonOf(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return undefined;
  }
}
