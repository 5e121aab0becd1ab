import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDeeperThan, readMessage } from '../../../src/domain/ledger-intake/message.ts';

const envelope = (Message: string) =>
  JSON.stringify({ Type: 'Notification', TopicArn: 'arn:aws:sns:x', Message });
const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

describe('a message of the queue', () => {
  it.each([
    ['an event', '{"id":"1"}', { id: '1' }],
    ['an event in the envelope of SNS', envelope('{"id":"1"}'), { id: '1' }],
    [
      'what only looks like an envelope',
      '{"Type":"Notification","Message":"{}"}',
      { Type: 'Notification', Message: '{}' },
    ],
    ['32 levels', nested(32), JSON.parse(nested(32))],
    ['64 KB', `{"a":"${'x'.repeat(65_528)}"}`, { a: 'x'.repeat(65_528) }],
  ])('is %s', (_what, body, event) => {
    expect(readMessage(body)).toEqual({ event });
  });

  it.each([
    ['nothing', '', 'not-json'],
    ['no JSON', '{"id":', 'not-json'],
    ['a list', '[]', 'not-json'],
    ['null', 'null', 'not-json'],
    ['no JSON in an envelope', envelope('{'), 'not-json'],
    ['33 levels', nested(33), 'too-deep'],
    ['9,000 levels', nested(9000), 'too-deep'],
    ['half a million levels', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'not-json'],
    ['more than 64 KB', `{"a":"${'x'.repeat(65_529)}"}`, 'too-large'],
    ['more than 64 KB of bytes, if not of characters', `{"a":"${'ü'.repeat(40_000)}"}`, 'too-large'],
    ['more than 64 KB in an envelope', envelope(`{"a":"${'x'.repeat(65_529)}"}`), 'too-large'],
  ])('is rejected as %s', (_what, body, code) => {
    expect(readMessage(body)).toMatchObject({ rejection: { code } });
  });

  it('is read as moto’s SNS hands it over', () => {
    const { Body } = JSON.parse(readFileSync('test/vectors/ledger/sqs/moto-received-message.json', 'utf8'));
    expect(readMessage(Body)).toMatchObject({ event: { specversion: '1.0', source: '/payments/eu' } });
  });

  it('is told from deeper ones by its levels, whatever it is made of', () => {
    const depthOf = (value: unknown): number =>
      typeof value !== 'object' || value === null ? 0 : 1 + Math.max(0, ...Object.values(value).map(depthOf));
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.nat(7), (value, levels) => {
        expect(isDeeperThan(value, levels)).toBe(depthOf(value) > levels);
      }),
    );
  });
});
