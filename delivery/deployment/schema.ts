import * as z from 'zod';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/** What belongs to a release. Written once, last: where it is, everything else is. */
export const manifest = z.object({
  commit: z.string().regex(/^[0-9a-f]{40}$/),
  /** Keys relative to the release's prefix. */
  files: z.record(z.string().regex(/^[A-Za-z0-9._-]+$/), sha256),
});

export type Manifest = z.output<typeof manifest>;

/** ListObjectsV2, as far as it is read. */
export const listedObjects = z.object({
  Contents: z
    .array(z.object({ Key: z.string() }))
    .optional()
    .default([]),
});

/** DescribeStateMachineAlias. */
export const stateMachineAlias = z.object({
  routingConfiguration: z.array(z.object({ stateMachineVersionArn: z.string(), weight: z.number() })).min(1),
});

/** GetAlias of Lambda. */
export const functionAlias = z.object({
  FunctionVersion: z.string(),
  RoutingConfig: z
    .object({ AdditionalVersionWeights: z.record(z.string(), z.number()).optional().default({}) })
    .nullish(),
});

export const startedExecution = z.object({ executionArn: z.string() });

export const describedExecution = z.object({
  status: z.string(),
  output: z.string().optional(),
  error: z.string().optional(),
});

/** What the state machine answers. */
export const executionOutput = z.object({ providers: z.int().min(1) });

export const invocation = z.object({ StatusCode: z.number(), FunctionError: z.string().optional() });

export const describedAlarms = z.object({
  MetricAlarms: z
    .array(z.object({ AlarmName: z.string() }))
    .optional()
    .default([]),
});

export const describedSecret = z.object({ VersionIdsToStages: z.record(z.string(), z.unknown()).optional() });

export const callerIdentity = z.object({ Account: z.string(), Arn: z.string() });
