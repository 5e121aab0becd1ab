import { describe, expect, it } from 'vitest';
import { throttle } from '../../../src/embedded/http-server/throttle.ts';

async function* chunks(count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield new Uint8Array(1000).fill(index);
}

describe('a throttled stream', () => {
  it('waits until the average is kept, also for time that passed elsewhere', async () => {
    let now = 0;
    const waits: number[] = [];
    const pace = {
      now: () => now,
      wait: async (ms: number) => {
        waits.push(ms);
        now += ms;
      },
    };
    const passed: number[] = [];
    for await (const chunk of throttle(chunks(5), 10_000, pace)) {
      passed.push(chunk[0] ?? -1);
      if (chunk[0] === 1) now += 50;
    }
    expect(passed).toEqual([0, 1, 2, 3, 4]);
    expect(waits).toEqual([100, 50, 100, 100]);
  });

  it('is the stream itself where no rate is given', () => {
    const source = chunks(1);
    expect(throttle(source, undefined)).toBe(source);
  });
});
