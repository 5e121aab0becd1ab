import * as z from 'zod';

const reference = z.object({ Ref: z.string() });
const size = z.union([z.number(), reference]);

/** What the costs are computed from, as template.yaml says it. */
export const sizedTemplate = z.object({
  Parameters: z.record(z.string(), z.object({ Default: z.unknown().optional() })),
  Resources: z.record(
    z.string(),
    z.object({
      Type: z.string(),
      Condition: z.string().optional(),
      Properties: z
        .object({
          MemorySize: size.optional(),
          EphemeralStorage: z.object({ Size: size }).optional(),
          Metrics: z.array(z.object({ MetricStat: z.unknown().optional() })).optional(),
        })
        .optional(),
    }),
  ),
});

export type SizedTemplate = z.output<typeof sizedTemplate>;

/** The states of the definition, the items' among them. */
const states = z.record(
  z.string(),
  z.object({ ItemProcessor: z.object({ States: z.record(z.string(), z.unknown()) }).optional() }),
);

export const definition = z.object({ States: states });

export type Definition = z.output<typeof definition>;
