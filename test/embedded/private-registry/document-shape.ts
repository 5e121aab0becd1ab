const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^(?:prov|provver|provpltfrm)-[0-9A-Za-z]{16}$/, 'id'],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'time in milliseconds'],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'time in seconds'],
  [/^https?:\/\/[^/]+\/v1\/object\/./, 'signed link'],
  [/^https?:\/\//, 'absolute link'],
  [/^\//, 'path'],
  [/^[0-9a-f]{64}$/, 'SHA-256 digest'],
  [/^[0-9A-F]{16}$/, 'key id'],
];

/** Values a client compares: they belong to the shape. */
const LITERAL_KEYS = new Set([
  'type',
  'registry-name',
  'os',
  'arch',
  'source',
  'status',
  'title',
  'detail',
  'pointer',
]);

/**
 * A document with its values replaced by what kind of thing they are, for comparing two documents field by
 * field. A list is what its members have in common: the first one's shape.
 */
export function shapeOf(value: unknown, key = ''): unknown {
  if (Array.isArray(value)) return value.length === 0 ? [] : [shapeOf(value[0], key)];
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner, name)]));
  }
  if (typeof value !== 'string') return value === null ? null : typeof value;
  if (LITERAL_KEYS.has(key)) return value;
  return KINDS.find(([pattern]) => pattern.test(value))?.[1] ?? (value === '' ? 'nothing' : 'text');
}
