import type { Dispatcher } from 'undici';
import type { HttpTimeouts, Side } from './contract.ts';

/** What every exchange of one client shares, with its defaults filled in. */
export interface Wire {
  readonly side: Side;
  readonly userAgent: string;
  readonly dispatcher: Dispatcher;
  readonly signal: AbortSignal | undefined;
  readonly timeouts: Required<HttpTimeouts>;
  /** Milliseconds. */
  readonly now: () => number;
  /** Told of every chunk of a streamed answer. */
  readonly onStreamed: (bytes: number) => void;
  readonly sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** How messages name a request: what it is about, and its host; the path too unless the link is secret. */
export function naming(
  request: { readonly target: string; readonly secretUrl?: boolean },
  url: URL,
): { readonly target: string; readonly host: string } {
  return { target: request.target, host: request.secretUrl ? url.host : url.host + url.pathname };
}
