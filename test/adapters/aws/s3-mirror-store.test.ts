import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMirrorS3Client } from '../../../src/adapters/aws/s3-mirror-client.ts';
import { createS3MirrorStore } from '../../../src/adapters/aws/s3-mirror-store.ts';
import { parseSha256, type Sha256 } from '../../../src/domain/artifact/sha256.ts';
import type { MirrorStore } from '../../../src/ports/mirror-store.ts';
import { type StrictS3, type StrictS3Options, startStrictS3 } from '../../support/strict-s3.ts';
import { mirrorClientFor } from './mirror-subjects.ts';

const KEY = 'registry.terraform.io/acme/anvil/terraform-provider-anvil_1.0.0_linux_amd64.zip';
const OBJECT = `mirror/p/${KEY}`;
const CONTENT = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) % 251));
const FILE = { key: KEY, sha256: digest(CONTENT) };
const SMALL_PARTS = { singlePutBytes: 100_000, partBytes: 65_536 };

function digest(bytes: Uint8Array): Sha256 {
  return parseSha256(createHash('sha256').update(bytes).digest('hex')) as Sha256;
}

async function* pieces(bytes: Uint8Array, error?: Error): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 10_000) yield bytes.subarray(at, at + 10_000);
  if (error) throw error;
}

async function inS3(
  options: StrictS3Options,
  work: (store: MirrorStore, server: StrictS3) => Promise<void>,
  limits?: typeof SMALL_PARTS,
): Promise<void> {
  await using server = await startStrictS3(options);
  const s3 = mirrorClientFor(server.url);
  await work(createS3MirrorStore({ s3, bucket: 'mirror', prefix: 'p', ...(limits && { limits }) }), server);
}

describe('a package in S3', () => {
  it('goes up in one plain request with its length and checksum, to be cached for ever', async () => {
    await inS3({}, async (store, server) => {
      const stored = await store.putFile(FILE, pieces(CONTENT), { size: CONTENT.length });
      expect(stored).toEqual({ size: CONTENT.length, sha256: FILE.sha256, stamp: undefined });
      expect(server.requests.map(({ method }) => method)).toEqual(['PUT']);
      expect(server.requests[0]?.request.headers).toMatchObject({
        'content-length': String(CONTENT.length),
        'x-amz-checksum-sha256': Buffer.from(FILE.sha256, 'hex').toString('base64'),
        'content-type': 'application/zip',
        'cache-control': 'public, max-age=31536000, immutable',
      });
      expect(server.requests[0]?.request.headers).not.toHaveProperty('content-encoding');
      expect(server.objects.get(OBJECT)?.bytes.equals(CONTENT)).toBe(true);
      expect(await store.statFile(FILE)).toMatchObject({ size: CONTENT.length, sha256: FILE.sha256 });
    });
  });

  it.each([
    ['in one request', undefined],
    ['in parts', SMALL_PARTS],
  ])('does not appear when its source breaks %s, and the error is the source’s own', async (_, limits) => {
    const broken = new Error('the download broke');
    await inS3(
      { minPartBytes: 65_536 },
      async (store, server) => {
        const sent = store.putFile(FILE, pieces(CONTENT.subarray(0, -1), broken), { size: CONTENT.length });
        await expect(sent).rejects.toBe(broken);
        expect([...server.objects.keys(), ...server.openUploads.keys()]).toEqual([]);
        await store.putFile(FILE, pieces(CONTENT), { size: CONTENT.length });
        expect(server.objects.get(OBJECT)?.bytes.equals(CONTENT)).toBe(true);
      },
      limits,
    );
  });

  it.each([
    ['larger than one request may be', CONTENT.length],
    ['of unknown size', undefined],
  ])('that is %s goes up in parts, with its digest beside it', async (_, size) => {
    await inS3(
      { minPartBytes: 65_536 },
      async (store, server) => {
        await store.putFile(FILE, pieces(CONTENT), { size });
        expect(server.objects.get(OBJECT)?.bytes.equals(CONTENT)).toBe(true);
        expect(server.requests.filter(({ method }) => method === 'PUT')).toHaveLength(5);
        expect([...server.openUploads.keys()]).toEqual([]);
        expect(await store.statFile(FILE)).toMatchObject({ size: CONTENT.length, sha256: FILE.sha256 });
      },
      SMALL_PARTS,
    );
  });

  it('that is small goes up in one request, also when its size is not known', async () => {
    await inS3({}, async (store, server) => {
      await store.putFile(FILE, pieces(CONTENT), { size: undefined });
      expect(server.requests.map(({ method }) => method)).toEqual(['PUT']);
      expect(server.objects.get(OBJECT)?.bytes.equals(CONTENT)).toBe(true);
    });
  });

  it.each([
    ['other bytes', Buffer.from(CONTENT).fill(7, 1000, 1001), CONTENT.length],
    ['more bytes than announced', CONTENT, CONTENT.length - 1],
    ['fewer bytes than announced', CONTENT, CONTENT.length + 1],
  ])('is refused when it is %s', async (_, bytes, size) => {
    for (const limits of [undefined, SMALL_PARTS]) {
      await inS3(
        { minPartBytes: 65_536 },
        async (store, server) => {
          const sent = store.putFile(FILE, pieces(bytes), { size });
          await expect(sent).rejects.toMatchObject({ code: 'DigestMismatch' });
          expect([...server.objects.keys(), ...server.openUploads.keys()]).toEqual([]);
        },
        limits,
      );
    }
  });

  it.each([
    ['cuts the connection', 'cut'],
    ['is busy', { status: 503, code: 'SlowDown' }],
    ['found other bytes on the way', { status: 400, code: 'BadDigest' }],
  ] as const)('may be sent again when S3 %s', async (_, fault) => {
    await inS3({ fault: (_method, _path, nth) => (nth === 1 ? fault : undefined) }, async (store, server) => {
      const first = store.putFile(FILE, pieces(CONTENT), { size: CONTENT.length });
      await expect(first).rejects.toMatchObject({ code: 'DestinationUnavailable', retryable: true });
      expect(server.objects.size).toBe(0);
      await store.putFile(FILE, pieces(CONTENT), { size: CONTENT.length });
      expect(server.objects.get(OBJECT)?.bytes.equals(CONTENT)).toBe(true);
    });
  });

  it('is given up when the run is interrupted, although its source stands still', async () => {
    await inS3({}, async (store, server) => {
      const interruption = new AbortController();
      async function* standingStill(): AsyncGenerator<Uint8Array> {
        yield CONTENT.subarray(0, 100_000);
        interruption.abort();
        await new Promise(() => {});
      }
      const sent = store.putFile(FILE, standingStill(), {
        size: CONTENT.length,
        signal: interruption.signal,
      });
      await expect(sent).rejects.toMatchObject({ code: 'Interrupted' });
      expect(server.objects.size).toBe(0);
    });
  });

  it('is read in parts and as a whole', async () => {
    await inS3({}, async (store) => {
      expect(await store.openFile(FILE)).toBeUndefined();
      await store.putFile(FILE, pieces(CONTENT), { size: CONTENT.length });
      const whole = await store.openFile({ key: KEY });
      expect(whole?.size).toBe(CONTENT.length);
      expect(Buffer.concat(await Array.fromAsync(whole?.body ?? [])).equals(CONTENT)).toBe(true);
      const part = await store.openFile(FILE, { start: 1000, end: 2000 });
      expect(Buffer.concat(await Array.fromAsync(part?.body ?? []))).toEqual(CONTENT.subarray(1000, 2000));
    });
  });
});

