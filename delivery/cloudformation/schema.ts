import * as z from 'zod';

const text = z.string();

const parameter = z.object({ ParameterKey: text, ParameterValue: text.optional() });
const output = z.object({ OutputKey: text, OutputValue: text });

/** DescribeStacks. */
export const describedStacks = z.object({
  Stacks: z
    .array(
      z.object({
        StackStatus: text,
        StackStatusReason: text.optional(),
        Parameters: z.array(parameter).optional().default([]),
        Outputs: z.array(output).optional().default([]),
      }),
    )
    .min(1),
});

/** GetTemplate: YAML comes as a string, JSON as an object. */
export const gotTemplate = z.object({ TemplateBody: z.unknown() });

/** DescribeStackEvents, as far as failures are told. */
export const stackEvents = z.object({
  StackEvents: z.array(
    z.object({
      LogicalResourceId: text.optional().default(''),
      ResourceStatus: text.optional().default(''),
      ResourceStatusReason: text.optional().default(''),
    }),
  ),
});

/** What is read of a packaged template. */
export const packagedTemplate = z.object({
  Parameters: z
    .record(text, z.object({ Default: z.unknown().optional() }))
    .optional()
    .default({}),
  Resources: z.record(text, z.object({ Type: text })),
  Outputs: z.record(text, z.unknown()).optional().default({}),
});

export type PackagedTemplate = z.output<typeof packagedTemplate>;

/** delivery/environments/*.json, and what the variable STACK_PARAMETERS of an environment adds to it. */
export const stackParameters = z.record(z.string().regex(/^[A-Za-z0-9]+$/), z.string());

export type StackParameters = z.output<typeof stackParameters>;
