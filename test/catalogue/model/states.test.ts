import { describe, expect, it } from 'vitest';
import { rowStates, versionState } from '../../../src/catalogue/model/states.ts';
import type { ProviderRow } from '../../../src/domain/catalogue/form/overview.ts';

const NOW = new Date('2026-11-20T12:00:00Z');

type Row = Pick<ProviderRow, 'states' | 'held' | 'behind' | 'newest'>;
const row = (change: Partial<Row>): ProviderRow => ({
  address: 'registry.terraform.io/acme/anvil',
  detail: '',
  detailSha256: '',
  versions: 1,
  platforms: [],
  destinations: [],
  signer: null,
  changed: null,
  upstream: null,
  bytes: null,
  newest: '1.0.0',
  states: ['available'],
  held: [],
  behind: null,
  ...change,
});

describe('the states of a provider in words', () => {
  it.each<[Partial<Row>, readonly string[]]>([
    [{}, ['available']],
    [{ states: [], newest: null }, ['nothing here']],
    [{ states: ['behind', 'available'], behind: 3 }, ['behind by 3 versions', 'available']],
    [{ states: ['behind', 'available'], behind: 1 }, ['behind by 1 version', 'available']],
    [{ states: ['behind'], behind: null }, ['behind upstream']],
    [
      { states: ['held'], held: [{ version: '2.0.0', until: '2026-11-22T12:00:00Z' }] },
      ['2.0.0 held until 22 Nov 2026'],
    ],
    [
      { states: ['held'], held: [{ version: '2.0.0', until: '2026-11-19T12:00:00Z' }] },
      ['2.0.0 held until the next sync'],
    ],
    [
      {
        states: ['held'],
        held: [
          { version: '2.1.0', until: '2026-11-26T12:00:00Z' },
          { version: '2.0.0', until: '2026-11-22T12:00:00Z' },
        ],
      },
      ['2 held, the first until 22 Nov 2026'],
    ],
    [{ states: ['needs-approval'], held: [{ version: '2.0.0', until: null }] }, ['2.0.0 needs approval']],
    [
      {
        states: ['needs-approval'],
        held: [
          { version: '2.0.0', until: null },
          { version: '3.0.0', until: null },
        ],
      },
      ['2 need approval'],
    ],
    // While others of its versions are good, the provider itself is not recalled.
    [{ states: ['recalled', 'available'] }, ['a recalled version', 'available']],
    [{ states: ['recalled'], newest: null }, ['recalled']],
    [{ states: ['withdrawn'], newest: null }, ['withdrawn upstream']],
  ])('%j', (change, words) => {
    expect(rowStates(row(change), NOW).map((each) => each.words)).toEqual(words);
  });

  it('never tells them apart by colour alone', () => {
    const all = rowStates(
      row({
        states: [
          'recalled',
          'withdrawn',
          'needs-approval',
          'held',
          'admitted',
          'incomplete',
          'behind',
          'available',
        ],
      }),
      NOW,
    );
    expect(new Set(all.map(({ words }) => words)).size).toBe(8);
    expect(all.every(({ meaning }) => meaning.endsWith('.'))).toBe(true);
  });
});

describe('a version’s state in words', () => {
  it.each([
    ['available', null, 'available'],
    ['held', null, 'held'],
    ['held', '2026-11-22T12:00:00Z', 'held until 22 Nov 2026 (in 2 days)'],
    ['held', '2026-11-19T12:00:00Z', 'held until the next sync'],
    ['recalled', '2026-11-22T12:00:00Z', 'recalled'],
  ] as const)('%s, %s', (state, until, words) => {
    expect(versionState(state, until, NOW).words).toBe(words);
  });
});
