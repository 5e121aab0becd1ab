import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holdBack } from '../../../src/domain/transfer/hold-back.ts';

async function* chunksOf(chunks: readonly Uint8Array[], failure?: Error): AsyncGenerator<Uint8Array> {
  yield* chunks;
  if (failure) throw failure;
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<{ bytes: Buffer; error: unknown }> {
  const chunks: Uint8Array[] = [];
  try {
    for await (const chunk of body) chunks.push(chunk);
    return { bytes: Buffer.concat(chunks), error: undefined };
  } catch (error) {
    return { bytes: Buffer.concat(chunks), error };
  }
}

const bodies = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 30 });
const reserves = fc.integer({ min: 1, max: 120 });
const approved = (): void => {};

describe('holding back the end of a stream', () => {
  it('gives the same bytes when they are approved, whatever the chunks and the reserve', async () => {
    await fc.assert(
      fc.asyncProperty(bodies, reserves, async (chunks, reserve) => {
        const { bytes, error } = await collect(holdBack(chunksOf(chunks), reserve, approved));
        expect(error).toBeUndefined();
        expect(bytes.equals(Buffer.concat(chunks))).toBe(true);
      }),
    );
  });

  it('gives all but exactly the last `reserve` bytes when they are refused', async () => {
    const refusal = new Error('refused');
    await fc.assert(
      fc.asyncProperty(bodies, reserves, async (chunks, reserve) => {
        const whole = Buffer.concat(chunks);
        const refuse = (): never => {
          throw refusal;
        };
        const { bytes, error } = await collect(holdBack(chunksOf(chunks), reserve, refuse));
        expect(error).toBe(refusal);
        expect(bytes.equals(whole.subarray(0, Math.max(0, whole.length - reserve)))).toBe(true);
      }),
    );
  });

  it('asks for approval once, after the last byte arrived and before the last byte leaves', async () => {
    const log: string[] = [];
    async function* source(): AsyncGenerator<Uint8Array> {
      yield Uint8Array.of(1, 2);
      yield Uint8Array.of(3);
      log.push('end');
    }
    for await (const chunk of holdBack(source(), 2, () => void log.push('approve'))) {
      log.push(String([...chunk]));
    }
    expect(log).toEqual(['1', 'end', 'approve', '2', '3']);
  });

  it('asks for approval of an empty stream too', async () => {
    const { error } = await collect(
      holdBack(chunksOf([]), 1, () => Promise.reject(new Error('not even nothing'))),
    );
    expect(error).toEqual(new Error('not even nothing'));
  });

  it('holds at least one byte back when told to hold none', async () => {
    const { bytes } = await collect(
      holdBack(chunksOf([Uint8Array.of(1, 2)]), 0, () => Promise.reject(new Error('no'))),
    );
    expect([...bytes]).toEqual([1]);
  });

  it('passes an error of the stream on and releases nothing more', async () => {
    const broken = new Error('broken');
    let asked = false;
    const body = holdBack(chunksOf([Uint8Array.of(1, 2, 3)], broken), 2, () => {
      asked = true;
    });
    expect(await collect(body)).toEqual({ bytes: Buffer.of(1), error: broken });
    expect(asked).toBe(false);
  });
});
