import { isDeeperThan } from './message.ts';
import { pointerTo } from './rejection.ts';

const MAX_SCHEMA_BYTES = 65_536;
const MAX_DEPTH = 32;
const MAX_PROPERTIES = 500;
/** Of subschemas with every reference followed: what a validator may have to look at for one event. */
const MAX_EXPANDED = 10_000;
/** How long a text may be that a pattern with repetitions is tried on. */
const MAX_MATCHED_LENGTH = 256;

/** Keywords that lead elsewhere, make of a validator something else, or are of an earlier draft. */
const REFUSED = [
  '$async',
  '$anchor',
  '$dynamicRef',
  '$dynamicAnchor',
  '$recursiveRef',
  '$recursiveAnchor',
  'dependencies',
  'definitions',
];

const ONE = ['items', 'additionalProperties', 'not', 'if', 'then', 'else', 'contains', 'propertyNames'];
const ONE_MORE = ['unevaluatedProperties', 'unevaluatedItems'];
const SINGLE = [...ONE, ...ONE_MORE];
const LISTS = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
const MAPS = ['properties', 'patternProperties', '$defs', 'dependentSchemas'];

type Json = Readonly<Record<string, unknown>>;

/**
 * What makes a schema too much for the pipeline, in lines for people; empty when nothing does. A schema can be a bomb:
 * of a kilobyte, and an hour to look at one event by. What this cannot see, such as a slow pattern, is left to the time
 * limits of those who compile and use it.
 */
export function schemaProblems(schema: Json): readonly string[] {
  if (isDeeperThan(schema, MAX_DEPTH)) return [`The schema is nested deeper than ${MAX_DEPTH} levels.`];
  const bytes = new TextEncoder().encode(JSON.stringify(schema)).length;
  if (bytes > MAX_SCHEMA_BYTES) {
    return [`The schema has ${bytes} bytes; at most ${MAX_SCHEMA_BYTES} are taken.`];
  }
  const problems: string[] = [];
  let properties = 0;
  for (const { at, path } of subschemas(schema, [])) {
    properties += Object.keys(asObject(at['properties']) ?? {}).length;
    problems.push(...problemsAt(at, path).map((what) => `${pointerTo(path) || 'The schema'}: ${what}.`));
  }
  if (properties > MAX_PROPERTIES) {
    problems.push(`The schema has ${properties} properties; at most ${MAX_PROPERTIES} are taken.`);
  }
  if (problems.length > 0) return problems.slice(0, 20);
  const size = expandedSize(schema);
  if (size === undefined) return ['The schema refers to itself: its references go round in a circle.'];
  if (size > MAX_EXPANDED) {
    return [`The schema stands for more than ${MAX_EXPANDED} schemas when its references are followed.`];
  }
  return [];
}

interface Subschema {
  readonly at: Json;
  readonly path: readonly PropertyKey[];
}

function* subschemas(at: Json, path: readonly PropertyKey[]): Generator<Subschema> {
  yield { at, path };
  for (const child of childrenOf(at)) yield* subschemas(child.at, [...path, ...child.path]);
}

function childrenOf(at: Json): readonly Subschema[] {
  const found: Subschema[] = [];
  const add = (value: unknown, path: readonly PropertyKey[]) => {
    const child = asObject(value);
    if (child !== undefined) found.push({ at: child, path });
  };
  for (const name of SINGLE) add(at[name], [name]);
  for (const name of LISTS) {
    const list = at[name];
    if (Array.isArray(list)) for (const [index, each] of list.entries()) add(each, [name, index]);
  }
  for (const name of MAPS) {
    for (const [key, each] of Object.entries(asObject(at[name]) ?? {})) add(each, [name, key]);
  }
  return found;
}

function problemsAt(at: Json, path: readonly PropertyKey[]): readonly string[] {
  const problems = REFUSED.filter((name) => name in at).map((name) => `${name} is not taken`);
  if ('$id' in at && path.length > 0) problems.push('$id stands at the top alone');
  const reference = at['$ref'];
  if (reference !== undefined && localName(reference) === undefined) {
    problems.push('a reference leads to "#/$defs/NAME" of the same schema and nowhere else');
  }
  if (at['uniqueItems'] === true && !hasScalarItems(at)) {
    problems.push('uniqueItems is taken of texts, numbers and booleans alone');
  }
  const { pattern, maxLength } = at as { pattern?: unknown; maxLength?: unknown };
  const isBounded = typeof maxLength === 'number' && maxLength <= MAX_MATCHED_LENGTH;
  if (typeof pattern === 'string' && repeats(pattern) && !isBounded) {
    problems.push(
      `a pattern that repeats something needs a maxLength of at most ${MAX_MATCHED_LENGTH} beside it`,
    );
  }
  if (Object.keys(asObject(at['patternProperties']) ?? {}).some(repeats)) {
    problems.push('patternProperties takes patterns that repeat nothing');
  }
  return problems;
}

const SCALARS = ['string', 'number', 'integer', 'boolean', 'null'];

function hasScalarItems(at: Json): boolean {
  const type = asObject(at['items'])?.['type'];
  return typeof type === 'string' && SCALARS.includes(type);
}

/** Whether a pattern has a repetition without an end. */
function repeats(pattern: string): boolean {
  const bare = pattern.replaceAll(/\\./g, '').replaceAll(/\[(?:[^\]])*\]/g, 'x');
  return /[*+]|\{\d+,\}/.test(bare);
}

function localName(reference: unknown): string | undefined {
  return typeof reference === 'string' ? /^#\/\$defs\/([A-Za-z0-9_.-]+)$/.exec(reference)?.[1] : undefined;
}

/** How many subschemas there are with every reference followed; undefined when they go round in a circle. */
function expandedSize(schema: Json): number | undefined {
  const definitions = asObject(schema['$defs']) ?? {};
  const known = new Map<string, number>();
  const under = new Set<string>();
  const sizeOf = (at: Json): number => {
    let size = 1;
    for (const { at: child, path } of childrenOf(at)) if (path[0] !== '$defs') size += sizeOf(child);
    const name = localName(at['$ref']);
    return name === undefined ? size : size + sizeOfDefinition(name);
  };
  const sizeOfDefinition = (name: string): number => {
    const before = known.get(name);
    if (before !== undefined) return before;
    if (under.has(name)) return Number.NaN;
    under.add(name);
    const size = sizeOf(asObject(definitions[name]) ?? {});
    under.delete(name);
    known.set(name, size);
    return size;
  };
  const sizes = [sizeOf(schema), ...Object.keys(definitions).map(sizeOfDefinition)];
  return sizes.some(Number.isNaN) ? undefined : Math.max(...sizes);
}

function asObject(value: unknown): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
