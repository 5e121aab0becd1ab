import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import pLimit from 'p-limit';
import { describe, expect, it } from 'vitest';
import { type Arrival, transferToAll } from '../../../src/application/transfer/transfer-to-all.ts';
import type { Sha256 } from '../../../src/domain/artifact/sha256.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import type { ByteSink, ByteSource } from '../../../src/ports/bytes.ts';

const CONTENTS = Buffer.alloc(300_000, 'abcdefghij');
const DIGEST = createHash('sha256').update(CONTENTS).digest('hex') as Sha256;
const CHUNK = 10_000;

const unavailable = (what: string) => new SyncError('DestinationUnavailable', `${what} broke.`);

/** Counts how often it is opened; `breaks` downloads end in the middle and cannot be resumed. */
function source(breaks = 0, contents = CONTENTS): ByteSource & { readonly opened: () => number } {
  let opened = 0;
  return {
    name: 'package.zip',
    opened: () => opened,
    open: async () => {
      opened += 1;
      const breaksNow = opened <= breaks;
      return {
        size: contents.length,
        etag: undefined,
        offset: 0,
        body: (async function* () {
          for (let at = 0; at < contents.length; at += CHUNK) {
            if (breaksNow && at >= contents.length / 2)
              throw new SyncError('UpstreamUnavailable', 'It broke.');
            yield contents.subarray(at, at + CHUNK);
          }
        })(),
      };
    },
  };
}

interface Behaviour {
  /** After how many bytes of each send, in order, it breaks; undefined for none. */
  readonly breaksAt?: readonly (number | undefined)[];
  readonly error?: SyncError;
  /** Awaited before every chunk but the first send's alone. */
  readonly beforeChunk?: (send: number) => Promise<void> | void;
  /** Claims success after so many bytes. */
  readonly claimsAt?: number;
}

function sink(
  name: string,
  behaviour: Behaviour = {},
): ByteSink & { readonly stored: () => Buffer | undefined; readonly sends: () => number } {
  let stored: Buffer | undefined;
  let sends = 0;
  return {
    name,
    stored: () => stored,
    sends: () => sends,
    send: async (body) => {
      const send = sends;
      sends += 1;
      const parts: Uint8Array[] = [];
      let bytes = 0;
      for await (const chunk of body) {
        await behaviour.beforeChunk?.(send);
        parts.push(chunk);
        bytes += chunk.length;
        if (bytes >= (behaviour.breaksAt?.[send] ?? Number.POSITIVE_INFINITY)) {
          throw behaviour.error ?? unavailable(name);
        }
        if (bytes >= (behaviour.claimsAt ?? Number.POSITIVE_INFINITY)) return;
      }
      stored = Buffer.concat(parts);
    },
  };
}

async function transfer(from: ByteSource, sinks: readonly ByteSink[], expected = DIGEST) {
  const ends = sinks.map(() => Promise.withResolvers<Arrival>());
  let clock = 0;
  const slow: number[] = [];
  await transferToAll({
    source: from,
    takers: sinks.map((each, index) => ({
      sink: each,
      apart: pLimit(1),
      onSlow: () => void slow.push(index),
    })),
    expected,
    limits: { resumes: 2, restarts: 2 },
    sleep: async () => {},
    policy: { lagBytes: 20_000, patienceMs: 5, slowerTimes: 4 },
    now: () => (clock += 1),
    onArrival: (taker, arrival) => ends[taker]?.resolve(arrival),
  });
  const arrivals = await Promise.all(ends.map(({ promise }) => promise));
  return { arrivals: arrivals.map((each) => ('error' in each ? each.error.code : 'arrived')), slow };
}

