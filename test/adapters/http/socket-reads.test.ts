import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { largeReads } from '../../../src/adapters/http/socket-reads.ts';

/** As Node calls them: memory at the beginning, and right after every read more of it, of which the read takes some. */
interface Reads {
  buffer(): Buffer;
  callback(this: { push(chunk: Buffer): boolean }, bytes: number, buffer: Buffer): boolean;
}

it('no byte of a chunk is ever written again, whatever each read brings and however many sockets share it', () => {
  const reads = fc.array(fc.record({ socket: fc.nat(2), bytes: fc.integer({ min: 1, max: 128 * 1024 }) }), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(reads, (steps) => {
      const shared = largeReads() as unknown as Reads;
      const next = [shared.buffer(), shared.buffer(), shared.buffer()];
      const got: Buffer[] = [];
      const push = (chunk: Buffer): boolean => got.push(chunk) > 0;
      const sent = steps.map(({ socket, bytes }, index) => {
        const memory = next[socket] as Buffer;
        const length = Math.min(bytes, memory.length);
        memory.fill(index + 1, 0, length);
        shared.callback.call({ push }, length, memory);
        next[socket] = shared.buffer();
        return length;
      });
      for (const memory of next) memory.fill(255);
      expect(got.map(({ length }) => length)).toEqual(sent);
      expect(got.every((chunk, index) => chunk.every((byte) => byte === index + 1))).toBe(true);
      expect(next.every(({ length }) => length >= 64 * 1024)).toBe(true);
    }),
    { numRuns: 30 },
  );
});
