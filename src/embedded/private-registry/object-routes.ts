import { createReadStream, createWriteStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { type Answer, type Exchange, jsonAnswer } from '../http-server/exchange.ts';
import type { Route } from '../http-server/router.ts';
import { serveBytes } from '../http-server/serve-bytes.ts';
import { throttle } from '../http-server/throttle.ts';
import { type DocumentsOnDisk, moveIntoPlace, orUndefined } from './documents-on-disk.ts';
import { Refusal } from './refusal.ts';
import type { LinkClaim } from './schema.ts';
import { OBJECT_PATH, type SignedLinks } from './signed-links.ts';
import type { Store } from './store.ts';

export interface ObjectRouteOptions {
  readonly store: Store;
  readonly links: SignedLinks;
  readonly documents: DocumentsOnDisk;
  readonly maxPackageBytes: number;
  /** Counts a package's bytes and keeps a receipt in their place: for measuring, never for use. */
  readonly discardPackages: boolean;
  readonly bytesPerSecondPerConnection: number | undefined;
}

const MAX_SHASUMS_BYTES = 4 * 1024 * 1024;
const CHUNK_BYTES = 1024 * 1024;

/**
 * The files behind signed links. A PUT is taken once: where the file is already there the answer is 409.
 * A link that expired, was made for something since deleted, or was not made here is 404.
 */
export function objectRoutes(options: ObjectRouteOptions): readonly Route[] {
  const path = `${OBJECT_PATH}:token`;
  const download = (exchange: Exchange): Promise<undefined> => send(options, exchange);
  return [
    { method: 'PUT', path, handle: (exchange) => receive(options, exchange) },
    { method: 'GET', path, handle: download },
    { method: 'HEAD', path, handle: download },
  ];
}

async function send(options: ObjectRouteOptions, exchange: Exchange): Promise<undefined> {
  const claim = await requireClaim(options, exchange, 'download');
  const file = pathOf(options.store, claim);
  const size = await options.store.sizeOf(file);
  if (size === undefined) throw objectNotFound();
  await serveBytes(
    exchange,
    {
      size,
      // Files never change while their owner exists, and owners' ids are never used again.
      etag: `"${claim.owner}-${claim.file}"`,
      contentType: claim.file === 'provider-binary' ? 'application/zip' : 'application/octet-stream',
      read: (start, end) =>
        end > start ? createReadStream(file, { start, end: end - 1, highWaterMark: CHUNK_BYTES }) : nothing(),
    },
    options.bytesPerSecondPerConnection,
  );
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function receive(options: ObjectRouteOptions, exchange: Exchange): Promise<Answer> {
  const claim = await requireClaim(options, exchange, 'upload');
  const file = pathOf(options.store, claim);
  if ((await options.store.sizeOf(file)) !== undefined) throw alreadyThere();
  const { request } = exchange;
  const maxBytes = claim.file === 'provider-binary' ? options.maxPackageBytes : MAX_SHASUMS_BYTES;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);

  const temporary = options.documents.temporaryPath();
  try {
    const body = capped(throttle(request, options.bytesPerSecondPerConnection), maxBytes);
    const discard = options.discardPackages && claim.file === 'provider-binary';
    await keepWhole(request, discard ? keepReceipt(body, temporary) : keepBytes(body, temporary));
    const moved = await orUndefined(moveIntoPlace(temporary, file));
    if (moved === undefined) throw objectNotFound();
    if (!moved) throw alreadyThere();
  } finally {
    await rm(temporary, { force: true });
  }
  return jsonAnswer(200, {});
}

function keepBytes(body: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  return pipeline(body, createWriteStream(path, { highWaterMark: CHUNK_BYTES }));
}

async function keepReceipt(body: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  let bytes = 0;
  for await (const chunk of body) bytes += chunk.length;
  await writeFile(path, `${JSON.stringify({ discarded: true, bytes })}\n`);
}

async function* capped(body: AsyncIterable<Uint8Array>, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

/** A request is not `complete` when its body broke off, whether its length was declared or it came in chunks. */
async function keepWhole(request: IncomingMessage, keeping: Promise<void>): Promise<void> {
  await keeping.catch((error: unknown) => {
    if (request.complete || error instanceof Refusal) throw error;
  });
  if (!request.complete) throw new Refusal(400, [{ title: 'bad request', detail: 'The upload broke off' }]);
}

/** The claim of the link in the path, as long as its version or platform still exists. */
async function requireClaim(
  { links, store }: ObjectRouteOptions,
  exchange: Exchange,
  use: LinkClaim['use'],
): Promise<LinkClaim> {
  const claim = links.read(exchange.param('token'));
  if (!claim || claim.use !== use) throw objectNotFound();
  const owner =
    claim.file === 'provider-binary' ? await store.findPlatform(claim) : await store.findVersion(claim);
  if (owner?.id !== claim.owner) throw objectNotFound();
  return claim;
}

function pathOf(store: Store, claim: LinkClaim): string {
  if (claim.file === 'shasums') return store.shasumsPath(claim);
  return claim.file === 'shasums-sig' ? store.signaturePath(claim) : store.packagePath(claim);
}

const objectNotFound = (): Refusal => new Refusal(404, [{ title: 'not found' }]);

const alreadyThere = (): Refusal =>
  new Refusal(409, [{ title: 'conflict', detail: 'The file has already been uploaded' }]);

const tooLarge = (maxBytes: number): Refusal =>
  new Refusal(413, [{ title: 'payload too large', detail: `At most ${maxBytes} bytes are taken` }]);
