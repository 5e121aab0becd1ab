import { SyncError } from '../../domain/errors.ts';
import { isPassingStatus } from '../../domain/failures.ts';
import { interruptionOf } from '../../domain/transfer/interruption.ts';
import { parseHttpAddress } from './address.ts';
import { createAddressGuard } from './address-guard.ts';
import type { HttpClient, HttpClientOptions, HttpDocument, HttpRequest } from './contract.ts';
import { holdCredentials } from './credentials.ts';
import { createDispatcher } from './dispatcher.ts';
import { fetchDocument } from './documents.ts';
import { failureOf, unavailableAnswer } from './failures.ts';
import { createRateLimiter, sleepUnlessAborted } from './rate-limiter.ts';
import { createRetrying, DEFAULT_RETRY } from './retry.ts';
import { openStream, sendStream } from './streams.ts';
import { naming, type Wire } from './wire.ts';

const DEFAULT_TIMEOUTS = {
  connectMs: 10_000,
  headersMs: 60_000,
  idleMs: 60_000,
  documentMs: 60_000,
  slowMs: 60_000,
  leastBytesPerSecond: 1024,
};

/** Throws CaBundleUnreadable and SettingsInvalid (proxy address). */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const closing = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal;
  const wire = createWire({ ...options, signal });
  const { side, dispatcher } = wire;
  const limiter =
    options.limiter ??
    (options.requestsPerSecond === undefined
      ? undefined
      : createRateLimiter({ perSecond: options.requestsPerSecond, now: wire.monotonic, sleep: wire.sleep }));
  const retry = { ...DEFAULT_RETRY, ...options.retry };
  const attempt = async (request: HttpRequest, departed: () => void): Promise<HttpDocument> => {
    // A secret link leads to the storage behind the API, which has limits of its own.
    if (!request.secretUrl) await limiter?.take(wire.signal);
    departed();
    return fetchDocument(wire, request);
  };
  const repeated = createRetrying(wire, retry, options.onRetry, attempt);
  return {
    side,
    noteLink: (link, documentUrl) => wire.guard.noteLink(link, new URL(documentUrl)),
    request: async (request) => {
      holdCredentials(request);
      const about = naming(request, parseHttpAddress(request.url));
      if (wire.signal?.aborted) throw interruptionOf(wire.signal.reason);
      const document = await repeated(request).catch((error: unknown) => {
        throw failureOf(error, side, about, wire.signal);
      });
      if (isPassingStatus(document.status)) throw unavailableAnswer(side, about, document, wire.now());
      return document;
    },
    open: (request) => {
      holdCredentials(request);
      return openStream(wire, request);
    },
    send: (request) => {
      holdCredentials(request);
      return sendStream(wire, request);
    },
    close: () => {
      closing.abort(new SyncError('Interrupted', 'The connections were closed before it was done.'));
      return dispatcher.destroy();
    },
  };
}

function createWire(options: HttpClientOptions): Wire {
  const timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts };
  const { side, allowedHosts } = options;
  const guard = createAddressGuard({ side, allowedHosts, lookup: options.lookup });
  return {
    side,
    guard,
    userAgent: options.userAgent,
    signal: options.signal,
    timeouts,
    now: options.now ?? Date.now,
    monotonic: options.monotonic ?? (() => performance.now()),
    sleep: options.sleep ?? sleepUnlessAborted,
    dispatcher: createDispatcher({
      ...timeouts,
      lookup: guard.lookup,
      caBundle: options.caBundle,
      httpsProxy: options.proxy?.httpsProxy,
      noProxy: options.proxy?.noProxy,
    }),
  };
}