describe('one download for several sinks', () => {
  it('reaches all of them, whole, by one opened source', async () => {
    const from = source();
    const sinks = [sink('a'), sink('b'), sink('c')];
    expect((await transfer(from, sinks)).arrivals).toEqual(['arrived', 'arrived', 'arrived']);
    expect(sinks.map((each) => each.stored()?.equals(CONTENTS))).toEqual([true, true, true]);
    expect(from.opened()).toBe(1);
  });

  it('serves a sink that breaks by a download of its own, and the others are sent nothing twice', async () => {
    const from = source();
    const good = sink('good');
    const bad = sink('bad', { breaksAt: [100_000] });
    expect((await transfer(from, [good, bad])).arrivals).toEqual(['arrived', 'arrived']);
    expect([good.sends(), bad.sends(), from.opened()]).toEqual([1, 2, 2]);
    expect(bad.stored()?.equals(CONTENTS)).toBe(true);
  });

  it('ends with its own error for a sink that refuses for good, alone', async () => {
    const error = new SyncError('DestinationRejected', 'No.');
    const refusing = sink('refusing', { breaksAt: [1], error });
    const from = source();
    expect((await transfer(from, [refusing, sink('good')])).arrivals).toEqual([
      'DestinationRejected',
      'arrived',
    ]);
    expect([refusing.sends(), from.opened()]).toEqual([1, 1]);
  });

  it('takes no early claim of success for an arrival', async () => {
    const from = source();
    const liar = sink('liar', { claimsAt: 50_000 });
    expect((await transfer(from, [liar, sink('good')])).arrivals).toEqual([
      'DestinationResponseInvalid',
      'arrived',
    ]);
  });

  it('begins again for all when the download breaks and cannot be resumed', async () => {
    const from = source(1);
    const sinks = [sink('a'), sink('b')];
    expect((await transfer(from, sinks)).arrivals).toEqual(['arrived', 'arrived']);
    expect(sinks.map((each) => each.sends())).toEqual([2, 2]);
  });

  it('gives no sink the last bytes of a package with another digest', async () => {
    const sinks = [sink('a'), sink('b')];
    const { arrivals } = await transfer(source(0, Buffer.alloc(300_000, 'other')), sinks);
    expect(arrivals).toEqual(['DigestMismatch', 'DigestMismatch']);
    expect(sinks.map((each) => each.stored())).toEqual([undefined, undefined]);
  });

  it('keeps nobody waiting for a sink that stands still', async () => {
    const release = Promise.withResolvers<void>();
    const still = sink('still', { beforeChunk: (send) => (send === 0 ? release.promise : undefined) });
    const good = sink('good');
    const from = source();
    const running = transfer(from, [good, still]);
    const { arrivals, slow } = await running;
    release.resolve();
    expect(arrivals).toEqual(['arrived', 'arrived']);
    expect(slow).toEqual([1]);
    expect(still.sends()).toBe(2);
  });

  it('is one download while one sink is only somewhat slower', async () => {
    const slower = sink('slower', {
      beforeChunk: async () => {
        for (let turn = 0; turn < 3; turn += 1) await Promise.resolve();
      },
    });
    const from = source();
    const { slow } = await transfer(from, [sink('good'), slower]);
    expect(slow).toEqual([]);
    expect(from.opened()).toBe(1);
  });

  it('whatever breaks where: what is stored is whole, and who did not arrive has an error', async () => {
    const breaks = fc.array(fc.option(fc.integer({ min: 1, max: 310_000 }), { nil: undefined }), {
      maxLength: 4,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(breaks, { minLength: 1, maxLength: 4 }),
        fc.nat(2),
        async (all, downloads) => {
          const sinks = all.map((breaksAt, index) => sink(`sink ${index}`, { breaksAt }));
          const { arrivals } = await transfer(source(downloads), sinks);
          for (const [index, each] of sinks.entries()) {
            // Whole where it arrived, and nothing at all where it did not.
            expect(each.stored()).toEqual(arrivals[index] === 'arrived' ? CONTENTS : undefined);
          }
        },
      ),
      { numRuns: 60 },
    );
  });
});