describe('a document in S3', () => {
  const key = 'registry.terraform.io/acme/anvil/index.json';
  const text = (value: string) => Buffer.from(value);

  it('is written only over what was read, as JSON that nobody caches', async () => {
    await inS3({}, async (store, server) => {
      expect(await store.readDocument(key)).toBeUndefined();
      const write = async (value: string, before: string | undefined) =>
        await store.writeDocument(key, text(value), before, 'application/json');
      expect(await write('{"a":1}', undefined)).toBe('written');
      expect(await write('{"b":1}', undefined)).toBe('changed');
      const first = await store.readDocument(key);
      expect(await write('{"c":1}', first?.etag)).toBe('written');
      expect(await write('{"d":1}', first?.etag)).toBe('changed');
      expect(Buffer.from((await store.readDocument(key))?.bytes ?? []).toString()).toBe('{"c":1}');
      expect(server.objects.get(`mirror/p/${key}`)?.headers).toMatchObject({
        'content-type': 'application/json',
        'cache-control': 'no-cache',
      });
      await store.delete(key);
      expect(await write('{"e":1}', first?.etag)).toBe('changed');
    });
  });

  it('counts as changed while another write runs', async () => {
    const fault = (method: string) =>
      method === 'PUT' ? ({ status: 409, code: 'ConditionalRequestConflict' } as const) : undefined;
    await inS3({ fault }, async (store) => {
      expect(await store.writeDocument(key, text('{}'), undefined, 'application/json')).toBe('changed');
    });
  });

  it.each([
    [403, 'AccessDenied', 'AccessDenied'],
    [404, 'NoSuchBucket', 'DestinationNotFound'],
    [403, 'InvalidAccessKeyId', 'AccessDenied'],
    [503, 'SlowDown', 'DestinationUnavailable'],
    [400, 'KMS.DisabledException', 'DestinationRejected'],
  ] as const)('that S3 answers with %i %s is reported as %s', async (status, name, code) => {
    await inS3({ fault: () => ({ status, code: name }) }, async (store) => {
      const expected = { code, message: expect.stringContaining(`s3://mirror/p/${key}`) as string };
      await expect(store.readDocument(key)).rejects.toMatchObject(expected);
      await expect(store.writeDocument(key, text('{}'), undefined, 'application/json')).rejects.toMatchObject(
        expected,
      );
    });
  });

  it('is refused when it is far too large', async () => {
    await inS3({}, async (store) => {
      await store.writeDocument(key, Buffer.alloc(8 * 1024 * 1024 + 1), undefined, 'application/json');
      await expect(store.readDocument(key)).rejects.toMatchObject({ code: 'DestinationResponseInvalid' });
    });
  });
});

describe('the client of a mirror in S3', () => {
  it('may be another server, but not over plain http beyond this machine', () => {
    expect(() => createMirrorS3Client({ AWS_ENDPOINT_URL: 'http://10.0.0.1:9000' })).toThrow('Plain http');
    expect(() => createMirrorS3Client({ AWS_ENDPOINT_URL_S3: 'ftp://127.0.0.1' })).toThrow(
      'AWS_ENDPOINT_URL',
    );
    expect(createMirrorS3Client({ AWS_ENDPOINT_URL: 'http://127.0.0.1:9000' })).toBeDefined();
  });
});
