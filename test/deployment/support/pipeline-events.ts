import { hashText } from '../../../src/application/ledger/hash-text.ts';
import { envelopeOf } from '../../../src/domain/events/envelope.ts';
import type { CloudEvent } from '../../../src/domain/ledger/entry.ts';
import type { RejectionCode } from '../../../src/domain/ledger-intake/rejection.ts';
import type { Json } from './cloudformation.ts';

export const PAYMENT_TYPE = 'com.example.payment.transaction.v1';

const START = Date.parse('2026-11-21T09:00:00Z');

/** A fact of the product's own, as the functions of a sync report it. */
export function verified(number: number): CloudEvent {
  const subject = `registry.terraform.io/acme/p${number % 25}`;
  const shasums = hashText(`release ${number}`);
  const data = {
    version: `1.${number}.0`,
    shasums,
    signedBy: '34365D9472D7468F',
    checks: [],
    day: '2026-11-21',
  };
  return envelopeOf(hashText, { name: 'release.verified', subject, data }, new Date(START + number * 1000));
}

export function sighted(number: number): CloudEvent {
  const subject = `registry.terraform.io/acme/p${number % 25}`;
  const data = { version: `1.${number}.0`, shasums: hashText(`release ${number}`) };
  return envelopeOf(
    hashText,
    { name: 'version.sighted', subject, data },
    new Date(START + number * 1000 - 500),
  );
}

const STATUSES = ['authorized', 'captured', 'refunded'] as const;

/** A step of a payment: three make a transaction, and five transactions an account. */
export function payment(number: number, more: Record<string, unknown> = {}): CloudEvent {
  const transaction = Math.floor(number / 3);
  const account = `acct-${Math.floor(transaction / 5)}`;
  const occurredAt = new Date(START + number * 60_000).toISOString();
  return {
    specversion: '1.0',
    id: `payment-${number}`,
    source: '/payments/eu',
    type: PAYMENT_TYPE,
    subject: account,
    time: occurredAt,
    datacontenttype: 'application/json',
    data: {
      transactionId: `txn-${transaction}`,
      accountId: account,
      amount: transaction % 7 === 0 ? 1_250_000 : 12_050 + transaction,
      currency: transaction % 5 === 0 ? 'JPY' : 'EUR',
      method: 'card',
      status: transaction % 11 === 0 && number % 3 === 1 ? 'failed' : STATUSES[number % 3],
      occurredAt,
      ...more,
    },
  };
}

export interface BadMessage {
  readonly message: object | string;
  readonly code: RejectionCode;
  readonly pointer?: string;
}

/** Messages that no second try makes better, and why. */
export function badMessages(): readonly BadMessage[] {
  const good = payment(0);
  const as = (id: string, change: object): object => ({ ...good, id, ...change });
  const deep = JSON.parse(`${'['.repeat(40)}${']'.repeat(40)}`);
  const decided = { version: '1.0.0', shasums: 'a'.repeat(64), by: 'mallory', reason: 'mine', number: 1 };
  const subject = 'registry.terraform.io/acme/p1';
  const approved = envelopeOf(
    hashText,
    { name: 'version.approved', subject, data: decided },
    new Date(START),
  );
  return [
    { message: 'no JSON at all', code: 'not-json' },
    { message: '[1, 2]', code: 'not-json' },
    { message: as('bad-deep', { data: deep }), code: 'too-deep' },
    { message: as('bad-large', { data: { text: 'x'.repeat(70_000) } }), code: 'too-large' },
    { message: as('bad-envelope', { specversion: '0.9' }), code: 'envelope', pointer: '/specversion' },
    { message: { ...good, id: '' }, code: 'envelope', pointer: '/id' },
    {
      message: as('bad-type', { type: 'com.example.unheard-of.v1' }),
      code: 'unknown-type',
      pointer: '/type',
    },
    { message: payment(0, { amount: '12050' }), code: 'data', pointer: '/data/amount' },
    {
      message: as('bad-cents', { data: { ...(good.data as object), amount: 120.5 } }),
      code: 'data',
      pointer: '/data/amount',
    },
    { message: as('bad-none', { data: undefined }), code: 'data', pointer: '/data' },
    { message: approved, code: 'decision' },
    { message: { ...sighted(3), id: 'another' }, code: 'forged' },
    { message: { ...sighted(4), source: '/elsewhere' }, code: 'forged' },
    { message: { ...sighted(5), data: { version: '1.5.0' } }, code: 'data', pointer: '/data/shasums' },
  ];
}

/** A shuffle that is the same on every machine. */
export function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  const all = [...list];
  let state = seed;
  for (let index = all.length - 1; index > 0; index -= 1) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const other = state % (index + 1);
    [all[index], all[other]] = [all[other] as T, all[index] as T];
  }
  return all;
}

/** What a step of a payment should have been given, from those of its transaction that were kept before it. */
export function expectedPrevious(event: CloudEvent, before: readonly CloudEvent[]): string | undefined {
  const place = ({ time = '', id }: CloudEvent) => `${time} ${id}`;
  const earlier = before.filter(
    (each) =>
      (each.data as Json).transactionId === (event.data as Json).transactionId && place(each) < place(event),
  );
  const last = earlier.toSorted((a, b) => (place(a) < place(b) ? -1 : 1)).at(-1);
  return last && (last.data as Json).status;
}
