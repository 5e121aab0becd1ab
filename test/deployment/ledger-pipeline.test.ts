import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { hashText } from '../../src/application/ledger/hash-text.ts';
import { verifyLedger } from '../../src/application/ledger/heads.ts';
import type { CloudEvent } from '../../src/domain/ledger/entry.ts';
import { motoIsHere } from '../adapters/aws/support.ts';
import { runInProcess } from '../support/command-line.ts';
import type { Json } from './support/cloudformation.ts';
import { lambdaContext } from './support/lambda.ts';
import { type PipelineWorld, pipelineWorld, type Task } from './support/ledger-pipeline.ts';
import {
  badMessages,
  expectedPrevious,
  PAYMENT_TYPE,
  payment,
  shuffled,
  sighted,
  verified,
} from './support/pipeline-events.ts';

const SAMPLE = `docs/samples/${PAYMENT_TYPE}.json`;
/** `npm run test:pipeline` takes all 1,000; elsewhere a tenth shows the same, and moto takes seconds rather than minutes. */
const EVENTS = Number(process.env['PIPELINE_EVENTS'] ?? 100);
const PROVIDER_EVENTS = EVENTS * 0.35;
const PAYMENTS = EVENTS * 0.3;

const key = ({ source, id }: CloudEvent) => `${source} ${id}`;
const sorted = (list: readonly string[]) => list.toSorted();
const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

