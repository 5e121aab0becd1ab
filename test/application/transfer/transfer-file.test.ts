import { describe, expect, it } from 'vitest';
import { SyncError } from '../../../src/domain/errors.ts';
import type { ByteSink } from '../../../src/ports/bytes.ts';
import { type Connection, ETAG, FILE, good, sha256, start, unavailable } from './scripted-transfer.ts';

describe('a transfer', () => {
  it('passes the file on and says what it was', async () => {
    const progress: (number | undefined)[][] = [];
    const { outcome, source, sink } = start({
      connections: [good],
      onProgress: (bytes, size) => progress.push([bytes, size]),
    });
    expect(await outcome).toEqual({ bytes: 200_000, sha256: sha256(FILE), resumes: 0, restarts: 0 });
    expect(sink.completed).toHaveLength(1);
    expect(sink.completed[0]?.bytes.equals(FILE)).toBe(true);
    expect(sink.completed[0]?.size).toBe(200_000);
    expect(progress).toHaveLength(20);
    expect(progress.at(-1)).toEqual([200_000, 200_000]);
    expect(source.connected.count).toBe(0);
  });

  it('passes a file of unknown size, and an empty one', async () => {
    const unsized = start({ connections: [{ ...good, announcesSize: false }] });
    expect((await unsized.outcome).bytes).toBe(200_000);
    expect(unsized.sink.completed[0]?.size).toBeUndefined();
    const empty = start({
      connections: [{ file: Buffer.alloc(0) }],
      expected: sha256(Buffer.alloc(0)),
    });
    expect((await empty.outcome).bytes).toBe(0);
    expect(empty.sink.completed).toEqual([{ bytes: Buffer.alloc(0), size: 0 }]);
  });
});

describe('a wrong file', () => {
  it.each([
    ['one flipped byte', FILE.map((byte, index) => (index === 199_999 ? byte ^ 1 : byte))],
    ['fewer bytes', FILE.subarray(0, -1)],
    ['more bytes', Buffer.concat([FILE, Buffer.of(0)])],
    ['no bytes', Buffer.alloc(0)],
  ])('with %s is never completed, and fails at once', async (_, file) => {
    const { outcome, source, sink } = start({ connections: [{ ...good, file }] });
    await expect(outcome).rejects.toMatchObject({ code: 'DigestMismatch' });
    await expect(outcome).rejects.toThrow(sha256(FILE));
    await expect(outcome).rejects.toThrow(sha256(file));
    await expect(outcome).rejects.toThrow('a package');
    expect(sink.completed).toEqual([]);
    expect(sink.sends).toHaveLength(1);
    expect(source.connected.count).toBe(0);
  });

  it('too large is refused on its announcement', async () => {
    const { outcome, source, sink } = start({ connections: [good], maxBytes: 199_999 });
    await expect(outcome).rejects.toMatchObject({ code: 'UpstreamResponseInvalid' });
    expect(sink.sends).toHaveLength(0);
    expect(source.connected.count).toBe(0);
  });

  it('too large is refused while it arrives when nothing is announced', async () => {
    const { outcome, source, sink } = start({
      connections: [{ ...good, announcesSize: false }],
      maxBytes: 199_999,
    });
    await expect(outcome).rejects.toMatchObject({ code: 'UpstreamResponseInvalid' });
    expect(sink.completed).toEqual([]);
    expect(source.connected.count).toBe(0);
  });
});

