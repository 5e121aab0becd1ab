import { SyncError } from '../../domain/errors.ts';
import type { BodyTerms, ByteSink } from '../../ports/bytes.ts';
import { isPassing } from './download.ts';
import { createLane, type Lane } from './lane.ts';

export interface FanOutPolicy {
  /** How far, in bytes, one lane may be behind the download. Default 1 MiB. */
  readonly lagBytes: number;
  /** A lane is not called slow before the others have waited for it this long, in milliseconds. Default 5,000. */
  readonly patienceMs: number;
  /** A lane this many times slower than the rest is served apart. Default 8. */
  readonly slowerTimes: number;
  /**
   * A lane that takes this many bytes a second is not called slow, however fast the rest is: a second download would
   * cost more than it saves. Default 1 MiB.
   */
  readonly enoughPerSecond: number;
}

const DEFAULT_FAN_OUT: FanOutPolicy = {
  lagBytes: 1024 * 1024,
  patienceMs: 5000,
  slowerTimes: 8,
  enoughPerSecond: 1024 * 1024,
};

export interface FanOut {
  /** What the one download is sent to. */
  readonly sink: ByteSink;
}

export interface FanOutListener {
  /** A sink took the whole file, to its last byte. */
  arrived(index: number): void;
  /** A sink's own fault, which no repetition mends. */
  refused(index: number, error: unknown): void;
  /**
   * A sink that broke while others go on, or that holds them up: it is to be served by a download of its own.
   * `slow` tells the second from the first.
   */
  dropped(index: number, error: SyncError, slow: boolean): void;
}

/** Thrown into a download that nobody takes any more. */
export class NobodyLeft extends Error {
  override readonly name = 'NobodyLeft';
}

/**
 * Joins sinks into one: every chunk goes to each, and the slowest sets the pace within `lagBytes` of memory, so
 * that a second sink costs uploads and no second download. Whoever breaks, or is many times slower than the rest,
 * leaves; the others never wait for it any longer. When the body throws, every upload is broken off before its
 * last byte.
 */
export function createFanOut(
  sinks: readonly ByteSink[],
  listener: FanOutListener,
  options: { readonly policy?: Partial<FanOutPolicy>; readonly now: () => number },
): FanOut {
  const { now } = options;
  const policy = { ...DEFAULT_FAN_OUT, ...options.policy };
  const gone = new Set<number>();
  const leave = (index: number): void => void gone.add(index);
  return {
    sink: {
      name: sinks.map(({ name }) => name).join(', '),
      send: async (body, size, terms) => {
        const lanes = sinks.flatMap((sink, index) => (gone.has(index) ? [] : [createLane(index, sink, now)]));
        const uploads = lanes.map((lane) => upload(lane, { size, terms }, listener, leave));
        try {
          await pass(body, lanes, { listener, leave, policy, now });
        } catch (error) {
          for (const lane of lanes) lane.fail(error);
          await Promise.all(uploads);
          throw error;
        }
        // A lane that has left may hang: nobody waits for it.
        await Promise.all(lanes.map((lane, at) => Promise.race([uploads[at], lane.left])));
        if (lanes.every(({ index }) => gone.has(index))) throw new NobodyLeft('Every sink has left.');
      },
    },
  };
}

/** Never rejects: what became of the upload is told to the listener. */
async function upload(
  lane: Lane,
  { size, terms }: { readonly size: number | undefined; readonly terms: BodyTerms | undefined },
  listener: FanOutListener,
  leave: (index: number) => void,
): Promise<void> {
  const { index, sink } = lane;
  try {
    await sink.send(lane.body(), size, terms);
    if (!lane.drained()) {
      throw new SyncError(
        'DestinationResponseInvalid',
        `${sink.name}: the destination claimed success after ${lane.taken} bytes, before it had the whole file.`,
      );
    }
    listener.arrived(index);
  } catch (error) {
    // Broken off from outside: whoever did that tells why.
    if (!lane.live) return;
    lane.fail(error);
    leave(index);
    if (isPassing(error)) listener.dropped(index, error, false);
    else listener.refused(index, error);
  }
}

interface Passage {
  readonly listener: FanOutListener;
  readonly leave: (index: number) => void;
  readonly policy: FanOutPolicy;
  readonly now: () => number;
}

async function pass(
  body: AsyncIterable<Uint8Array>,
  lanes: readonly Lane[],
  passage: Passage,
): Promise<void> {
  const { now } = passage;
  let fromSourceMs = 0;
  let asked = now();
  for await (const chunk of body) {
    fromSourceMs += now() - asked;
    await room(lanes, passage, fromSourceMs);
    const live = lanes.filter((lane) => lane.live);
    if (live.length === 0) throw new NobodyLeft('Every sink has left.');
    for (const lane of live) lane.push(chunk);
    asked = now();
  }
  for (const lane of lanes) lane.end();
}

/** Waits until every live lane has room; a lane that holds the others up for too long leaves instead. */
async function room(lanes: readonly Lane[], passage: Passage, fromSourceMs: number): Promise<void> {
  const { policy, now } = passage;
  for (;;) {
    const live = lanes.filter((lane) => lane.live);
    const full = live.filter((lane) => lane.queuedBytes() >= policy.lagBytes);
    if (full.length === 0) return;
    const from = now();
    await firstOf(
      full.map((lane) => lane.moved()),
      policy.patienceMs,
    );
    // Only a lane that others wait for holds anybody up.
    if (full.length === live.length) continue;
    for (const lane of full) {
      lane.waitedForMs += now() - from;
      if (lane.waitedForMs >= policy.patienceMs && isSlow(lane, live, policy, fromSourceMs)) {
        dropSlow(lane, passage);
      }
    }
  }
}

/** Bytes a millisecond that the rest would go at, against the lane's own. */
function isSlow(
  lane: Lane,
  live: readonly Lane[],
  { slowerTimes, enoughPerSecond }: FanOutPolicy,
  fromSourceMs: number,
): boolean {
  const others = live.filter((other) => other !== lane);
  const passed = Math.max(...others.map(({ taken }) => taken));
  const rates = [
    ...others.map((other) => other.taken / Math.max(1, other.busyMs())),
    passed / Math.max(1, fromSourceMs),
  ];
  const own = lane.taken / Math.max(1, lane.busyMs());
  return own * 1000 < enoughPerSecond && own * slowerTimes < Math.min(...rates);
}

function dropSlow(lane: Lane, { listener, leave }: Passage): void {
  const error = new SyncError(
    'DestinationUnavailable',
    `${lane.sink.name}: it takes the bytes many times slower than the other destinations, so it is served apart.`,
  );
  lane.fail(error);
  leave(lane.index);
  listener.dropped(lane.index, error, true);
}

async function firstOf(events: readonly Promise<void>[], atMostMs: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, atMostMs);
  try {
    await Promise.race([...events, promise]);
  } finally {
    clearTimeout(timer);
  }
}
