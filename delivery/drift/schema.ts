import * as z from 'zod';

const text = z.string();

export const startedDetection = z.object({ StackDriftDetectionId: text });

export const detectionStatus = z.object({
  DetectionStatus: text,
  DetectionStatusReason: text.optional(),
  StackDriftStatus: text.optional(),
});

/** DescribeStackResourceDrifts, names and paths only. */
export const resourceDrifts = z.object({
  StackResourceDrifts: z.array(
    z.object({
      LogicalResourceId: text,
      ResourceType: text,
      StackResourceDriftStatus: text,
      PropertyDifferences: z
        .array(z.object({ PropertyPath: text }))
        .nullish()
        .transform((differences) => differences ?? []),
    }),
  ),
});

export const stackResources = z.object({
  StackResourceSummaries: z
    .array(z.object({ ResourceType: text, PhysicalResourceId: text.optional() }))
    .optional()
    .default([]),
});
