import { setTimeout as delay } from 'node:timers/promises';

/** A clock to wait by, in milliseconds. */
export interface Pace {
  now(): number;
  wait(ms: number): Promise<unknown>;
}

const realPace: Pace = { now: () => performance.now(), wait: (ms) => delay(ms) };

/** Passes the chunks on at `bytesPerSecond` on average; undefined passes `source` itself. */
export function throttle(
  source: AsyncIterable<Uint8Array>,
  bytesPerSecond: number | undefined,
  pace: Pace = realPace,
): AsyncIterable<Uint8Array> {
  return bytesPerSecond === undefined ? source : paced(source, bytesPerSecond, pace);
}

async function* paced(
  source: AsyncIterable<Uint8Array>,
  bytesPerSecond: number,
  pace: Pace,
): AsyncGenerator<Uint8Array> {
  const start = pace.now();
  let passed = 0;
  for await (const chunk of source) {
    // Held against the start, not the last chunk, so that a timer's coarseness does not add up.
    const ahead = (passed / bytesPerSecond) * 1000 - (pace.now() - start);
    if (ahead > 1) await pace.wait(ahead);
    passed += chunk.length;
    yield chunk;
  }
}
