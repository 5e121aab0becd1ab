import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyncError } from '../../../src/domain/errors.ts';
import { type Connection, ETAG, FILE, good, sha256, start } from './scripted-transfer.ts';

describe('whatever breaks, in whatever chunks', () => {
  const connection = (files: readonly Uint8Array[]): fc.Arbitrary<Connection> =>
    fc.record({
      file: fc.constantFrom(...files),
      etag: fc.constantFrom('"v1"', '"v1"', '"v2"', undefined),
      announcesSize: fc.boolean(),
      takesRanges: fc.boolean(),
      chunk: fc.integer({ min: 2000, max: 90_000 }),
      breaksAfter: fc.option(fc.integer({ min: 0, max: 150_000 }), { nil: undefined }),
    });

  it('the destination has the right file once, or none and an error', async () => {
    const scenario = fc
      .tuple(fc.integer({ min: 0, max: 150_000 }), fc.integer({ min: 0, max: 149_999 }))
      .chain(([length, flipped]) => {
        const right = FILE.subarray(0, length);
        const wrong = right.map((byte, index) => (index === flipped % Math.max(1, length) ? byte ^ 1 : byte));
        return fc.record({
          right: fc.constant(right),
          connections: fc.array(connection([right, right, right, wrong, FILE]), {
            minLength: 1,
            maxLength: 8,
          }),
          breaks: fc.array(fc.option(fc.integer({ min: 0, max: 150_000 }), { nil: undefined }), {
            maxLength: 4,
          }),
        });
      });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ right, connections, breaks }) => {
        const { outcome, sink, source } = start({ connections, breaks, expected: sha256(right) });
        const result = await outcome.then(
          ({ sha256 }) => sha256,
          (error: unknown) => (error instanceof SyncError ? 'refused' : error),
        );
        expect(['refused', sha256(right)]).toContain(result);
        expect(sink.completed.map(({ bytes }) => bytes.equals(right))).toEqual(
          result === 'refused' ? [] : [true],
        );
        expect(source.connected.count).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('a right file arrives in the end when the breaks end', async () => {
    const breaking = connection([FILE]).map((each) => ({ ...each, etag: ETAG, takesRanges: true }));
    await fc.assert(
      fc.asyncProperty(fc.array(breaking, { maxLength: 5 }), async (connections) => {
        const { outcome, sink } = start({ connections: [...connections, good] });
        await outcome;
        expect(sink.completed.map(({ bytes }) => bytes.equals(FILE))).toEqual([true]);
      }),
      { numRuns: 50 },
    );
  });
});
