import * as z from 'zod';

const type = z
  .string()
  .regex(
    /^[a-z0-9_]+\*?$/,
    'Write a type as Terraform does, such as aws_instance, or its beginning and "*".',
  );

/** `kind.json`. */
export const kindDocument = z.strictObject({
  version: z.string().regex(/^\d+\.\d+\.\d+$/, 'Write three numbers, such as 1.0.0.'),
  description: z.string().min(1).max(500),
  limits: z.strictObject({
    minutes: z.int().min(1).max(720).describe('After so many, a run is stopped.'),
    costClass: z.enum(['none', 'low', 'medium', 'high']),
    role: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/)
      .describe('Which role a run of this kind gets on AWS.'),
  }),
  approval: z.boolean().describe('Whether every plan of this kind must be approved.'),
  allow: z.strictObject({
    resources: z.array(type).min(1).max(200),
    dataSources: z.array(type.regex(/^[a-z0-9_]+$/)).max(50),
    provisioners: z.boolean(),
  }),
});

export type KindDocument = z.output<typeof kindDocument>;

/** What a module and its plans may do. */
export type Allowance = KindDocument['allow'];