/** The chapters build on one another, as the life of a deployment does. */
describe.skipIf(!motoIsHere)('the ledger’s pipeline on one machine (needs Python and pip)', () => {
  let world: PipelineWorld;
  const logged: string[] = [];
  beforeAll(async () => {
    for (const level of ['debug', 'error', 'info', 'log', 'warn'] as const) {
      vi.spyOn(console, level).mockImplementation((line) => void logged.push(String(line)));
    }
    world = await pipelineWorld();
  }, 120_000);
  afterAll(async () => {
    vi.restoreAllMocks();
    await world?.[Symbol.asyncDispose]();
  });

  it('refuses a type that is a bomb, and says beside it why', async () => {
    const bomb = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      pattern: '^(a+)+$',
      type: 'string',
    };
    expect(await world.handIn('com.example.bomb.v1', bomb)).toEqual({
      type: 'com.example.bomb.v1',
      registered: false,
    });
    expect(await world.object('refused/com.example.bomb.v1.json')).toMatchObject({
      type: 'com.example.bomb.v1',
      problems: ['The schema: a pattern that repeats something needs a maxLength of at most 256 beside it.'],
    });
    expect(await world.object('registered/com.example.bomb.v1.json')).toBeUndefined();
  });

  it('registers the payment transaction of the documentation, once it is handed in', async () => {
    await world.publish([payment(0)]);
    await world.deliver();
    expect(await world.entries()).toEqual([]);
    expect(await world.rejected()).toMatchObject([
      { reason: { code: 'unknown-type' }, event: { id: 'payment-0' } },
    ]);
    expect(await world.handIn(PAYMENT_TYPE, await readFile(SAMPLE, 'utf8'))).toEqual({
      type: PAYMENT_TYPE,
      registered: true,
    });
    expect(await world.object(`registered/${PAYMENT_TYPE}.json`)).toMatchObject({
      digest: expect.stringMatching(/^[0-9a-f]{64}$/),
      rules: { stream: { prefix: '/payments/', member: 'accountId' } },
    });
  });

  it('keeps every good event once, rejects every bad one with its reason, and loses none', {
    timeout: 1_200_000,
  }, async () => {
    const good = [
      ...numbers(PROVIDER_EVENTS).flatMap((number) => [sighted(number), verified(number)]),
      ...numbers(PAYMENTS).map((number) => payment(number)),
    ];
    expect(good).toHaveLength(EVENTS);
    const again = good
      .filter((_, index) => index % 9 === 0)
      .map((event) => ({ ...event, time: '2026-11-22T00:00:00.000Z' }));
    const bad = badMessages();
    const conflicts = [7, 8].map((number) => payment(number, { amount: 99 }));
    const poison = [payment(900), payment(903)];

    // Functions that die: once after they have written, thrice before (which no retry of the workflow survives), always.
    const deaths = new Map<string, number>();
    const dies = (event: Json, times: number) => {
      const before = deaths.get(event.id) ?? 0;
      deaths.set(event.id, before + 1);
      if (before < times) throw Object.assign(new Error('Runtime exited'), { name: 'Lambda.Unknown' });
    };
    const ofPayment = (event: Json) => Number(/^payment-(\d+)$/.exec(event.id)?.[1] ?? Number.NaN);
    world.faults.after = (task: Task, event: Json) => {
      if (task === 'Append' && ofPayment(event) % 40 === 1) dies(event, 1);
    };
    world.faults.before = (task: Task, event: Json) => {
      if (task === 'Enrich' && ofPayment(event) % 60 === 2) dies(event, 3);
      if (task === 'Process' && ofPayment(event) >= 900) throw new TypeError('undefined is not a function');
    };
    // A table that has too much to do for one stream's first writes, for longer than the SDK and the workflow try.
    let refused = 0;
    world.faults.throttled = (item) => {
      if (item.pk.S !== 's#/payments/acct-1' || refused >= 20) return false;
      refused += 1;
      return true;
    };
    let batches = 0;
    world.faults.triggerDies = () => {
      batches += 1;
      return batches % 30 === 5;
    };

    await world.publish(shuffled([...good, ...again, ...bad.map(({ message }) => message), ...poison], 7));
    await world.deliver();
    await world.publish(conflicts);
    await world.deliver();
    Object.assign(world.faults, {
      before: undefined,
      after: undefined,
      throttled: undefined,
      triggerDies: undefined,
    });

    // Kept once.
    const entries = await world.entries();
    const conflictEntries = entries.filter(({ event }) => event.type === 'provider-sync.ledger.conflict.v1');
    const kept = entries.filter((entry) => !conflictEntries.includes(entry)).map(({ event }) => event);
    expect(kept.map(key).toSorted()).toEqual(good.map(key).toSorted());
    expect(conflictEntries).toHaveLength(conflicts.length);
    expect(await verifyLedger(world.ledger)).toMatchObject({ entries: entries.length, problems: [] });
    expect(refused).toBe(20);

    // Rejected, each with its reason; a trigger that died says some of it twice.
    const rejected = await world.rejected();
    const expected = [
      ...bad.map(({ message, code, pointer }) => ({ what: whatOf(message), code, pointer })),
      ...conflicts.map((message) => ({ what: whatOf(message), code: 'conflict', pointer: undefined })),
    ];
    const found = rejected.map(({ reason, event, message }) => ({
      what: event === undefined ? message.sha256 : whatOf(event),
      code: reason.code,
      pointer: reason.pointer,
    }));
    const asLines = (list: readonly object[]) =>
      [...new Set(list.map((each) => JSON.stringify(each)))].toSorted();
    expect(asLines(found)).toEqual(asLines(expected));
    for (const { reason } of rejected) expect(JSON.stringify(reason)).not.toContain('12050');

    // What could not pass, and is not lost.
    expect(sorted((await world.deadLettersStay()).map(({ id }) => id))).toEqual([
      'payment-900',
      'payment-903',
    ]);

    expect(world.largestPayload()).toBeLessThan(262_144);
  });

  it('gives each payment what its rules say, as far as it was known when it came', async () => {
    const entries = (await world.entries()).filter(({ event }) => event.type === PAYMENT_TYPE);
    expect(entries).toHaveLength(PAYMENTS);
    const streams = Map.groupBy(entries, ({ stream }) => stream);
    expect([...streams.keys()].toSorted()).toEqual(
      numbers(PAYMENTS / 15)
        .map((n) => `/payments/acct-${n}`)
        .toSorted(),
    );
    let outOfOrder = 0;
    for (const inStream of streams.values()) {
      for (const [index, { event }] of inStream.entries()) {
        const before = inStream.slice(0, index).map((entry) => entry.event);
        const { status, amount, currency, transactionId } = event.data as Json;
        const sameTransaction = before.filter((each) => (each.data as Json).transactionId === transactionId);
        expect(event['severity']).toBe(
          status === 'failed' ? 'warning' : amount >= 1_000_000 ? 'review' : 'info',
        );
        expect(event['previousstatus']).toBe(expectedPrevious(event, before));
        expect(event['firstseen']).toBe(sameTransaction[0]?.received);
        expect(event['amounttext']).toBe(
          currency === 'JPY' ? `${amount} JPY` : `${(amount / 100).toFixed(2)} EUR`,
        );
        if (sameTransaction.some((each) => (each.time ?? '') > (event.time ?? ''))) outOfOrder += 1;
      }
    }
    expect(outOfOrder).toBeGreaterThan(PAYMENTS / 20);
  });

  it('counts what became of messages, and logs no value of an event', () => {
    const counted = new Set(
      logged.flatMap((line) => {
        const metrics = line.startsWith('{"_aws"') ? JSON.parse(line)._aws.CloudWatchMetrics : [];
        return metrics.flatMap(({ Metrics }: Json) => Metrics.map(({ Name }: Json) => Name));
      }),
    );
    expect(sorted([...counted])).toEqual([
      'EventDuplicate',
      'EventFailed',
      'EventRejected',
      'EventStored',
      'EventTypeRefused',
      'EventTypeRegistered',
    ]);
    expect(logged.some((line) => line.includes('unknown-type'))).toBe(true);
    expect(logged.some((line) => line.includes('txn-'))).toBe(false);
  });

  it('sends what waits through again, when somebody asks for it and has looked first', {
    timeout: 60_000,
  }, async () => {
    const ask = async (...words: readonly string[]) => {
      const { stdout } = await runInProcess(
        ['ledger', 'redrive', '--environment', 'test', '--json', ...words],
        {},
      );
      return JSON.parse(stdout);
    };
    expect(await ask('--dry-run')).toMatchObject({ messages: 2, sent: 2, reasons: { 'dead-letter': 2 } });
    expect(await ask('--dry-run')).toMatchObject({ messages: 2, sent: 2 });
    expect(await ask()).toMatchObject({ dryRun: false, messages: 2, sent: 2, left: 0 });
    expect(await ask()).toMatchObject({ messages: 0, sent: 0 });
    await world.deliver();
    expect((await world.ledger.read('/payments/acct-60')).map(({ event }) => event.id).toSorted()).toEqual([
      'payment-900',
      'payment-903',
    ]);

    await world.publish([
      { ...payment(0), id: 'early', type: 'com.example.late.v1', data: { n: 1 } },
      'never an event',
    ]);
    await world.deliver();
    await world.handIn('com.example.late.v1', {
      schema: { type: 'object', properties: { n: { type: 'integer' } } },
    });
    expect(await ask('--from', 'rejected', '--code', 'unknown-type')).toMatchObject({
      messages: 2,
      sent: 1,
      left: 1,
      unsendable: 1,
      reasons: { 'unknown-type': 1, 'not-json': 1 },
    });
    await world.deliver();
    expect((await world.ledger.read('acct-0')).map(({ event }) => event.id)).toEqual(['early']);
    expect(await world.rejected()).toMatchObject([{ reason: { code: 'not-json' } }]);
  });

  it('takes a batch as Lambda hands it over, with and without the envelope of SNS', async () => {
    const folder = 'test/vectors/ledger/sqs';
    const batch = JSON.parse(await readFile(`${folder}/batch-event.json`, 'utf8'));
    const { accepted, rejected, batchItemFailures } = JSON.parse(
      await readFile(`${folder}/expected.json`, 'utf8'),
    );
    await world.handIn('com.example.provider-sync.version.sighted.v1', {
      schema: {
        type: 'object',
        required: ['version', 'shasums'],
        properties: { version: { type: 'string' } },
      },
    });
    const before = (await world.entries()).length;
    const { handler } = await import('../../src/handlers/ledger/trigger.ts');
    expect(await handler(batch, lambdaContext(120_000))).toEqual({ batchItemFailures });
    const codes = sorted((await world.rejected()).map(({ reason }) => reason.code));
    expect(codes).toEqual(['data', 'not-json', 'unknown-type']);
    expect(codes).toHaveLength(Object.keys(rejected).length);
    const stored = Object.values(accepted).filter((how) => !String(how).startsWith('same'));
    expect((await world.entries()).length - before).toBe(stored.length);
  });
});

/** By what a message is found again in the rejected queue. */
function whatOf(message: object | string): string {
  if (typeof message === 'string') return hashText(message);
  const text = JSON.stringify(message);
  const { id, data } = message as Json;
  // What never became an event is there by its hash.
  const isEvent = text.length < 65_536 && !text.includes('['.repeat(33));
  return isEvent ? `${id} ${JSON.stringify(data)}` : hashText(text);
}
