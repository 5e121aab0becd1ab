import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../../src/adapters/json-schema/compile.ts';
import { FORMATS } from '../../../src/adapters/json-schema/formats.ts';
import { createTypeTrial } from '../../../src/adapters/json-schema/trial.ts';
import { parseTypeDocument } from '../../../src/domain/ledger-intake/schema.ts';

const TYPE = 'com.example.payment.transaction.v1';
const PATIENT = { milliseconds: 30_000, megabytes: 128 };

function documentOf(schema: object, samples: readonly object[] = []) {
  const parsed = parseTypeDocument(TYPE, JSON.stringify({ schema, samples }));
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.document;
}

const problems = (schema: object, samples: readonly object[] = [], limits = PATIENT) =>
  createTypeTrial(limits).problems(documentOf(schema, samples));

describe('the trial of a type', { timeout: 60_000 }, () => {
  it('finds nothing wrong with the sample of the documentation', async () => {
    const parsed = parseTypeDocument(TYPE, readFileSync(`docs/samples/${TYPE}.json`, 'utf8'));
    if ('problem' in parsed) throw new Error(parsed.problem);
    expect(parsed.document.samples).toHaveLength(13);
    expect(await createTypeTrial(PATIENT).problems(parsed.document)).toEqual([]);
  });

  it('says which sample is judged otherwise than its author says', async () => {
    const samples = [
      { valid: true, data: 1 },
      { valid: true, data: 'a' },
      { valid: false, data: 2 },
    ];
    expect(await problems({ type: 'integer' }, samples)).toEqual([
      'Sample 1 should be valid: The data must be integer',
      'Sample 2 should not be valid, and is.',
    ]);
  });

  it.each([
    ['no schema', { type: 'nothing' }, 'schema is invalid'],
    ['an unknown keyword', { tpye: 'string' }, 'unknown keyword: "tpye"'],
    ['an unknown format', { type: 'string', format: 'shoe-size' }, 'unknown format "shoe-size"'],
    ['a pattern that is none', { type: 'string', pattern: '(' }, 'regular expression'],
    ['a reference to nothing', { $ref: '#/$defs/none' }, "can't resolve reference"],
    ['another draft', { $schema: 'http://json-schema.org/draft-04/schema#' }, 'no schema with key or ref'],
  ])('refuses %s', async (_what, schema, words) => {
    expect((await problems(schema)).join()).toContain(words);
  });

  it('ends a thread that takes too long or too much', async () => {
    // Ten samples of half a second each.
    const slow = { type: 'string', pattern: '^(a+)+$' };
    const samples = Array.from({ length: 10 }, () => ({ valid: false, data: `${'a'.repeat(60)}!` }));
    expect((await problems(slow, samples, { milliseconds: 1, megabytes: 128 })).join()).toContain(
      'more than 1 ms',
    );
    expect((await problems(slow, samples.slice(0, 1))).join()).toContain('took more than 500 ms');
  });
});

describe('a check', () => {
  it('is stopped when it takes too long, and checks the next event as if nothing had been', () => {
    const check = compileSchema({ type: 'string', pattern: '^(a+)+$' }, 100);
    expect(check(`${'a'.repeat(60)}!`)).toMatchObject({ tooSlow: true });
    expect(check('aaa')).toBeUndefined();
    expect(check('b')).toMatchObject({ pointer: '' });
  });

  it('takes no member of a prototype for a member of the data', () => {
    const check = compileSchema({ type: 'object', required: ['toString'] });
    expect(check({})).toBeDefined();
    expect(check({ toString: 1 })).toBeUndefined();
    const closed = compileSchema({ type: 'object', properties: {}, additionalProperties: false });
    expect(closed(JSON.parse('{"__proto__": 1}'))).toBeDefined();
  });
});

describe('formats', () => {
  it.each([
    ['date', '2024-02-29', true],
    ['date', '2023-02-29', false],
    ['date', '2023-13-01', false],
    ['date-time', '2026-11-21T09:00:00Z', true],
    ['date-time', '2026-11-21T09:00:00.123+01:00', true],
    ['date-time', '2026-11-21T09:00:00', false],
    ['date-time', '2026-11-21 09:00:00Z', false],
    ['date-time', '2026-02-30T09:00:00Z', false],
    ['date-time', '2026-11-21T24:00:00Z', false],
    ['time', '09:00:00Z', true],
    ['time', '09:00', false],
    ['uuid', '4c3a6b52-9a3f-5a80-9f4e-2f3f4b1c7f10', true],
    ['uuid', '4c3a6b52', false],
    ['email', 'a.b+c@example.com', true],
    ['email', 'a@', false],
    ['hostname', 'a-b.example', true],
    ['hostname', '-a.example', false],
    ['ipv4', '192.168.0.255', true],
    ['ipv4', '192.168.0.256', false],
    ['uri', 'https://example.com/a?b#c', true],
    ['uri', '/relative', false],
  ])('%s: %s is one: %s', (format, text, isOne) => {
    expect(FORMATS[format]?.(text)).toBe(isOne);
  });
});
