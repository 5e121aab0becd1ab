import { setTimeout as delay } from 'node:timers/promises';

/** Passes the chunks on at `bytesPerSecond` on average; undefined passes `source` itself. */
export function throttle(
  source: AsyncIterable<Uint8Array>,
  bytesPerSecond: number | undefined,
): AsyncIterable<Uint8Array> {
  return bytesPerSecond === undefined ? source : paced(source, bytesPerSecond);
}

async function* paced(source: AsyncIterable<Uint8Array>, bytesPerSecond: number): AsyncGenerator<Uint8Array> {
  const start = performance.now();
  let passed = 0;
  for await (const chunk of source) {
    // Held against the start, not the last chunk, so that a timer's coarseness does not add up.
    const ahead = (passed / bytesPerSecond) * 1000 - (performance.now() - start);
    if (ahead > 1) await delay(ahead);
    passed += chunk.length;
    yield chunk;
  }
}
