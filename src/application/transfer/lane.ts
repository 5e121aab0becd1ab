import type { ByteSink } from '../../ports/bytes.ts';

/** One sink's part of a fan-out: a bounded queue between the download and the sink's upload. */
export interface Lane {
  readonly index: number;
  readonly sink: ByteSink;
  /** Bytes that the sink has taken out of the queue. */
  taken: number;
  /** Milliseconds until now in which the sink had something to take: what its rate is measured by. */
  busyMs(): number;
  /** Milliseconds that the other lanes waited for this one. */
  waitedForMs: number;
  live: boolean;
  queuedBytes(): number;
  push(chunk: Uint8Array): void;
  end(): void;
  /** The sink's upload is broken off with `error`. */
  fail(error: unknown): void;
  /** Resolves when the sink has taken another chunk, or the lane is not live any more. */
  moved(): Promise<void>;
  /** Resolves when the lane is not live any more. */
  readonly left: Promise<void>;
  /** True when the sink took every byte to the end. */
  drained(): boolean;
  /** To be read once, by the sink. */
  body(): AsyncIterable<Uint8Array>;
}

/** `now` is monotonic, in milliseconds. */
export function createLane(index: number, sink: ByteSink, now: () => number): Lane {
  const queue: Uint8Array[] = [];
  let queued = 0;
  let ended = false;
  let drained = false;
  let failure: { readonly error: unknown } | undefined;
  let busy = 0;
  let busySince: number | undefined;
  const left = Promise.withResolvers<void>();
  let wakeReader = Promise.withResolvers<void>();
  let wakeWriter = Promise.withResolvers<void>();
  const wake = (): void => {
    wakeReader.resolve();
    wakeReader = Promise.withResolvers();
  };
  const move = (): void => {
    wakeWriter.resolve();
    wakeWriter = Promise.withResolvers();
  };
  const lane: Lane = {
    index,
    sink,
    taken: 0,
    busyMs: () => busy + (busySince === undefined ? 0 : now() - busySince),
    waitedForMs: 0,
    live: true,
    queuedBytes: () => queued,
    push: (chunk) => {
      busySince ??= now();
      queue.push(chunk);
      queued += chunk.length;
      wake();
    },
    end: () => {
      ended = true;
      wake();
    },
    fail: (error) => {
      failure ??= { error };
      lane.live = false;
      queue.length = 0;
      left.resolve();
      wake();
      move();
    },
    moved: () => wakeWriter.promise,
    left: left.promise,
    drained: () => drained,
    body: async function* () {
      try {
        for (;;) {
          if (failure !== undefined) throw failure.error;
          const chunk = queue.shift();
          if (chunk !== undefined) {
            yield chunk;
            queued -= chunk.length;
            lane.taken += chunk.length;
            if (queue.length === 0 && busySince !== undefined) {
              busy += now() - busySince;
              busySince = undefined;
            }
            move();
          } else if (ended) {
            drained = true;
            return;
          } else {
            await wakeReader.promise;
          }
        }
      } finally {
        move();
      }
    },
  };
  return lane;
}
