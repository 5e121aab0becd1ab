import * as z from 'zod';

const json = z.string().transform((text, context): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    context.issues.push({ code: 'custom', message: 'not JSON', input: text });
    return z.NEVER;
  }
});

/** A secret's text as JSON; other fields may stand beside the token. */
export const tokenSecret = json.pipe(z.object({ token: z.string() }));

/** The queue of runs as it is kept in S3. */
export const turnQueue = json.pipe(
  z.object({
    runs: z
      .array(z.object({ executionId: z.string().min(1), wants: z.string(), since: z.iso.datetime() }))
      .max(10_000),
  }),
);

/** `KEY.tflock`, as Terraform's backend for S3 writes it. */
export const stateLock = json.pipe(
  z.object({ ID: z.string(), Who: z.string(), Operation: z.string().default(''), Created: z.string() }),
);
