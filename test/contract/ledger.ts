import { describe, expect, it } from 'vitest';
import { hashText } from '../../src/application/ledger/hash-text.ts';
import { envelopeOf } from '../../src/domain/events/envelope.ts';
import { verifyChain } from '../../src/domain/ledger/chain.ts';
import type { CloudEvent } from '../../src/domain/ledger/entry.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Ledger } from '../../src/ports/ledger.ts';

export interface LedgerSubject extends AsyncDisposable {
  /** One more way to the same entries, as another process has it. */
  open(clock: Clock): Promise<Ledger>;
}

const AWS = 'registry.terraform.io/hashicorp/aws';
const RANDOM = 'registry.terraform.io/hashicorp/random';

/** A clock that a test sets. */
function settable(text: string): Clock & { set(text: string): void } {
  let now = new Date(text);
  return { now: () => now, monotonic: () => now.getTime(), set: (to) => void (now = new Date(to)) };
}

export function sighted(subject: string, version: string, cut = 'a'): CloudEvent {
  const fact = { name: 'version.sighted', subject, data: { version, shasums: cut.repeat(64) } } as const;
  return envelopeOf(hashText, fact, new Date('2026-07-31T00:00:00Z'));
}

function verified(subject: string, version: string, day: string): CloudEvent {
  const data = { version, shasums: 'a'.repeat(64), signedBy: '34365D9472D7468F', checks: [], day };
  return envelopeOf(hashText, { name: 'release.verified', subject, data }, new Date(`${day}T00:00:00Z`));
}

async function verdictOf(ledger: Ledger) {
  const verifier = verifyChain(hashText, await ledger.heads());
  for await (const entry of ledger.entries()) verifier.take(entry);
  return verifier.finish();
}

