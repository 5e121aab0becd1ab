import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import { canonicalize } from '../../../src/domain/ledger/canonical.ts';
import { type ChainVerdict, verifyChain } from '../../../src/domain/ledger/chain.ts';
import { type Head, type LedgerEntry, nextEntry } from '../../../src/domain/ledger/entry.ts';

const folder = new URL('../../vectors/ledger/chain/', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, folder), 'utf8');

interface Expected {
  readonly needsAnchor: boolean;
  readonly chainAlone: string;
  readonly withHeads: string;
}

const { cases } = JSON.parse(read('expected.json')) as { cases: Record<string, Expected> };
const heads = new Map(Object.entries(JSON.parse(read('heads.json')) as Record<string, Head>));

const entriesIn = (name: string) =>
  read(`${name}.jsonl`)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LedgerEntry);

function verify(entries: readonly LedgerEntry[], anchors?: ReadonlyMap<string, Head>): ChainVerdict {
  const verifier = verifyChain(hashText, anchors);
  for (const entry of entries) verifier.take(entry);
  return verifier.finish();
}

describe('the vectors of rewritten history', () => {
  it('hashes the canonical form', () => {
    const { event, seq, stream } = entriesIn('00-good')[3] as LedgerEntry;
    expect(canonicalize({ event, seq, stream })).toBe(read('canonical-of-entry-4.txt').trimEnd());
  });

  it.each(Object.entries(cases))('%s by the chain alone', (name, { chainAlone }) => {
    const { problems } = verify(entriesIn(name));
    const found = problems.map(({ seq, what }) => `${seq}:${what}`).join(' ');
    expect(found === '' ? 'nothing found' : `found at ${found}`).toBe(chainAlone);
  });

  it.each(Object.entries(cases))('%s by heads kept elsewhere', (name, { needsAnchor, withHeads }) => {
    const found = verify(entriesIn(name), heads).problems.filter(({ what }) => what === 'anchor');
    const streams = [...new Set(found.map(({ stream }) => stream))].join(' ');
    expect(needsAnchor ? `found: ${streams}` : withHeads).toBe(withHeads);
    const sound = name.startsWith('00');
    const all = verify(entriesIn(name), heads).problems;
    expect(all.length > 0).toBe(!sound);
  });

  it('judges a longer chain by an older head', () => {
    const grown = entriesIn('00-good');
    const older = new Map([[grown[0]?.stream ?? '', { seq: 3, hash: grown[2]?.hash ?? '' }]]);
    expect(verify(grown, older).problems).toEqual([]);
    const forged = new Map([[grown[0]?.stream ?? '', { seq: 3, hash: grown[1]?.hash ?? '' }]]);
    expect(verify(grown, forged).problems).toMatchObject([{ seq: 3, what: 'anchor' }]);
  });
});

const event = (number: number) => ({
  specversion: '1.0' as const,
  id: `${number}`,
  source: '/test',
  type: 'test.v1',
  subject: 'a/b/c',
  data: { number },
});

/** A sound stream of `count` entries. */
function chainOf(count: number): readonly LedgerEntry[] {
  const entries: LedgerEntry[] = [];
  for (let number = 1; number <= count; number += 1) {
    const last = entries.at(-1);
    const head = last && { ...last, received: last.event.received ?? '' };
    entries.push(nextEntry(hashText, event(number), head, new Date(1_790_000_000_000 + number)));
  }
  return entries;
}

describe('any chain', () => {
  it('is sound as it was written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 }), (n) => {
        expect(verify(chainOf(n)).problems).toEqual([]);
      }),
    );
  });

  it('shows any single change of any member of any entry', () => {
    const change = fc.constantFrom<(entry: LedgerEntry) => LedgerEntry>(
      (entry) => ({ ...entry, stream: 'x/y/z' }),
      (entry) => ({ ...entry, seq: entry.seq + 1 }),
      (entry) => ({ ...entry, previous: 'f'.repeat(64) }),
      (entry) => ({ ...entry, hash: 'e'.repeat(64) }),
      (entry) => ({ ...entry, event: { ...entry.event, received: '2020-01-01T00:00:00.000Z' } }),
      (entry) => ({ ...entry, event: { ...entry.event, id: 'other' } }),
      (entry) => ({ ...entry, event: { ...entry.event, data: { number: 0 } } }),
      (entry) => ({ ...entry, event: { ...entry.event, data: Number.NaN } }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.nat(), change, (n, at, apply) => {
        const entries = chainOf(n);
        const place = at % n;
        const forged = entries.map((entry, index) => (index === place ? apply(entry) : entry));
        expect(verify(forged).problems.length).toBeGreaterThan(0);
      }),
    );
  });

  it('shows by its head that any number of entries are cut off its end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.nat(), (n, cut) => {
        const entries = chainOf(n);
        const { heads } = verify(entries);
        const kept = entries.slice(0, cut % n);
        expect(verify(kept).problems).toEqual([]);
        expect(verify(kept, heads).problems).toMatchObject([{ what: 'anchor', seq: n }]);
      }),
    );
  });

  it('never dates an entry before the one that came before it', () => {
    const first = nextEntry(hashText, event(1), undefined, new Date('2026-08-01T00:00:00Z'));
    const head = { ...first, received: first.event.received ?? '' };
    const second = nextEntry(hashText, event(2), head, new Date('2026-07-01T00:00:00Z'));
    expect(second.event.received).toBe('2026-08-01T00:00:00.000Z');
  });
});

describe('the canonical form', () => {
  it('does not depend on the order of members, and is JSON that reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalize(value);
        expect(canonicalize(JSON.parse(text))).toBe(text);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([
    [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
    [{ '€': 1, '\r': 2, '1': 3, '\u{1F600}': 4, '\uFB33': 5 }, '{"\\r":2,"1":3,"€":1,"😀":4,"\uFB33":5}'],
    [[56, { d: true, '10': null }], '[56,{"10":null,"d":true}]'],
    [333333333.3333333, '333333333.3333333'],
    [1e30, '1e+30'],
    [-0, '0'],
    [{ a: undefined, b: '\u000f' }, '{"b":"\\u000f"}'],
  ])('writes %j as RFC 8785 does', (value, text) => {
    expect(canonicalize(value)).toBe(text);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, '\uD800', { '\uDC00': 1 }, () => 1, 1n, undefined])(
    'refuses %s',
    (value) => {
      expect(() => canonicalize(value)).toThrow(RangeError);
    },
  );

  it('refuses what is nested too deep, without running out of stack', () => {
    let deep: unknown = 1;
    for (let level = 0; level < 100_000; level += 1) deep = [deep];
    expect(() => canonicalize(deep)).toThrow(RangeError);
  });
});
