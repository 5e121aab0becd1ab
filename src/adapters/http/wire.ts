import type { Dispatcher } from 'undici';
import type { AddressGuard } from './address-guard.ts';
import type { HttpTimeouts, Side } from './contract.ts';
import type { About } from './failures.ts';
import type { Hop } from './redirects.ts';

/** What every exchange of one client shares, with its defaults filled in. */
export interface Wire {
  readonly side: Side;
  readonly userAgent: string;
  readonly dispatcher: Dispatcher;
  readonly guard: AddressGuard;
  readonly signal: AbortSignal | undefined;
  readonly timeouts: Required<HttpTimeouts>;
  /** Milliseconds since 1970: for dates that servers send, and nothing else. */
  readonly now: () => number;
  /** Milliseconds that only grow: for everything that takes time. */
  readonly monotonic: () => number;
  readonly sleep: (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** How messages name a request: what it is about, and its host; the path too unless the link is secret. */
export function naming(request: { readonly target: string; readonly secretUrl?: boolean }, url: URL): About {
  return { target: request.target, host: request.secretUrl ? url.host : url.host + url.pathname };
}

/** Carries `send` out where the hop leads to an address that may be asked. */
export async function guarded<T>(
  wire: Wire,
  target: string,
  hop: Pick<Hop, 'url'>,
  send: () => Promise<T>,
): Promise<T> {
  try {
    wire.guard.requireAllowed(hop.url);
    return await send();
  } catch (error) {
    const refusal = wire.guard.refusalIn(error, { target, url: hop.url });
    throw refusal ?? error;
  }
}