/** What every ledger promises. */
export function describeLedgerContract(name: string, makeSubject: () => Promise<LedgerSubject>): void {
  describe(`ledger: ${name}`, () => {
    it('is empty at first', async () => {
      await using subject = await makeSubject();
      const ledger = await subject.open(settable('2026-08-01T00:00:00Z'));
      expect(await ledger.read(AWS)).toEqual([]);
      expect(await ledger.heads()).toEqual(new Map());
      expect(await ledger.firstSight('a'.repeat(64))).toBeUndefined();
      expect(await Array.fromAsync(ledger.entries())).toEqual([]);
      expect(ledger.location).not.toBe('');
    });

    it('keeps events as they are, with its own time of receipt, chained by stream', async () => {
      await using subject = await makeSubject();
      const clock = settable('2026-08-01T00:00:00Z');
      const ledger = await subject.open(clock);
      const claiming = { ...sighted(AWS, '1.0.0'), received: '2020-01-01T00:00:00.000Z' };
      expect(await ledger.append([claiming, sighted(RANDOM, '3.0.0')])).toEqual(['stored', 'stored']);
      clock.set('2026-08-02T00:00:00Z');
      expect(await ledger.append([sighted(AWS, '1.1.0', 'b')])).toEqual(['stored']);
      const entries = await ledger.read(AWS);
      expect(entries.map(({ seq, stream }) => [stream, seq])).toEqual([
        [AWS, 1],
        [AWS, 2],
      ]);
      expect(entries.map(({ event }) => event)).toEqual([
        { ...sighted(AWS, '1.0.0'), received: '2026-08-01T00:00:00.000Z' },
        { ...sighted(AWS, '1.1.0', 'b'), received: '2026-08-02T00:00:00.000Z' },
      ]);
      const { problems, heads } = await verdictOf(ledger);
      expect(problems).toEqual([]);
      expect([...heads.keys()].toSorted()).toEqual([AWS, RANDOM]);
    });

    it('keeps what it has been given when it is opened again', async () => {
      await using subject = await makeSubject();
      const clock = settable('2026-08-01T00:00:00Z');
      const first = await subject.open(clock);
      await first.append([sighted(AWS, '1.0.0')]);
      await first.close();
      const again = await subject.open(clock);
      expect(await again.append([sighted(AWS, '1.0.0'), sighted(AWS, '1.1.0', 'b')])).toEqual([
        'duplicate',
        'stored',
      ]);
      expect(await again.read(AWS)).toHaveLength(2);
    });

    it('keeps the same fact once, and not another time of receipt', async () => {
      await using subject = await makeSubject();
      const clock = settable('2026-08-01T00:00:00Z');
      const ledger = await subject.open(clock);
      await ledger.append([sighted(AWS, '1.0.0')]);
      clock.set('2026-08-09T00:00:00Z');
      const later = { ...sighted(AWS, '1.0.0'), time: '2026-08-09T00:00:00.000Z' };
      expect(await ledger.append([later, later])).toEqual(['duplicate', 'duplicate']);
      expect((await ledger.read(AWS)).map(({ event }) => event.received)).toEqual([
        '2026-08-01T00:00:00.000Z',
      ]);
    });

    it('tells one event from another by source and id together', async () => {
      await using subject = await makeSubject();
      const ledger = await subject.open(settable('2026-08-01T00:00:00Z'));
      const event = (source: string, id: string): CloudEvent => ({
        specversion: '1.0',
        type: 'com.example.test.v1',
        subject: 'x',
        source,
        id,
        data: { from: `${source} ${id}` },
      });
      const all = [event('/p2', '8123'), event('/p28', '123'), event('/p', '28123')];
      expect(await ledger.append(all)).toEqual(['stored', 'stored', 'stored']);
    });

    it('keeps a conflict as one, once, and the first as it was', async () => {
      await using subject = await makeSubject();
      const ledger = await subject.open(settable('2026-08-01T00:00:00Z'));
      const first = sighted(AWS, '1.0.0');
      const other = { ...first, data: { version: '1.0.0', shasums: 'f'.repeat(64) } };
      expect(await ledger.append([first])).toEqual(['stored']);
      expect(await ledger.append([other])).toEqual(['conflict']);
      expect(await ledger.append([other])).toEqual(['conflict']);
      const events = (await ledger.read(AWS)).map(({ event }) => event);
      expect(events).toHaveLength(2);
      expect(events[0]?.data).toEqual(first.data);
      expect(events[1]).toMatchObject({
        type: 'provider-sync.ledger.conflict.v1',
        data: { ofSource: first.source, ofId: first.id },
      });
      expect((await verdictOf(ledger)).problems).toEqual([]);
    });

    it('keeps all events of one call or none', async () => {
      await using subject = await makeSubject();
      const ledger = await subject.open(settable('2026-08-01T00:00:00Z'));
      const broken = { ...sighted(AWS, '1.1.0'), data: { version: '\uD800' } };
      await expect(ledger.append([broken])).rejects.toMatchObject({ code: 'ArgumentsInvalid' });
      expect(await Array.fromAsync(ledger.entries())).toEqual([]);
      expect(await ledger.append([sighted(AWS, '1.0.0')])).toEqual(['stored']);
    });

    it('keeps any text', async () => {
      await using subject = await makeSubject();
      const ledger = await subject.open(settable('2026-08-01T00:00:00Z'));
      const data = {
        version: '1.0.0',
        text: 'grüße € 😀 \u0000 \u2028 "\\',
        deep: { list: [1, 1.5, null, true] },
      };
      const event = { ...sighted(AWS, '1.0.0'), data, traceparent: '00-1' };
      await ledger.append([event]);
      expect((await ledger.read(AWS))[0]?.event).toMatchObject(event);
      expect((await verdictOf(ledger)).problems).toEqual([]);
    });

    it('finds entries by type and version, the newest so many, and reads on from there', async () => {
      await using subject = await makeSubject();
      const ledger = await subject.open(settable('2026-08-01T00:00:00Z'));
      await ledger.append([
        sighted(AWS, '1.0.0'),
        verified(AWS, '1.0.0', '2026-08-01'),
        sighted(AWS, '1.1.0', 'b'),
        verified(AWS, '1.0.0', '2026-08-02'),
        sighted(RANDOM, '1.0.0', 'c'),
      ]);
      const seqs = async (query: Parameters<Ledger['read']>[1]) =>
        (await ledger.read(AWS, query)).map(({ seq }) => seq);
      expect(await seqs({ version: '1.0.0' })).toEqual([1, 2, 4]);
      expect(await seqs({ types: ['provider-sync.version.sighted.v1'] })).toEqual([1, 3]);
      expect(await seqs({ types: ['provider-sync.version.sighted.v1'], version: '1.0.0' })).toEqual([1]);
      expect(await seqs({ limit: 2 })).toEqual([3, 4]);
      expect(await seqs({ limit: 2, before: 3 })).toEqual([1, 2]);
      expect(await seqs({ version: '1.0.0', limit: 2 })).toEqual([2, 4]);
      expect(await seqs({ types: [] })).toEqual([]);
      expect(await seqs({ version: '9.9.9' })).toEqual([]);
    });

    it('finds what came in within a time, over all streams', async () => {
      await using subject = await makeSubject();
      const clock = settable('2026-08-01T00:00:00Z');
      const ledger = await subject.open(clock);
      for (const [index, stream] of [AWS, RANDOM, AWS, RANDOM].entries()) {
        clock.set(`2026-08-0${index + 1}T00:00:00Z`);
        await ledger.append([sighted(stream, `1.${index}.0`, `${index}`)]);
      }
      const versions = async (from: string, to: string, limit = 10) =>
        (await ledger.readTime({ from: new Date(from), to: new Date(to), limit })).map(
          ({ event }) => (event.data as { version: string }).version,
        );
      expect(await versions('2026-08-02T00:00:00Z', '2026-08-04T00:00:00Z')).toEqual(['1.1.0', '1.2.0']);
      expect(await versions('2026-08-01T00:00:00Z', '2026-09-01T00:00:00Z', 3)).toEqual([
        '1.0.0',
        '1.1.0',
        '1.2.0',
      ]);
      expect(await versions('2026-08-05T00:00:00Z', '2026-09-01T00:00:00Z')).toEqual([]);
    });

    it('finds the first sight of a digest', async () => {
      await using subject = await makeSubject();
      const clock = settable('2026-08-01T00:00:00Z');
      const ledger = await subject.open(clock);
      await ledger.append([sighted(AWS, '1.0.0', 'a'), sighted(AWS, '1.0.0', 'b')]);
      clock.set('2026-08-01T00:00:01Z');
      await ledger.append([sighted(RANDOM, '2.0.0', 'b')]);
      expect(await ledger.firstSight('b'.repeat(64))).toMatchObject({ stream: AWS, seq: 2 });
      expect(await ledger.firstSight('c'.repeat(64))).toBeUndefined();
    });

    it('finds the newest entries about an artifact, newest first', async () => {
      await using subject = await makeSubject();
      const clock = settable('2026-08-01T00:00:00Z');
      const ledger = await subject.open(clock);
      const paid = (id: string, artifact: string): CloudEvent => ({
        specversion: '1.0',
        type: 'com.example.payment.v1',
        source: '/payments',
        subject: `account-${id}`,
        id,
        artifact: artifact.repeat(64),
        data: { shasums: 'f'.repeat(64) },
      });
      for (const [index, artifact] of ['d', 'e', 'd', 'd'].entries()) {
        clock.set(`2026-08-01T00:00:0${index}Z`);
        await ledger.append([paid(String(index), artifact)]);
      }
      const newest = async (artifact: string, limit: number) =>
        (await ledger.newestOf(artifact.repeat(64), limit)).map(({ event }) => event.id);
      expect(await newest('d', 10)).toEqual(['3', '2', '0']);
      expect(await newest('d', 2)).toEqual(['3', '2']);
      expect(await newest('f', 10)).toEqual([]);
      expect((await ledger.firstSight('d'.repeat(64)))?.event.id).toBe('0');
    });

    it('takes a long list of entries, and hands them all out', async () => {
      await using subject = await makeSubject();
      const ledger = await subject.open(settable('2026-08-01T00:00:00Z'));
      const many = Array.from({ length: 120 }, (_, index) => sighted(AWS, `1.0.${index}`, 'a'));
      for (let at = 0; at < many.length; at += 40) await ledger.append(many.slice(at, at + 40));
      expect(await ledger.read(AWS)).toHaveLength(120);
      const { entries, problems } = await verdictOf(ledger);
      expect({ entries, problems }).toEqual({ entries: 120, problems: [] });
    });

    it('has no gap and no second copy when several append at once', async () => {
      await using subject = await makeSubject();
      const clock = settable('2026-08-01T00:00:00Z');
      const ledgers = await Promise.all(Array.from({ length: 4 }, () => subject.open(clock)));
      const outcomes = await Promise.all(
        ledgers.map(async (ledger, writer) => {
          const told: string[] = [];
          for (let index = 0; index < 6; index += 1) {
            // Two of three facts are told by every writer.
            const version = index % 3 === 0 ? `${writer}.0.${index}` : `9.0.${index}`;
            told.push(...(await ledger.append([sighted(AWS, version)])));
          }
          return told;
        }),
      );
      const stored = outcomes.flat().filter((outcome) => outcome === 'stored').length;
      expect(stored).toBe(4 * 2 + 4);
      const [first] = ledgers;
      if (first === undefined) throw new Error('no ledger');
      const { entries, problems } = await verdictOf(first);
      expect({ entries, problems }).toEqual({ entries: stored, problems: [] });
    });
  });
}
