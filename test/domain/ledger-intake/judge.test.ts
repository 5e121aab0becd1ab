import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { compileSchema } from '../../../src/adapters/json-schema/compile.ts';
import { hashText } from '../../../src/application/ledger/hash-text.ts';
import { envelopeOf } from '../../../src/domain/events/envelope.ts';
import { EVENT_TYPES, type EventName, eventJsonSchema } from '../../../src/domain/events/types/schema.ts';
import type { CloudEvent } from '../../../src/domain/ledger/entry.ts';
import { type CheckedType, judgeEnvelope, judgeEvent } from '../../../src/domain/ledger-intake/judge.ts';

const vectors = (file: string): readonly Case[] =>
  JSON.parse(readFileSync(`test/vectors/ledger/${file}`, 'utf8'));
const schema = JSON.parse(
  readFileSync('test/vectors/ledger/payment/payment.transaction.v1.schema.json', 'utf8'),
);

interface Case {
  readonly name: string;
  readonly valid: boolean;
  readonly event: CloudEvent;
}

const PAYMENT: CheckedType = {
  type: 'com.example.payment.transaction.v1',
  schema,
  digest: 'd'.repeat(64),
  rules: { stream: { prefix: '/payments/', member: 'accountId' } },
  check: compileSchema(schema),
};

const now = new Date('2026-11-21T09:00:00Z');
const sighted = envelopeOf(
  hashText,
  { name: 'version.sighted', subject: 'h/n/t', data: { version: '1.0.0', shasums: 'a'.repeat(64) } },
  now,
);
const codeOf = (event: CloudEvent, registered?: CheckedType) => {
  const verdict = judgeEvent(hashText, event, registered);
  return 'rejection' in verdict ? verdict.rejection.code : 'valid';
};

describe('an envelope', () => {
  it.each(vectors('events/cloudevents.json'))('is judged by CloudEvents 1.0: $name', ({ valid, event }) => {
    expect('event' in judgeEnvelope(event)).toBe(valid);
  });

  it.each([
    ['half a character', '"\\ud800"'],
    ['a number that is none', '1e999'],
  ])('that holds %s cannot be kept', (_what, data) => {
    const event = { ...sighted, data: JSON.parse(data) };
    expect(judgeEnvelope(event)).toMatchObject({ rejection: { code: 'envelope' } });
  });
});

describe('an event of a company’s own type', () => {
  it.each(vectors('payment/cases.json'))('is judged by its schema: $name', ({ valid, event }) => {
    expect(codeOf(event, PAYMENT)).toBe(valid ? 'valid' : 'data');
  });

  it('is rejected with place and schema, and never with its value', () => {
    const [event] = vectors('payment/cases.json').map((each) => each.event);
    const secret = { ...(event?.data as object), amount: 'hunter2-hunter2' };
    const verdict = judgeEvent(hashText, { ...event, data: secret } as CloudEvent, PAYMENT);
    expect(verdict).toEqual({
      rejection: {
        code: 'data',
        message: '/amount must be integer',
        pointer: '/data/amount',
        schema: 'dddddddddddd',
        severity: 'warning',
      },
    });
  });

  it('is rejected when nobody has registered it, or when it names another schema', () => {
    const [event] = vectors('payment/cases.json').map((each) => each.event);
    if (event === undefined) throw new Error('no case');
    expect(codeOf(event)).toBe('unknown-type');
    expect(codeOf({ ...event, dataschema: 'https://example.com/another.json' }, PAYMENT)).toBe('data');
    expect(codeOf({ ...event, dataschema: undefined }, PAYMENT)).toBe('valid');
  });

  it('needs a stream whose name the table can hold', () => {
    const open = { ...PAYMENT, check: () => undefined };
    const event = (data: object, more: object = {}): CloudEvent => ({
      specversion: '1.0',
      id: '1',
      source: '/x',
      type: PAYMENT.type,
      data,
      ...more,
    });
    expect(codeOf(event({ accountId: 'a' }), open)).toBe('valid');
    expect(codeOf(event({ accountId: 17 }), open)).toBe('valid');
    expect(codeOf(event({ accountId: 1.5 }), open)).toBe('data');
    expect(codeOf(event({ accountId: '' }), open)).toBe('data');
    expect(codeOf(event({ accountId: 'ü'.repeat(600) }), open)).toBe('envelope');
    expect(codeOf(event({}, { subject: 'x'.repeat(1001) }), { ...open, rules: {} })).toBe('envelope');
  });
});

describe('an event of the product’s own', () => {
  const subjectOf = (name: EventName, data: object) =>
    judgeEvent(
      hashText,
      envelopeOf(hashText, { name, subject: 'h/n/t', data: data as never }, now),
      undefined,
    );

  it('is judged by the definitions that its schema is generated from', () => {
    expect(codeOf(sighted)).toBe('valid');
    const withoutDigest = { ...sighted, data: { version: '1.0.0' } };
    expect(judgeEvent(hashText, withoutDigest, undefined)).toMatchObject({
      rejection: { code: 'data', pointer: '/data/shasums' },
    });
  });

  it.each(Object.keys(EVENT_TYPES) as EventName[])('has a schema that judges alike: %s', (name) => {
    const check = compileSchema(eventJsonSchema(name));
    for (const data of [{}, { version: 7 }, { nothing: true }]) {
      expect(check(data) === undefined).toBe(EVENT_TYPES[name].data.safeParse(data).success);
    }
  });

  it.each([
    ['another id', { id: 'x' }],
    ['another source', { source: '/payments' }],
    ['no subject', { subject: undefined }],
    ['another subject than its id says', { subject: 'h/n/other' }],
  ])('is forged when it has %s', (_what, change) => {
    expect(codeOf({ ...sighted, ...change })).toBe('forged');
  });

  it.each([
    ['version.approved', { version: '1.0.0', shasums: 'a'.repeat(64), by: 'x', reason: 'y', number: 1 }],
    ['versions.recalled', { versions: '1.0.0', by: 'x', reason: 'y', delete: true, number: 1 }],
    ['versions.unrecalled', { versions: '1.0.0', by: 'x', reason: 'y', number: 1 }],
    ['ledger.conflict', { ofSource: '/x', ofId: '1', ofType: 't', contents: 'a'.repeat(64) }],
  ] as const)('is no decision that whoever may publish could make: %s', (name, data) => {
    expect(subjectOf(name, data)).toMatchObject({ rejection: { code: 'decision', severity: 'high' } });
  });
});
