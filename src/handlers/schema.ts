import * as z from 'zod';

const text = z.string().min(1);

const configReference = z.object({ bucket: text, key: text, versionId: z.union([text, z.null()]) });

const caughtError = z.object({ Error: text, Cause: z.string().optional() });

/** Where the config is, as a person or a schedule says it. */
const configLocation = z.object({ bucket: text, key: text, versionId: text.optional() });

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
  }));

const RUN_INPUT = { error: 'neither {"bucket": …, "key": …} nor an "Object Created" event of S3' };

const runInput = z.union([configLocation, objectCreated], RUN_INPUT);

/** What ReadConfig takes: the input of an execution, alone or as the state machine wraps it. */
export const readConfigEvent = z.union(
  [
    z.object({ executionId: text, input: runInput }),
    runInput.transform((input) => ({ executionId: undefined, input })),
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

/** A provider that failed, or a run that could not begin. */
export const errorEvent = z.union([
  providerEvent.extend({ error: caughtError }),
  z.object({
    executionId: text,
    input: runInput.optional().catch(undefined),
    error: caughtError,
    provider: z.undefined().optional(),
  }),
]);

/** A schedule sends `{}`. Strict, because a misspelt `dryRun` would delete what somebody wanted to look at. */
export const cleanupEvent = z.strictObject({ provider: text.optional(), dryRun: z.boolean().optional() });

export type ReadConfigEvent = z.output<typeof readConfigEvent>;
export type ProviderEvent = z.output<typeof providerEvent>;
export type ErrorEvent = z.output<typeof errorEvent>;
export type CleanupEvent = z.output<typeof cleanupEvent>;
