import { describe, expect, it } from 'vitest';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import { EMPTY_RECORD } from '../../../src/domain/admission/record.ts';
import { CATALOGUE_FORMAT } from '../../../src/domain/catalogue/form/pointer.ts';
import type { ProviderDetail, VersionDetail } from '../../../src/domain/catalogue/form/provider.ts';
import { happeningsOf } from '../../../src/domain/catalogue/happenings.ts';
import { plotsOf } from '../../../src/domain/catalogue/plots.ts';
import { isWorthTelling } from '../../../src/domain/catalogue/worth-telling.ts';
import { envelopeOf, type Fact } from '../../../src/domain/events/envelope.ts';
import type { LedgerEntry } from '../../../src/domain/ledger/entry.ts';
import { BARE_VERSION } from '../../support/catalogue/bare-version.ts';

const MADE = { at: '2026-08-10T12:00:00.000Z', run: null, by: '0.0.0', generation: 'g' };
const NOW = new Date(MADE.at);
const ADDRESS = 'registry.terraform.io/acme/anvil';

function entry(received: string, fact: Fact): LedgerEntry {
  const event = { ...envelopeOf(hashText, fact, NOW), received };
  return { stream: fact.subject, seq: 1, previous: '', hash: '', event };
}

const ran = (run: string, at: string, ok = true) =>
  entry(at, {
    name: 'run.ended',
    subject: 'runs',
    data: {
      run,
      what: 'sync',
      ok,
      durationMs: 1000,
      bytes: 5,
      outcomes: ok ? { published: 1 } : { failed: 1 },
      failures: ok ? [] : [{ address: ADDRESS, code: 'UpstreamUnavailable', message: 'no answer\u{1b}[31m' }],
    },
  });

const deleted = (at: string, subject: string) =>
  entry(at, {
    name: 'version.deleted',
    subject,
    data: { version: '0.9.0', destination: 'registry', reason: 'old', day: '2026-08-01' },
  });

const VERSION: VersionDetail = {
  ...BARE_VERSION,
  times: { ...BARE_VERSION.times, seen: '2026-08-01T12:00:00.000Z' },
};
const HOLD = { rules: ['minimum-age'], since: '2026-08-09T12:00:00.000Z', until: null, command: null };

const detailOf = (...versions: readonly Partial<VersionDetail>[]): ProviderDetail => ({
  format: CATALOGUE_FORMAT,
  address: ADDRESS,
  requested: null,
  newer: null,
  versions: versions.map((version) => ({ ...VERSION, ...version })),
  missing: [],
});

const factsOf = (entries: readonly LedgerEntry[]) => ({
  address: ADDRESS,
  original: undefined,
  requested: [],
  policy: undefined,
  upstream: undefined,
  held: [],
  ledger: { entries, record: EMPTY_RECORD },
  missing: [],
});

describe('what happened', () => {
  const happenings = happeningsOf({
    made: MADE,
    runs: [ran('a', '2026-08-08T00:00:00.000Z'), ran('b', '2026-08-09T00:00:00.000Z', false)],
    providers: [
      {
        facts: factsOf([deleted('2026-08-02T00:00:00.000Z', ADDRESS)]),
        detail: detailOf({ version: '1.1.0', states: ['held'], hold: HOLD }, {}),
      },
    ],
    others: [deleted('2026-08-03T00:00:00.000Z', 'anvil')],
    policy: undefined,
    missing: ['x'],
  });

  it('has the runs, newest first, their failures in words that steer no terminal', () => {
    expect(happenings.runs).toMatchObject([
      { id: 'b', ok: false, failures: [{ code: 'UpstreamUnavailable', message: 'no answer\u{fffd}[31m' }] },
      { id: 'a', ok: true, outcomes: { published: 1 }, failures: [] },
    ]);
  });

  it('has who waits, and what was deleted, under whichever name', () => {
    expect(happenings.held).toEqual([{ address: ADDRESS, version: '1.1.0', ...HOLD }]);
    expect(happenings.deletions.map(({ provider, version }) => [provider, version])).toEqual([
      ['anvil', '0.9.0'],
      [ADDRESS, '0.9.0'],
    ]);
  });
});

describe('the numbers behind the plots', () => {
  const summary = {
    address: ADDRESS,
    newest: '1.0.0',
    versions: 1,
    platforms: [],
    destinations: [],
    signer: null,
    changed: null,
    states: [],
    held: [],
    upstream: null,
    behind: 2,
    behindSince: '2026-08-07T00:00:00.000Z',
    bytes: 10,
  } as const;

  it('are how far behind, how much, how runs went and how long versions waited', () => {
    const waited = { rule: 'approved', at: '2026-08-03T12:00:00.000Z', by: 'jane' };
    const plots = plotsOf({
      made: MADE,
      now: NOW,
      happenings: {
        runs: [
          { id: 'b', what: 'sync', at: '2', durationMs: 2, ok: true, outcomes: {}, bytes: 1, failures: [] },
          { id: 'a', what: 'sync', at: '1', durationMs: 1, ok: true, outcomes: {}, bytes: 1, failures: [] },
        ],
      },
      providers: [
        { summary, detail: detailOf({ version: '1.1.0', hold: HOLD }, { admission: waited }) },
        { summary: { ...summary, address: 'b/b/b', behind: null, bytes: null }, detail: detailOf() },
      ],
    });
    expect(plots.behind).toEqual([{ address: ADDRESS, versions: 2, days: 3 }]);
    expect(plots.bytes).toEqual([{ address: ADDRESS, bytes: 10 }]);
    expect(plots.runs.map(({ at }) => at)).toEqual(['1', '2']);
    expect(plots.holds).toEqual([
      { address: ADDRESS, version: '1.0.0', since: VERSION.times.seen, hours: 48, open: false },
      { address: ADDRESS, version: '1.1.0', since: HOLD.since, hours: 24, open: true },
    ]);
  });
});

describe('whether a run is worth telling', () => {
  const UP_TO_DATE = { outcome: 'up-to-date' };
  it.each([
    [[UP_TO_DATE], false],
    [[], false],
    [[UP_TO_DATE, { outcome: 'published' }], true],
    [[{ outcome: 'held' }], true],
    [[{ outcome: 'failed' }], true],
    [[{ ...UP_TO_DATE, destinations: [{ outcome: 'completed' }] }], true],
    [[{ ...UP_TO_DATE, passedOver: [{}] }], true],
    [[{ ...UP_TO_DATE, recalled: [{ done: false }] }], false],
    [[{ ...UP_TO_DATE, recalled: [{ done: true }] }], true],
  ])('%j: %s', (providers, expected) => {
    expect(isWorthTelling({ providers })).toBe(expected);
  });
});
