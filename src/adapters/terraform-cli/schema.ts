import * as z from 'zod';

/** `index.json` of a network mirror (Terraform's "provider network mirror protocol"). */
export const mirrorIndex = z.object({ versions: z.record(z.string(), z.unknown()) });