describe('a download that breaks', () => {
  it('goes on where it broke, inside the same upload', async () => {
    const { outcome, source, sink, waits } = start({
      connections: [{ ...good, breaksAfter: 123_456 }, good],
    });
    expect(await outcome).toMatchObject({ resumes: 1, restarts: 0 });
    expect(source.opens).toEqual([undefined, { offset: 123_456, etag: ETAG }]);
    expect(sink.sends).toHaveLength(1);
    expect(sink.completed[0]?.bytes.equals(FILE)).toBe(true);
    expect(waits).toEqual([500]);
  });

  it.each<[string, Partial<Connection>, Partial<Connection>]>([
    ['there is no strong ETag', { etag: undefined }, {}],
    ['the ETag changed', {}, { etag: '"v2"' }],
    ['the server does not take ranges', {}, { takesRanges: false }],
  ])('is begun again when %s', async (_, first, second) => {
    const { outcome, source, sink, restarted } = start({
      connections: [
        { ...good, ...first, breaksAfter: 123_456 },
        { ...good, ...second },
      ],
    });
    expect(await outcome).toMatchObject({ resumes: 0, restarts: 1 });
    expect(sink.sends).toHaveLength(2);
    expect(source.opens).toHaveLength(2);
    expect(restarted).toEqual(['download']);
    expect(sink.completed[0]?.bytes.equals(FILE)).toBe(true);
    expect(source.connected.count).toBe(0);
  });

  it('is begun again when the size changed under the same ETag', async () => {
    const { outcome, source } = start({
      connections: [{ ...good, breaksAfter: 10_000 }, { ...good, file: FILE.subarray(1) }, good],
    });
    expect(await outcome).toMatchObject({ restarts: 1 });
    expect(source.connected.count).toBe(0);
  });

  it('is begun again when two halves under one ETag do not make the file', async () => {
    const other = FILE.map((byte) => byte ^ 1);
    const { outcome, sink, restarted } = start({
      connections: [{ ...good, file: other, breaksAfter: 100_000 }, good],
    });
    expect(await outcome).toMatchObject({ resumes: 0, restarts: 1 });
    expect(restarted).toEqual(['download']);
    expect(sink.completed).toHaveLength(1);
  });

  it('is given up after too many breaks in a row, with what the source said last', async () => {
    const last = unavailable('the last word');
    const { outcome, source, sink, waits } = start({
      connections: [
        { ...good, breaksAfter: 1000 },
        { ...good, refuses: unavailable() },
        { ...good, refuses: last },
      ],
      limits: { resumes: 3 },
    });
    await expect(outcome).rejects.toBe(last);
    expect(source.opens).toHaveLength(4);
    expect(waits).toEqual([500, 1000, 2000]);
    expect(sink.completed).toEqual([]);
    expect(sink.sends).toHaveLength(1);
  });

  it('may break again and again as long as it makes progress', async () => {
    const { outcome, source } = start({
      connections: [...Array.from({ length: 19 }, () => ({ ...good, breaksAfter: 10_000 })), good],
      limits: { resumes: 1, progressBytes: 10_000 },
    });
    expect(await outcome).toMatchObject({ resumes: 19 });
    expect(source.opens).toHaveLength(20);
  });

  it('may fail to open at first; a status that will not pass ends it', async () => {
    const patient = start({ connections: [{ ...good, refuses: unavailable() }, good] });
    expect(await patient.outcome).toMatchObject({ resumes: 0, restarts: 0 });
    const missing = new SyncError('ReleaseFileMissing', '404');
    const hopeless = start({ connections: [{ ...good, refuses: missing }] });
    await expect(hopeless.outcome).rejects.toBe(missing);
    expect(hopeless.source.opens).toHaveLength(1);
  });

  const asks = (seconds: number): SyncError =>
    new SyncError('UpstreamUnavailable', 'busy.', { retryAfterSeconds: seconds });

  it('waits as long as the server asks', async () => {
    const { outcome, waits } = start({
      connections: [{ ...good, refuses: asks(3) }, { ...good, refuses: asks(90) }, good],
    });
    await outcome;
    expect(waits).toEqual([3500, 91_000]);
  });

  it('gives up a server that asks for longer than anybody waits, and says for how long', async () => {
    const { outcome, waits } = start({ connections: [{ ...good, refuses: asks(86_400) }, good] });
    await expect(outcome).rejects.toMatchObject({
      code: 'UpstreamUnavailable',
      message: expect.stringContaining('busy. It asks not to be asked again for 86400 s'),
    });
    expect(waits).toEqual([]);
  });
});

