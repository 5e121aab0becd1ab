import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { isForeignType, parseTypeDocument, typeOfKey } from '../../../src/domain/ledger-intake/schema.ts';
import { schemaProblems } from '../../../src/domain/ledger-intake/schema-limits.ts';

const TYPE = 'com.example.order.v1';
const payment = JSON.parse(
  readFileSync('test/vectors/ledger/payment/payment.transaction.v1.schema.json', 'utf8'),
);

/** Each level asks for the one below twice: two kilobytes, and a million looks at one event. */
function doubling(levels: number): Record<string, unknown> {
  const $defs = Object.fromEntries(
    Array.from({ length: levels }, (_, level) => {
      const next = { $ref: `#/$defs/d${level + 1}` };
      return [`d${level}`, { anyOf: [next, next] }];
    }),
  );
  return { $ref: '#/$defs/d0', $defs: { ...$defs, [`d${levels}`]: { type: 'string' } } };
}

function nested(levels: number): Record<string, unknown> {
  let schema: Record<string, unknown> = { type: 'string' };
  for (let level = 0; level < levels; level += 1) schema = { type: 'object', properties: { a: schema } };
  return schema;
}

describe('a schema', () => {
  it.each([
    ['the payment transaction', payment],
    ['nothing', {}],
    ['references to definitions', { $ref: '#/$defs/a', $defs: { a: { type: 'string' } } }],
    [
      'a property that is called like a keyword',
      { type: 'object', properties: { pattern: { type: 'string' }, $ref: { type: 'string' } } },
    ],
    ['a pattern with an end', { type: 'string', pattern: '^[A-Z]{3}[0-9]?$' }],
    ['a repeating pattern of a text with an end', { type: 'string', pattern: '^[a-z]+$', maxLength: 256 }],
    ['a set of texts', { type: 'array', uniqueItems: true, items: { type: 'string' } }],
    ['a doubling that ends', doubling(10)],
    ['ten levels', nested(10)],
  ])('may be %s', (_what, schema) => {
    expect(schemaProblems(schema)).toEqual([]);
  });

  it.each([
    ['too deep', nested(17), 'deeper than 32 levels'],
    ['too large', { description: 'x'.repeat(70_000) }, 'at most 65536'],
    [
      'too wide',
      { properties: Object.fromEntries(Array.from({ length: 501 }, (_, n) => [`p${n}`, {}])) },
      '501 properties',
    ],
    ['doubling', doubling(20), 'more than 10000 schemas'],
    ['of itself', { $ref: '#' }, 'leads to "#/$defs/NAME"'],
    [
      'of itself by a definition',
      { $ref: '#/$defs/a', $defs: { a: { items: { $ref: '#/$defs/a' } } } },
      'in a circle',
    ],
    ['of another host', { items: { $ref: 'https://example.com/x.json' } }, '/items: a reference leads'],
    ['of a file', { $ref: 'file:///etc/passwd' }, 'leads to "#/$defs/NAME"'],
    ['asynchronous', { $async: true }, '$async is not taken'],
    ['dynamic', { $defs: { a: { $dynamicRef: '#x' } } }, '/$defs/a: $dynamicRef'],
    ['with another base inside', { properties: { a: { $id: 'x' } } }, '/properties/a: $id'],
    ['a set of objects', { type: 'array', uniqueItems: true, items: { type: 'object' } }, 'uniqueItems'],
    ['a slow pattern', { type: 'string', pattern: '^(a+)+$' }, 'needs a maxLength'],
    ['a slow pattern of long texts', { pattern: '^(a|b)*$', maxLength: 257 }, 'needs a maxLength'],
    ['a pattern of names that repeats', { patternProperties: { '^a+$': {} } }, 'patternProperties'],
    [
      'deep inside a list',
      { allOf: [{ anyOf: [{ else: { $async: true } }] }] },
      '/allOf/0/anyOf/0/else: $async',
    ],
  ])('may not be %s', (_what, schema, words) => {
    expect(schemaProblems(schema).join('\n')).toContain(words);
  });
});

describe('a type’s document', () => {
  const parse = (document: unknown) => parseTypeDocument(TYPE, JSON.stringify(document));
  const schema = { type: 'object' };

  it('is a JSON Schema alone, or has rules and samples around it', () => {
    const alone = { $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' };
    expect(parse(alone)).toEqual({ document: { type: TYPE, schema: alone, rules: {}, samples: [] } });
    const stream = { prefix: '/orders/', member: 'customer' };
    const samples = [{ valid: true, data: { customer: 'c' } }];
    expect(parse({ schema, stream, samples })).toEqual({
      document: { type: TYPE, schema, rules: { stream }, samples },
    });
  });

  it.each([
    ['is no JSON', '{', 'not JSON'],
    ['is too large', JSON.stringify({ schema: { description: 'x'.repeat(300_000) } }), '262144 bytes'],
    ['is too deep', `${'['.repeat(100)}${']'.repeat(100)}`, 'deeper than'],
    ['has no schema', '{}', 'schema: '],
    [
      'has rules that mean nothing',
      JSON.stringify({ schema, enrich: [{ set: 'x', median: 'y' }] }),
      'enrich.0: ',
    ],
    [
      'would write over the event',
      JSON.stringify({
        schema,
        enrich: [
          { set: 'source', cases: [{ when: { member: 'a', equals: 1 }, value: 'x' }], otherwise: 'y' },
        ],
      }),
      'means something else',
    ],
    [
      'asks for what was before, of nothing',
      JSON.stringify({ schema, enrich: [{ set: 'before', previous: 'a' }] }),
      'artifact',
    ],
  ])('that %s is refused', (_what, text, words) => {
    expect(parseTypeDocument(TYPE, text)).toEqual({ problem: expect.stringContaining(words) });
  });

  it.each([
    ['com.example.order.v1', true],
    ['com.example.order-line.v12', true],
    ['com.example.order', false],
    ['com.example.order.v0', false],
    ['order.v1', false],
    ['v1', false],
    ['Com.Example.order.v1', false],
    ['provider-sync.version.sighted.v1', false],
    ['com..order.v1', false],
    ['../../registered/x.v1', false],
    [`com.${'x'.repeat(200)}.v1`, false],
  ])('is of the type %s: %s', (type, isOne) => {
    expect(isForeignType(type)).toBe(isOne);
    expect(typeOfKey(`types/${type}.json`, 'types/')).toBe(isOne ? type : undefined);
  });
});
