import * as z from 'zod';

/** A comment, or an issue: of both the author and the text are read. */
export const posts = z.array(
  z.object({
    id: z.number(),
    number: z.number().optional(),
    body: z.string().nullish(),
    user: z.object({ login: z.string() }).nullish(),
  }),
);
