import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpByteSink } from '../../../src/adapters/http/byte-sink.ts';
import { httpByteSource } from '../../../src/adapters/http/byte-source.ts';
import { createHttpClient } from '../../../src/adapters/http/client.ts';
import type { HttpClient, HttpTimeouts } from '../../../src/adapters/http/contract.ts';
import {
  type TransferInput,
  type TransferOutcome,
  transferFile,
} from '../../../src/application/transfer/transfer-file.ts';
import type { Sha256 } from '../../../src/domain/artifact/sha256.ts';
import { SyncError } from '../../../src/domain/errors.ts';
import { type ChaosAction, type ChaosProxy, type Fault, startChaosProxy } from '../../support/chaos-proxy.ts';
import { startHttpServer, type TestServer } from '../../support/http-server.ts';

const FILE = randomBytes(1_000_000);
const EXPECTED = createHash('sha256').update(FILE).digest('hex') as Sha256;

let files: TestServer;
let store: TestServer;
let downloads: ChaosProxy;
let uploads: ChaosProxy;
let clients: HttpClient[];
/** What the store holds: only bodies that arrived whole. */
let stored: Buffer[];
let etag: () => string | undefined;

beforeEach(async () => {
  stored = [];
  clients = [];
  etag = () => '"v1"';
  files = await startHttpServer(serveFile);
  store = await startHttpServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    stored.push(Buffer.concat(chunks));
    response.end();
  });
  downloads = await startChaosProxy({ target: files.url });
  uploads = await startChaosProxy({ target: store.url });
});

afterEach(async () => {
  for (const server of [...clients, downloads, uploads, files, store]) await server.close();
});

function serveFile(request: IncomingMessage, response: ServerResponse): void {
  const current = etag();
  const headers = { 'accept-ranges': 'bytes', ...(current === undefined ? {} : { etag: current }) };
  const from = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
  if (from !== undefined && request.headers['if-range'] === current) {
    const rest = FILE.subarray(Number(from));
    response.writeHead(206, {
      ...headers,
      'content-length': rest.length,
      'content-range': `bytes ${from}-${FILE.length - 1}/${FILE.length}`,
    });
    response.end(rest);
  } else {
    response.writeHead(200, { ...headers, 'content-length': FILE.length }).end(FILE);
  }
}

interface Setup extends Partial<TransferInput> {
  readonly download?: readonly (ChaosAction | Fault)[];
  readonly upload?: readonly (ChaosAction | Fault)[];
  readonly timeouts?: HttpTimeouts;
}

const fault = (each: ChaosAction | Fault): Fault => ('kind' in each ? { action: each } : each);

function transfer({ download = [], upload = [], timeouts = {}, ...input }: Setup): Promise<TransferOutcome> {
  downloads.addFaults(...download.map(fault));
  uploads.addFaults(...upload.map(fault));
  const common = { userAgent: 'test', timeouts, ...(input.signal ? { signal: input.signal } : {}) };
  const upstream = createHttpClient({ side: 'upstream', ...common });
  const destination = createHttpClient({ side: 'destination', ...common });
  clients.push(upstream, destination);
  let links = 0;
  return transferFile({
    source: httpByteSource({
      http: upstream,
      name: 'the package',
      url: `${downloads.url}/file.zip?sig=secret`,
      onStatus: (status) => new SyncError('ReleaseFileMissing', `answered ${status}`),
    }),
    sink: httpByteSink({
      http: destination,
      name: 'the upload',
      link: async () => `${uploads.url}/upload/${(links += 1)}?sig=secret`,
    }),
    expected: EXPECTED,
    sleep: async () => {},
    ...input,
  });
}

function expectStored(): void {
  expect(stored.map((bytes) => bytes.equals(FILE))).toEqual([true]);
}

