import { describe, expect, it } from 'vitest';
import type { ByteSink, ByteSource, OpenedBytes, ResumePoint } from '../../src/ports/bytes.ts';

export interface ByteSourceSubject extends AsyncDisposable {
  readonly source: ByteSource;
}

/** What every ByteSource that can be resumed does. `makeSubject` makes one that holds `content`. */
export function describeByteSourceContract(
  name: string,
  makeSubject: (content: Uint8Array) => Promise<ByteSourceSubject>,
): void {
  const content = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256);

  describe(`the byte source contract: ${name}`, () => {
    it('reads the whole file and says its size', async () => {
      await using subject = await makeSubject(content);
      const opened = await subject.source.open();
      expect(opened).toMatchObject({ size: content.length, offset: 0 });
      expect(await readAll(opened)).toEqual(Buffer.from(content));
    });

    it('reads the file as often as it is opened', async () => {
      await using subject = await makeSubject(content);
      const first = await readAll(await subject.source.open());
      expect(await readAll(await subject.source.open())).toEqual(first);
    });

    it.each([1, 50_000, 99_999])('goes on after %i bytes of the same representation', async (offset) => {
      await using subject = await makeSubject(content);
      const resumed = await subject.source.open(await resumePoint(subject.source, offset));
      expect(resumed).toMatchObject({ size: content.length, offset });
      expect(await readAll(resumed)).toEqual(Buffer.from(content.subarray(offset)));
    });

    it('starts from the beginning when the file is another one by now', async () => {
      await using subject = await makeSubject(content);
      const resumed = await subject.source.open({ offset: 10, etag: '"another"' });
      expect(resumed.offset).toBe(0);
      expect(await readAll(resumed)).toEqual(Buffer.from(content));
    });

    it('has a name for messages that is no link', async () => {
      await using subject = await makeSubject(content);
      expect(subject.source.name).not.toBe('');
      expect(subject.source.name).not.toContain('://');
    });
  });
}

export interface ByteSinkSubject extends AsyncDisposable {
  readonly sink: ByteSink;
  /** What the destination holds by now; undefined when it holds no whole file. */
  stored(): Promise<Uint8Array | undefined>;
}

/** What every ByteSink does. */
export function describeByteSinkContract(name: string, makeSubject: () => Promise<ByteSinkSubject>): void {
  const content = Uint8Array.from({ length: 100_000 }, (_, index) => (index * 11) % 256);

  describe(`the byte sink contract: ${name}`, () => {
    it.each([
      ['of known size', content.length],
      ['of unknown size', undefined],
    ])('takes a file %s', async (_, size) => {
      await using subject = await makeSubject();
      await subject.sink.send(inChunks(content), size);
      expect(Buffer.from((await subject.stored()) ?? [])).toEqual(Buffer.from(content));
    });

    it('throws the error of a body that breaks and keeps nothing of it', async () => {
      await using subject = await makeSubject();
      const broken = new Error('the download broke');
      await expect(subject.sink.send(inChunks(content, broken), content.length)).rejects.toBe(broken);
      expect(await subject.stored()).toBeUndefined();
    });

    it('takes the file after an attempt that broke', async () => {
      await using subject = await makeSubject();
      await expect(subject.sink.send(inChunks(content, new Error('broken')), undefined)).rejects.toThrow(
        'broken',
      );
      await subject.sink.send(inChunks(content), content.length);
      expect(Buffer.from((await subject.stored()) ?? [])).toEqual(Buffer.from(content));
    });
  });
}

export async function readAll(opened: OpenedBytes): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Yields `content` in pieces; with `error`, half of it and then the error. */
export async function* inChunks(content: Uint8Array, error?: Error): AsyncGenerator<Uint8Array> {
  const end = error ? Math.floor(content.length / 2) : content.length;
  for (let at = 0; at < end; at += 10_000) yield content.subarray(at, Math.min(end, at + 10_000));
  if (error) throw error;
}

async function resumePoint(source: ByteSource, offset: number): Promise<ResumePoint> {
  const opened = await source.open();
  await readAll(opened);
  if (opened.etag === undefined) throw new Error('The source of this contract must have an etag.');
  return { offset, etag: opened.etag };
}
