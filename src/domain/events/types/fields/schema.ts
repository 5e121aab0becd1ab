import * as z from 'zod';

// What the data of several types of events is made of.

export const text = (maximum: number, description: string) =>
  z.string().min(1).max(maximum).describe(description);
export const version = text(100, 'The version, canonical: 6.57.0.');
export const destination = text(200, 'The destination’s name in the config.');
export const digest = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe('SHA-256 of the exact bytes of SHA256SUMS, in hex: two releases under one version differ in it.');
export const bytes = z.int().min(0).describe('In bytes.');
export const day = z.iso
  .date()
  .describe('The day it happened, in UTC: the same thing on another day is another fact.');
export const person = text(300, 'Who: a login, what --as says, or an ARN.');
export const reason = text(2000, 'Why, for people: one line.');
export const error = {
  code: text(60, 'The error’s code.'),
  message: text(8000, 'What went wrong, for people.'),
};

export const check = z.strictObject({
  check: text(100, 'What was checked.'),
  subject: text(500, 'The file, platform or key it was about.'),
  passed: z.boolean(),
  detail: z.string().max(2000).describe('What was found.'),
});

export interface EventTypeDefinition {
  readonly summary: string;
  readonly data: z.ZodObject;
  /** The members of `data` that make the fact, beside type and subject. All others follow from them. */
  readonly identity: readonly string[];
}