describe('an upload that breaks', () => {
  it('is begun again with the file from its first byte', async () => {
    const { outcome, source, sink, restarted, waits } = start({
      connections: [good],
      breaks: [100_000, new SyncError('DestinationUnavailable', '503')],
    });
    expect(await outcome).toMatchObject({ resumes: 0, restarts: 2 });
    expect(source.opens).toEqual([undefined, undefined, undefined]);
    expect(sink.completed[0]?.bytes.equals(FILE)).toBe(true);
    expect(restarted).toEqual(['upload', 'upload']);
    expect(waits).toEqual([500, 1000]);
    expect(source.connected.count).toBe(0);
  });

  it('leaves the next one all the breaks of its download that a transfer may have', async () => {
    const troubled = [
      { ...good, breaksAfter: 1000 },
      { ...good, refuses: new SyncError('UpstreamUnavailable', 'No answer.') },
      good,
    ];
    const { outcome, source, sink } = start({
      connections: [...troubled, ...troubled],
      breaks: [100_000],
      limits: { resumes: 2, restarts: 1, progressBytes: Number.MAX_SAFE_INTEGER },
    });
    expect(await outcome).toMatchObject({ restarts: 1 });
    expect(source.opens).toHaveLength(6);
    expect(sink.completed[0]?.bytes.equals(FILE)).toBe(true);
  });

  it('is given up after too many restarts, with what the sink said', async () => {
    const { outcome, sink, source } = start({
      connections: [good],
      breaks: [0, 0, 0, 0],
      limits: { restarts: 2 },
    });
    await expect(outcome).rejects.toMatchObject({ code: 'DestinationUnavailable', message: 'upload broken' });
    expect(sink.sends).toHaveLength(3);
    expect(source.connected.count).toBe(0);
  });

  it('that is refused for good is not begun again', async () => {
    const refused = new SyncError('DestinationRejected', '403');
    const { outcome, sink, source } = start({ connections: [good], breaks: [refused] });
    await expect(outcome).rejects.toBe(refused);
    expect(sink.sends).toHaveLength(1);
    expect(source.connected.count).toBe(0);
  });

  it('that claims success before it has the file is not believed', async () => {
    const lying: ByteSink = {
      name: 'the upload',
      send: async (body) => {
        for await (const _ of body) return;
      },
    };
    const { outcome } = start({ connections: [good], sink: lying });
    await expect(outcome).rejects.toMatchObject({ code: 'DestinationResponseInvalid' });
  });
});

describe('interrupting a transfer', () => {
  it('ends it between two chunks, with nothing completed and nothing left open', async () => {
    const run = new AbortController();
    const { outcome, sink, source } = start({
      connections: [good],
      signal: run.signal,
      onProgress: (bytes) => {
        if (bytes >= 100_000) run.abort();
      },
    });
    await expect(outcome).rejects.toMatchObject({ code: 'Interrupted' });
    expect(sink.completed).toEqual([]);
    expect(source.connected.count).toBe(0);
  });

  it('ends a pause, and passes on the reason that the run gives', async () => {
    const near = new SyncError('DeadlineNear', 'No time left.');
    const run = new AbortController();
    const { outcome } = start({
      connections: [{ ...good, refuses: unavailable() }],
      signal: run.signal,
      sleep: async (_, signal) => {
        run.abort(near);
        signal?.throwIfAborted();
      },
    });
    await expect(outcome).rejects.toBe(near);
  });

  it('opens nothing when the run is over already', async () => {
    const { outcome, source } = start({ connections: [good], signal: AbortSignal.abort() });
    await expect(outcome).rejects.toMatchObject({ code: 'Interrupted' });
    expect(source.opens).toEqual([]);
  });
});
