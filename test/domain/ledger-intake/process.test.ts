import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import { envelopeOf } from '../../../src/domain/events/envelope.ts';
import { type CloudEvent, contentsOf, streamOf } from '../../../src/domain/ledger/entry.ts';
import { moneyOf } from '../../../src/domain/ledger-intake/money.ts';
import { processEvent } from '../../../src/domain/ledger-intake/process.ts';
import type { IntakeRules } from '../../../src/domain/ledger-intake/rules.ts';

const NOW = new Date('2026-11-21T09:00:00Z');
const RULES: IntakeRules = {
  stream: { prefix: '/payments/', member: 'account' },
  artifact: ['transaction'],
  process: [{ set: 'amounttext', money: { amount: 'amount', currency: 'currency' } }],
};
const event = (more: Partial<CloudEvent> = {}): CloudEvent => ({
  specversion: '1.0',
  id: '1',
  source: '/shop',
  type: 'com.example.payment.v1',
  subject: 'shop-1',
  time: '2026-11-21T09:59:00.123456+01:00',
  data: { account: 'a-1', transaction: 't-1', amount: 1250, currency: 'EUR' },
  ...more,
});
const processed = (more: Partial<CloudEvent> = {}, rules = RULES) =>
  processEvent(hashText, event(more), rules, NOW);

describe('money', () => {
  it.each([
    [12_050, 'EUR', '120.50 EUR'],
    [5, 'USD', '0.05 USD'],
    [0, 'EUR', '0.00 EUR'],
    [-1234, 'EUR', '-12.34 EUR'],
    [500, 'JPY', '500 JPY'],
    [1234, 'KWD', '1.234 KWD'],
    [9_007_199_254_740_991, 'EUR', '90071992547409.91 EUR'],
  ])('%d of %s is %s', (minor, currency, text) => {
    expect(moneyOf(minor, currency)).toEqual({ minor, currency, text });
  });

  it.each([
    [1.5, 'EUR'],
    ['100', 'EUR'],
    [2 ** 53, 'EUR'],
    [100, 'eur'],
    [100, undefined],
  ])('is not %j of %j', (minor, currency) => {
    expect(moneyOf(minor, currency)).toBeUndefined();
  });

  it('has as many minor units as it was made of', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.constantFrom('EUR', 'JPY', 'KWD', 'CLF'), (minor, currency) => {
        const text = moneyOf(minor, currency)?.text ?? '';
        expect(Number(text.replace(/ .*/, '').replace('.', ''))).toBe(minor === 0 ? 0 : minor);
      }),
    );
  });
});

describe('a processed event', () => {
  it('has its stream, its artifact, its time in UTC, and what its rules derive', () => {
    expect(processed()).toEqual({
      ...event(),
      time: '2026-11-21T08:59:00.123Z',
      partitionkey: '/payments/a-1',
      artifact: expect.stringMatching(/^[0-9a-f]{64}$/),
      amounttext: '12.50 EUR',
    });
  });

  it('keeps the time as it was sent where that is in UTC already', () => {
    expect(processed({ time: '2026-11-21T09:00:00.123456Z' }).time).toBe('2026-11-21T09:00:00.123456Z');
  });

  it.each([
    ['2026-11-21T09:06:00Z', 'future'],
    ['2026-11-21T09:04:00Z', undefined],
    ['2020-01-01T00:00:00Z', 'past'],
    [undefined, undefined],
  ])('is flagged by a clock that cannot be right: %s', (time, skew) => {
    expect(processed({ time })['clockskew']).toBe(skew);
  });

  it('says nothing that only the pipeline says', () => {
    const claimed = {
      severity: 'info',
      received: '2000-01-01T00:00:00Z',
      artifact: 'x',
      clockskew: 'no',
      firstseen: 'y',
    };
    const result = processed({ ...claimed, amounttext: 'free' }, {});
    for (const name of ['severity', 'received', 'artifact', 'clockskew', 'firstseen'])
      expect(result).not.toHaveProperty(name);
    expect(processed({ amounttext: 'free', data: {} })).not.toHaveProperty('amounttext');
  });

  it('is about the same artifact as another version of its type, and about no other', () => {
    const artifactOf = (more: Partial<CloudEvent>) => processed(more).artifact;
    expect(artifactOf({ type: 'com.example.payment.v2' })).toBe(artifactOf({}));
    expect(artifactOf({ type: 'com.example.refund.v1' })).not.toBe(artifactOf({}));
    expect(artifactOf({ data: { account: 'a-1', transaction: 't-2' } })).not.toBe(artifactOf({}));
    expect(artifactOf({ data: { account: 'a-1' } })).toBeUndefined();
  });

  it('of the product’s own belongs to its subject, whatever it claims', () => {
    const fact = {
      name: 'version.sighted',
      subject: 'h/n/t',
      data: { version: '1.0.0', shasums: 'a'.repeat(64) },
    } as const;
    const own = { ...envelopeOf(hashText, fact, NOW), partitionkey: 'h/n/other' };
    expect(streamOf(processEvent(hashText, own, {}, NOW))).toBe('h/n/t');
  });

  it('is as much the same as it was: repeated, it is a duplicate, and changed, a conflict', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.date({ noInvalidDate: true }), (data, later) => {
        const one = processed({ data });
        expect(contentsOf(hashText, one)).toBe(contentsOf(hashText, event({ data })));
        const again = processEvent(hashText, event({ data }), RULES, later);
        expect({ ...again, clockskew: undefined }).toEqual({ ...one, clockskew: undefined });
      }),
    );
  });
});
