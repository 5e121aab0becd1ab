const MAX_DEPTH = 64;

/**
 * The JSON Canonicalization Scheme (RFC 8785): members in the order of their names' UTF-16 units, numbers as
 * ECMAScript writes them, no white space. Members that are undefined are left out. Throws RangeError for what JSON
 * cannot hold (NaN, infinities, lone surrogates, functions) and beyond 64 levels.
 */
export function canonicalize(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) throw new RangeError(`is nested deeper than ${MAX_DEPTH} levels`);
  if (typeof value === 'string') return textOf(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`holds the number ${value}`);
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return JSON.stringify(value);
  if (typeof value !== 'object') throw new RangeError(`holds a ${typeof value}`);
  if (Array.isArray(value)) return `[${value.map((each) => canonicalize(each, depth + 1)).join(',')}]`;
  const members: string[] = [];
  for (const [name, each] of Object.entries(value).sort(byName)) {
    if (each !== undefined) members.push(`${textOf(name)}:${canonicalize(each, depth + 1)}`);
  }
  return `{${members.join(',')}}`;
}

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}

function textOf(text: string): string {
  if (!text.isWellFormed()) throw new RangeError('holds half a character');
  return JSON.stringify(text);
}
