import * as z from 'zod';
import { isDeeperThan } from './message.ts';
import type { IntakeRules } from './rules.ts';

/** What a person hands in: one JSON document, a JSON Schema alone or with rules and samples around it. */
export interface TypeDocument {
  readonly type: string;
  readonly schema: Readonly<Record<string, unknown>>;
  readonly rules: IntakeRules;
  readonly samples: readonly { readonly valid: boolean; readonly data: unknown }[];
}

export const MAX_TYPE_DOCUMENT_BYTES = 262_144;
/** The document lies around the schema, whose own depth is limited more. */
const MAX_DEPTH = 48;

/** `com.example.payment.transaction.v1`: an incompatible change is another version, and so another type. */
const TYPE = /^[a-z0-9]+(?:[.-][a-z0-9]+)+\.v[1-9][0-9]{0,3}$/;
const MAX_TYPE = 200;

/** Attributes that mean something else already. */
const TAKEN = [
  'specversion',
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
  'data',
  'partitionkey',
  'received',
  'artifact',
  'clockskew',
  'run',
  'runlink',
];

const member = z.string().min(1).max(100);
const value = z.string().min(1).max(100);
const attribute = z
  .string()
  .regex(/^[a-z][a-z0-9]{0,19}$/, 'is no name of an attribute: up to 20 small letters and digits')
  .refine((name) => !TAKEN.includes(name), 'is the name of an attribute that means something else');
const scalar = z.union([z.string().max(200), z.number(), z.boolean()]);
const condition = z.union([
  z.strictObject({ member, equals: scalar }),
  z.strictObject({ member, atLeast: z.number() }),
]);

const processRule = z.strictObject({
  set: attribute,
  money: z.strictObject({ amount: member, currency: member }),
});

const enrichRule = z.union([
  z.strictObject({
    set: attribute,
    cases: z
      .array(z.strictObject({ when: condition, value }))
      .min(1)
      .max(20),
    otherwise: value,
  }),
  z.strictObject({ set: attribute, previous: member }),
  z.strictObject({ set: attribute, firstSeen: z.literal(true) }),
]);

const schemaDocument = z.record(z.string(), z.unknown());

/** What happens to the valid events of a type. */
export const intakeRules = z.strictObject({
  stream: z.strictObject({ prefix: z.string().max(200), member }).optional(),
  artifact: z.array(member).min(1).max(5).optional(),
  process: z.array(processRule).max(20).optional(),
  enrich: z.array(enrichRule).max(20).optional(),
});

const typeDocument = intakeRules
  .extend({
    schema: schemaDocument,
    samples: z
      .array(z.strictObject({ valid: z.boolean(), data: z.unknown() }))
      .max(100)
      .default([]),
  })
  .refine(({ artifact, enrich = [] }) => artifact !== undefined || enrich.every((rule) => 'cases' in rule), {
    error: 'has rules about what was before, and names no members under "artifact"',
  });

/** The type that a key in the bucket stands for: `types/com.example.order.v1.json`. Undefined for no such key. */
export function typeOfKey(key: string, prefix: string): string | undefined {
  if (!key.startsWith(prefix) || !key.endsWith('.json')) return undefined;
  const type = key.slice(prefix.length, -'.json'.length);
  return isForeignType(type) ? type : undefined;
}

/** Whether a company may have a type of this name: with a version at its end, and not under the product's own. */
export function isForeignType(type: string): boolean {
  return type.length <= MAX_TYPE && TYPE.test(type) && !type.startsWith('provider-sync.');
}

/** Reads what was handed in, or says in a line what is wrong with it. */
export function parseTypeDocument(
  type: string,
  text: string,
): { readonly document: TypeDocument } | { readonly problem: string } {
  if (text.length > MAX_TYPE_DOCUMENT_BYTES) {
    return { problem: `The document has more than ${MAX_TYPE_DOCUMENT_BYTES} bytes.` };
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: 'The document is not JSON.' };
  }
  if (isDeeperThan(json, MAX_DEPTH))
    return { problem: `The document is nested deeper than ${MAX_DEPTH} levels.` };
  // A JSON Schema alone says so itself.
  const whole = typeof json === 'object' && json !== null && '$schema' in json ? { schema: json } : json;
  const parsed = typeDocument.safeParse(whole);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const place = issue?.path.join('.') || 'The document';
    return { problem: `${place}: ${issue?.message ?? 'is not sound'}.` };
  }
  const { schema, samples, ...rules } = parsed.data;
  return { document: { type, schema, rules, samples } };
}

const registeredType = z.object({
  type: z.string(),
  schema: schemaDocument,
  digest: z.string().regex(/^[0-9a-f]{64}$/),
  rules: intakeRules,
});

/** Reads what was registered; undefined for anything else. */
export function parseRegisteredType(text: string) {
  try {
    const parsed = registeredType.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
