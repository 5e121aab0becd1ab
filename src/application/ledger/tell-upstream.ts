import { eventType } from '../../domain/events/types/schema.ts';
import type { LedgerEntry } from '../../domain/ledger/entry.ts';
import { NEWS_EVENTS, renderUpstreamNews } from '../../domain/notification/render-upstream.ts';
import type { Bookmark } from '../../ports/bookmark.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { Notifier } from '../../ports/notifier.ts';

export interface TellingPorts {
  readonly ledger: Pick<Ledger, 'readTime'>;
  readonly notifier: Notifier;
  readonly bookmark: Bookmark;
  readonly clock: Clock;
}

const MINUTE = 60_000;
/** Entries may appear a little later in the index by time than they were received. */
const SETTLED_MS = 5 * MINUTE;
/** How far back one looks who has never looked. */
const FIRST_LOOK_MS = 24 * 60 * MINUTE;
const PAGE = 1000;

/**
 * Tells people what the ledger has heard since the last time of versions that were withdrawn or cut again upstream, in
 * one message; once, because it remembers how far it has told. Returns how many it told of. Throws the ports' errors.
 */
export async function tellUpstreamNews(ports: TellingPorts): Promise<number> {
  const { ledger, notifier, bookmark, clock } = ports;
  const to = new Date(clock.now().getTime() - SETTLED_MS);
  const from = (await bookmark.read()) ?? new Date(to.getTime() - FIRST_LOOK_MS);
  if (from >= to) return 0;
  const types = new Set(NEWS_EVENTS.map(eventType));
  const news: LedgerEntry[] = [];
  let start = from;
  for (;;) {
    const page = await ledger.readTime({ from: start, to, limit: PAGE });
    news.push(...page.filter(({ event }) => types.has(event.type)));
    const last = page.at(-1)?.event.received;
    if (page.length < PAGE || last === undefined) break;
    // The entries of that very millisecond come again; none is left out.
    const next = new Date(last);
    start = next > start ? next : new Date(start.getTime() + 1);
  }
  const once = [...new Map(news.map((entry) => [`${entry.stream} ${entry.seq}`, entry])).values()];
  if (once.length > 0) await notifier.notify(renderUpstreamNews(once));
  await bookmark.write(to);
  return once.length;
}
