import * as z from 'zod';
import { bytes, check, day, destination, digest, type EventTypeDefinition, error } from '../fields/schema.ts';

/** What happens to bottles on their way into a mirror. */
export const BOTTLE_EVENTS = {
  'bottle.transferred': {
    summary: 'A bottle reached a mirror, every check passed. The subject is the bottle’s file name.',
    data: z.strictObject({
      destination,
      bytes,
      sha256: digest.describe('Of the bottle.'),
      checks: z.array(check).max(2000).describe('The checks that ran, and what each found.'),
      day,
    }),
    identity: ['destination', 'bytes', 'sha256', 'checks', 'day'],
  },
  'bottle.failed': {
    summary: 'A bottle did not reach a mirror. The subject is the bottle’s file name.',
    data: z.strictObject({ destination, ...error, day }),
    identity: ['destination', 'code', 'message', 'day'],
  },
  'bottles.published': {
    summary: 'Clients of a mirror of bottles are shown another snapshot. The subject is the snapshot’s name.',
    data: z.strictObject({ destination, bottles: z.int().min(0).describe('How many it holds.'), day }),
    identity: ['destination', 'bottles', 'day'],
  },
} as const satisfies Record<string, EventTypeDefinition>;
