import type { LookupFunction } from 'node:net';
import type { RateLimiter } from './rate-limiter.ts';

/** Whose server is spoken to: decides between UpstreamUnavailable and DestinationUnavailable, and so on. */
export type Side = 'upstream' | 'destination';

export type HttpMethod = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Aimed {
  readonly url: string;
  /** What the request is about, for messages: "the versions of hashicorp/aws". Never the link. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole link is a secret (pre-signed): messages name its host alone. */
  readonly secretUrl?: boolean;
}

export interface HttpRequest extends Aimed {
  readonly method: HttpMethod;
  readonly body?: string | Uint8Array;
  /** The most bytes the (decompressed) answer may have. */
  readonly maxBytes: number;
}

/** A whole answer in memory. */
export interface HttpDocument {
  readonly status: number;
  readonly headers: Headers;
  /** After redirects. */
  readonly url: string;
  readonly bytes: Uint8Array;
  /** As in the request, and as in the client: for messages about what the document says. */
  readonly target: string;
  readonly side: Side;
  /**
   * True when an earlier attempt at the same request may have been carried out: its answer never came, or the
   * server broke off in the middle of it. A 404 to a deletion then means that this one deleted.
   */
  readonly mayHaveActed?: true;
}

export interface HttpOpenRequest extends Aimed {
  /** Asks for the bytes from `offset` on, of the representation with this strong ETag only (If-Range). */
  readonly resume?: { readonly offset: number; readonly etag: string };
}

export interface OpenedHttpBody {
  readonly status: number;
  readonly headers: Headers;
  /** After redirects. May be pre-signed: never for messages. */
  readonly url: string;
  /**
   * To be read once. Errors: `<Side>Unavailable` when it breaks, stalls or ends short, Interrupted. An
   * iterator's `return` gives the connection up, also before the first `next`. Broken off when slower than
   * `HttpTimeouts` allow.
   */
  readonly body: AsyncIterable<Uint8Array>;
}

export interface HttpSendRequest extends Aimed {
  /** Default PUT. */
  readonly method?: 'PUT' | 'PATCH';
  readonly body: AsyncIterable<Uint8Array>;
  /** The content-length in bytes; undefined sends chunked. */
  readonly size: number | undefined;
}

/**
 * The one way out over HTTP. Common to all three methods:
 * an answer of any status is returned, but for those that may pass (408, 429, 5xx other than 501 and 505),
 * which throw `<Side>Unavailable` with `retryAfterSeconds` where the server gave it, as do network errors and
 * timeouts; what lasts until somebody mends it (an unknown host, an untrusted certificate, a proxy that refuses)
 * throws `<Side>Unreachable` at once. AddressRefused: plain http beyond loopback, and private addresses that the
 * operator did not name; `<Side>ResponseInvalid` where a server's link or redirect led there. Interrupted: the
 * run's signal.
 */
export interface HttpClient {
  readonly side: Side;
  /**
   * Remembers that the document at `documentUrl` names `link`, before the link is asked: where a private host that
   * the operator named does so, `link` may be private too, and a refusal names the server that linked to it.
   */
  noteLink(link: URL, documentUrl: string): void;
  /**
   * One document, read whole. Network errors and the statuses above are met with repetition first: always
   * after a 429 (it was not processed) or when no connection came about, otherwise only for GET, HEAD, PUT
   * and DELETE. Redirects are followed for GET and HEAD. `<Side>ResponseInvalid` when longer than `maxBytes`
   * or redirected in circles.
   */
  request(request: HttpRequest): Promise<HttpDocument>;
  /** A streaming GET. Never repeated; follows redirects. */
  open(request: HttpOpenRequest): Promise<OpenedHttpBody>;
  /**
   * A streaming PUT or PATCH. Never repeated or redirected. When `body` throws, the request is broken off before its
   * last byte and the error is thrown on. The headers go out with the first bytes of `body`, not before.
   */
  send(request: HttpSendRequest): Promise<HttpDocument>;
  close(): Promise<void>;
}

export interface HttpTimeouts {
  /** Milliseconds until a connection (TLS included) stands. Default 10,000. */
  readonly connectMs?: number;
  /** Until the answer's headers, once the request is sent. Default 60,000. */
  readonly headersMs?: number;
  /** Without a byte either way while a body is on its way. Default 60,000. */
  readonly idleMs?: number;
  /** One attempt at a document, and the answer to an upload, from first to last byte. Default 60,000. */
  readonly documentMs?: number;
  /** A body on its way is broken off when less than `leastBytesPerSecond` passed for this long. Default 60,000. */
  readonly slowMs?: number;
  /** Default 1,024. Only the time counts in which the server alone is waited for. */
  readonly leastBytesPerSecond?: number;
}

export interface HttpRetry {
  /** Attempts at a document, the first included. Default 5. */
  readonly attempts?: number;
  /** The n-th delay is random between 0 and `baseDelayMs * 2^(n-1)`. Default 500. */
  readonly baseDelayMs?: number;
  /** The cap of that delay. What the server asks for is added to it. Default 30,000. */
  readonly maxDelayMs?: number;
  /** No further attempt that would begin later than this after the first. Default 180,000. */
  readonly totalMs?: number;
  /** In [0, 1). */
  readonly random?: () => number;
}

export interface HttpClientOptions {
  readonly side: Side;
  readonly userAgent: string;
  /** Ends everything this client does. */
  readonly signal?: AbortSignal;
  /** PEM certificates trusted in addition to the platform's roots. */
  readonly caBundle?: string;
  /** What HTTPS_PROXY and NO_PROXY say. */
  readonly proxy?: { readonly httpsProxy?: string; readonly noProxy?: string };
  /** Never more documents than this in any second; streams and secret links are not counted. Default: unlimited. */
  readonly requestsPerSecond?: number;
  /** In place of `requestsPerSecond`: a limiter that outlives the client, shared by all that ask one server. */
  readonly limiter?: RateLimiter;
  /**
   * Hosts that the operator named, the registry's own among them: only they, and what they link to, may have an
   * address that is private. Default: this machine itself may be asked and nothing else that is private.
   */
  readonly allowedHosts?: readonly string[];
  /** Looks names up. Default: the system's resolver. */
  readonly lookup?: LookupFunction;
  readonly timeouts?: HttpTimeouts;
  readonly retry?: HttpRetry;
  /** Before the wait for another attempt. */
  readonly onRetry?: (event: {
    readonly target: string;
    /** The attempt to come: 2 is the first repetition. */
    readonly attempt: number;
    readonly reason: string;
  }) => void;
  /** Milliseconds since 1970, for dates in Retry-After. Default: the machine's clock. */
  readonly now?: () => number;
  /** Milliseconds that only grow, for everything that takes time. Default: since the process began. */
  readonly monotonic?: () => number;
  /** Rejects when the signal is aborted. Default: a timer. */
  readonly sleep?: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}
