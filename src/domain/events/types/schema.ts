import * as z from 'zod';
import { BOTTLE_EVENTS } from './bottles/schema.ts';
import { DEPLOYMENT_EVENTS } from './deployments/schema.ts';
import {
  bytes,
  destination,
  digest,
  type EventTypeDefinition,
  error,
  text,
  version,
} from './fields/schema.ts';
import { PROVIDER_EVENTS } from './providers/schema.ts';

/** Every fact that the product records: what it is, what its data holds, and which of it makes two reports the same fact. */
export const EVENT_TYPES = {
  ...PROVIDER_EVENTS,
  ...BOTTLE_EVENTS,
  ...DEPLOYMENT_EVENTS,
  'run.ended': {
    summary: 'A run came to its end. The subject is “runs”.',
    data: z.strictObject({
      run: text(200, 'The run’s id: an execution’s, or one that the command line made.'),
      what: z.enum(['sync', 'cleanup', 'bottles']),
      ok: z.boolean().describe('False when something failed, conflicts, is refused or was stopped.'),
      durationMs: z.int().min(0).describe('In milliseconds.'),
      bytes: bytes.describe('Package bytes that reached a destination, in bytes.'),
      outcomes: z
        .record(z.string().max(40), z.int().min(0))
        .describe('How many providers had each outcome: published, up-to-date, held, failed, …'),
      failures: z
        .array(
          z.strictObject({
            address: text(300, 'The provider.'),
            version: version.optional(),
            destination: destination.optional(),
            code: error.code,
            message: text(1000, 'What went wrong, for people.'),
          }),
        )
        .max(50)
        .describe('The first 50 of what failed.'),
    }),
    identity: ['run', 'what'],
  },
  'ledger.conflict': {
    summary: 'An event came again under its source and id with other contents; the first stays.',
    data: z.strictObject({
      ofSource: text(500, 'The event’s source.'),
      ofId: text(500, 'The event’s id.'),
      ofType: text(500, 'The later event’s type.'),
      contents: digest.describe('SHA-256 of the later contents.'),
    }),
    identity: ['ofSource', 'ofId', 'contents'],
  },
} as const satisfies Record<string, EventTypeDefinition>;

export type EventName = keyof typeof EVENT_TYPES;

/** What the data of one type holds. */
export type EventData<N extends EventName> = z.output<(typeof EVENT_TYPES)[N]['data']>;

const PREFIX = 'provider-sync.';

/** `provider-sync.version.sighted.v1`: an incompatible change of the data gets another number. */
export function eventType(name: EventName): string {
  return `${PREFIX}${name}.v1`;
}

const NAMES = new Map(
  Object.keys(EVENT_TYPES).map((name) => [eventType(name as EventName), name as EventName]),
);

/** The product's own name of a type; undefined for everybody else's. */
export function eventNameOf(type: string): EventName | undefined {
  return NAMES.get(type);
}

/** The data of an event of the product's own, or undefined when it is of another type or not what the type says. */
export function dataOf<N extends EventName>(
  name: N,
  event: { readonly type: string; readonly data?: unknown },
): EventData<N> | undefined {
  if (event.type !== eventType(name)) return undefined;
  const parsed = EVENT_TYPES[name].data.safeParse(event.data);
  return parsed.success ? (parsed.data as EventData<N>) : undefined;
}

/** The JSON Schema of one type's data. */
export function eventJsonSchema(name: EventName): Record<string, unknown> {
  const schema = z.toJSONSchema(EVENT_TYPES[name].data, { io: 'input' });
  const { $schema, ...rest } = schema;
  return {
    $schema,
    $id: `urn:provider-sync:events:${name}:v1`,
    title: eventType(name),
    ...rest,
    description: EVENT_TYPES[name].summary,
  };
}