describe('a transfer between two servers', () => {
  it('is one GET and one PUT', async () => {
    expect(await transfer({})).toEqual({ bytes: 1_000_000, sha256: EXPECTED, resumes: 0, restarts: 0 });
    expectStored();
    expect(downloads.requests.map(({ method }) => method)).toEqual(['GET']);
    expect(uploads.requests.map(({ method }) => method)).toEqual(['PUT']);
  });

  it.each([0, 1, 65_536, 999_999])(
    'goes on inside the same upload when the download drops after %i bytes',
    async (afterBytes) => {
      expect(await transfer({ download: [{ kind: 'drop-response', afterBytes }] })).toMatchObject({
        resumes: 1,
        restarts: 0,
      });
      expectStored();
      expect(uploads.requests).toHaveLength(1);
      expect(downloads.requests[1]?.headers.range).toBe(
        afterBytes === 0 ? undefined : `bytes=${afterBytes}-`,
      );
    },
  );

  it('begins again when the download drops and its ETag has changed', async () => {
    let version = 0;
    etag = () => `"v${(version += 1)}"`;
    expect(await transfer({ download: [{ kind: 'drop-response', afterBytes: 500_000 }] })).toMatchObject({
      resumes: 0,
      restarts: 1,
    });
    expectStored();
    expect(uploads.requests.map(({ path }) => path)).toEqual([
      '/upload/1?sig=secret',
      '/upload/2?sig=secret',
    ]);
  });

  it('begins again when the download drops and there is no ETag', async () => {
    etag = () => undefined;
    expect(await transfer({ download: [{ kind: 'drop-response', afterBytes: 500_000 }] })).toMatchObject({
      restarts: 1,
    });
    expectStored();
  });

  it.each<[string, readonly ChaosAction[], number]>([
    ['drops within the body', [{ kind: 'drop-request', afterBytes: 300_000 }], 1],
    ['drops before the body', [{ kind: 'drop' }], 1],
    [
      'answers 500, then 429',
      [
        { kind: 'answer', status: 500 },
        { kind: 'answer', status: 429 },
      ],
      2,
    ],
  ])('begins the upload again at a fresh link when it %s', async (_, upload, restarts) => {
    expect(await transfer({ upload })).toMatchObject({ restarts });
    expectStored();
    expect(uploads.requests.at(-1)?.path).toBe(`/upload/${restarts + 1}?sig=secret`);
  });

  it('sends the file again when the answer to a whole upload was lost', async () => {
    expect(await transfer({ upload: [{ kind: 'lose-answer' }] })).toMatchObject({ restarts: 1 });
    expect(stored.map((bytes) => bytes.equals(FILE))).toEqual([true, true]);
  });

  it.each<[string, ChaosAction]>([
    ['one byte is flipped', { kind: 'flip-byte', at: 999_999 }],
    ['it is cut short', { kind: 'truncate', afterBytes: 999_999 }],
    ['it is empty', { kind: 'truncate', afterBytes: 0 }],
    ['a captive portal answers', { kind: 'html' }],
  ])('stores nothing when %s', async (_, action) => {
    await expect(transfer({ download: [action] })).rejects.toMatchObject({
      code: 'DigestMismatch',
      origin: 'upstream',
      message: expect.stringContaining('the package'),
    });
    expect(stored).toEqual([]);
  });

  it('waits out a burst of 503 and 429 from the source', async () => {
    const download = [
      { times: 2, action: { kind: 'answer', status: 503 } as const },
      { kind: 'answer', status: 429 } as const,
    ];
    expect(await transfer({ download })).toMatchObject({ resumes: 0, restarts: 0 });
    expectStored();
  });

  it('ends with what the caller makes of a 404', async () => {
    await expect(transfer({ download: [{ kind: 'answer', status: 404 }] })).rejects.toMatchObject({
      code: 'ReleaseFileMissing',
    });
    expect(uploads.requests).toEqual([]);
  });

  it('resumes a download that stalls', async () => {
    const outcome = transfer({
      download: [{ kind: 'stall', afterBytes: 400_000 }],
      timeouts: { idleMs: 100 },
    });
    expect(await outcome).toMatchObject({ resumes: 1, restarts: 0 });
    expectStored();
  });

  it('gives up a download that stalls every time, naming the file, the host and the timeout', async () => {
    const outcome = transfer({
      download: [{ times: Number.POSITIVE_INFINITY, action: { kind: 'stall', afterBytes: 0 } }],
      timeouts: { idleMs: 50 },
      limits: { resumes: 2 },
    });
    await expect(outcome).rejects.toMatchObject({
      code: 'UpstreamUnavailable',
      message: expect.stringMatching(/^the package: the request to 127\.0\.0\.1:\d+ failed: .*timeout/),
    });
    expect(stored).toEqual([]);
  });

  it('begins an upload again whose answer does not come', async () => {
    const outcome = transfer({ upload: [{ kind: 'stall' }], timeouts: { headersMs: 100 } });
    expect(await outcome).toMatchObject({ restarts: 1 });
    expectStored();
  });

  it('ends at once when the run is interrupted while the source stalls', async () => {
    const run = new AbortController();
    const outcome = transfer({
      download: [{ kind: 'stall', afterBytes: 500_000 }],
      signal: run.signal,
      onProgress: (bytes) => {
        if (bytes === 500_000) run.abort();
      },
    });
    await expect(outcome).rejects.toMatchObject({ code: 'Interrupted' });
    expect(stored).toEqual([]);
  });

  it('never stores a wrong file, wherever both sides break', async () => {
    const place = fc.integer({ min: 0, max: 1_000_000 });
    const download = fc.oneof(
      place.map((afterBytes): ChaosAction => ({ kind: 'drop-response', afterBytes })),
      place.map((at): ChaosAction => ({ kind: 'flip-byte', at })),
      place.map((afterBytes): ChaosAction => ({ kind: 'truncate', afterBytes })),
      fc.constant<ChaosAction>({ kind: 'drop' }),
      fc.constant<ChaosAction>({ kind: 'html' }),
    );
    const upload = fc.oneof(
      place.map((afterBytes): ChaosAction => ({ kind: 'drop-request', afterBytes })),
      fc.constant<ChaosAction>({ kind: 'answer', status: 503 }),
    );
    const faults = fc.record({
      download: fc.array(download, { maxLength: 3 }),
      upload: fc.array(upload, { maxLength: 2 }),
    });
    await fc.assert(
      fc.asyncProperty(faults, async (faults) => {
        stored.length = 0;
        downloads.clearFaults();
        uploads.clearFaults();
        const outcome = await transfer(faults).then(
          () => 'stored',
          (error: unknown) => (error instanceof SyncError ? 'refused' : error),
        );
        expect(['stored', 'refused']).toContain(outcome);
        expect(stored.map((bytes) => bytes.equals(FILE))).toEqual(outcome === 'stored' ? [true] : []);
      }),
      { numRuns: 15 },
    );
  });
});
