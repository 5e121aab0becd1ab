import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import { envelopeOf } from '../../../src/domain/events/envelope.ts';
import {
  type CloudEvent,
  contentsOf,
  type LedgerEntry,
  nextEntry,
} from '../../../src/domain/ledger/entry.ts';
import { enrichEvent } from '../../../src/domain/ledger-intake/enrich.ts';
import type { IntakeRules } from '../../../src/domain/ledger-intake/rules.ts';

const RULES: IntakeRules = {
  artifact: ['transaction'],
  enrich: [
    {
      set: 'severity',
      cases: [
        { when: { member: 'status', equals: 'failed' }, value: 'warning' },
        { when: { member: 'amount', atLeast: 1_000_000 }, value: 'review' },
      ],
      otherwise: 'info',
    },
    { set: 'previousstatus', previous: 'status' },
    { set: 'firstseen', firstSeen: true },
  ],
};

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 9, minute));
const event = (id: string, minute: number | undefined, data: object): CloudEvent => ({
  specversion: '1.0',
  id,
  source: '/shop',
  type: 'com.example.payment.v1',
  ...(minute !== undefined && { time: at(minute).toISOString() }),
  data,
});
const kept = (each: CloudEvent, minute: number): LedgerEntry =>
  nextEntry(hashText, each, undefined, at(minute));
const none = { first: undefined, recent: [] };

describe('an enriched event', () => {
  it.each([
    [{ status: 'captured', amount: 999_999 }, 'info'],
    [{ status: 'captured', amount: 1_000_000 }, 'review'],
    [{ status: 'failed', amount: 1_000_000 }, 'warning'],
    [{ status: 'captured', amount: '1000000' }, 'info'],
    [{}, 'info'],
  ])('of %j matters as the first case that holds says: %s', (data, severity) => {
    expect(enrichEvent(event('1', 0, data), RULES, none)['severity']).toBe(severity);
  });

  it('has the state before by the producers’ time, in whatever order the states came', () => {
    const recent = [
      kept(event('c', 30, { status: 'refunded' }), 40),
      kept(event('a', 10, { status: 'authorized' }), 41),
      kept(event('b', 20, { status: 'captured' }), 42),
    ];
    const previous = (minute: number | undefined, id = 'x') =>
      enrichEvent(event(id, minute, {}), RULES, { first: recent[0], recent })['previousstatus'];
    expect(previous(5)).toBeUndefined();
    expect(previous(15)).toBe('authorized');
    expect(previous(25)).toBe('captured');
    expect(previous(35)).toBe('refunded');
    // Within one moment the ids decide.
    expect(previous(20, 'c')).toBe('captured');
    expect(previous(20, 'aa')).toBe('authorized');
    // Without a time of its own it is the last.
    expect(previous(undefined)).toBe('refunded');
  });

  it('was first seen when the ledger received its artifact, not when somebody says it happened', () => {
    const first = kept(event('a', 1, {}), 50);
    expect(enrichEvent(event('b', 2, {}), RULES, { first, recent: [] })['firstseen']).toBe(
      at(50).toISOString(),
    );
    expect(enrichEvent(event('b', 2, {}), RULES, none)).not.toHaveProperty('firstseen');
  });

  it('is not its own past when it is repeated', () => {
    const same = event('a', 10, { status: 'captured' });
    const recent = [kept({ ...same, time: at(5).toISOString() }, 11)];
    expect(enrichEvent(same, RULES, { first: recent[0], recent })).not.toHaveProperty('previousstatus');
  });

  it('links to the run that reported it', () => {
    const run = 'arn:aws:states:eu-central-1:123456789012:execution:provider-sync:0f9c';
    expect(enrichEvent({ ...event('a', 1, {}), run }, {}, none)['runlink']).toBe(
      `https://eu-central-1.console.aws.amazon.com/states/home?region=eu-central-1#/v2/executions/details/${encodeURIComponent(run)}`,
    );
    for (const other of ['javascript:alert(1)', 'arn:aws:s3:::x', 7]) {
      expect(enrichEvent({ ...event('a', 1, {}), run: other }, {}, none)).not.toHaveProperty('runlink');
    }
  });

  it('of the product’s own says how much it matters, and what there was of its version', () => {
    const own = (name: 'version.recut' | 'version.sighted', data: object, minute: number) =>
      envelopeOf(hashText, { name, subject: 'h/n/t', data: data as never }, at(minute));
    const first = kept(own('version.sighted', { version: '1.0.0', shasums: 'a'.repeat(64) }, 1), 2);
    const recut = own(
      'version.recut',
      { version: '1.0.0', shasums: 'b'.repeat(64), before: 'a'.repeat(64) },
      5,
    );
    expect(enrichEvent(recut, {}, { first, recent: [first] })).toEqual({
      ...recut,
      severity: 'high',
      firstseen: at(2).toISOString(),
      previousstate: 'provider-sync.version.sighted.v1',
    });
    expect(enrichEvent(first.event, {}, none)['severity']).toBe('info');
  });

  it('is the same fact as before, and its attributes are what CloudEvents allows', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), (data, status) => {
        const recent = [kept(event('a', 1, { status: `${status}\u0000\ud800`.toWellFormed() }), 2)];
        const before = event('b', 2, data);
        const after = enrichEvent(before, RULES, { first: recent[0], recent });
        expect(contentsOf(hashText, after)).toBe(contentsOf(hashText, before));
        expect(String(after['previousstatus'])).not.toMatch(/\p{Cc}/u);
      }),
    );
  });
});
