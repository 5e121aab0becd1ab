import { dataOf } from '../events/types/schema.ts';
import { printable } from '../integrity/untrusted-text.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import { type NotificationMessage, toBody, toSubject } from './message.ts';

/** The types of events that people are told of, once, when the ledger has heard of them. */
export const NEWS_EVENTS = ['version.gone-upstream', 'version.recut', 'ledger.conflict'] as const;

const MOST_NAMED = 50;

/** What was withdrawn or cut again upstream, as one message. */
export function renderUpstreamNews(entries: readonly LedgerEntry[]): NotificationMessage {
  const lines = entries.slice(0, MOST_NAMED).map((entry) => printable(lineOf(entry)));
  const more = entries.length - lines.length;
  return {
    subject: toSubject(
      entries.length === 1
        ? `Provider sync: changed upstream: ${entries[0]?.stream ?? ''}`
        : `Provider sync: ${entries.length} things changed upstream`,
    ),
    body: toBody([
      'Something changed at public registries that a publisher should not change without a reason. Nothing was taken out of a destination for it.',
      ...lines,
      more > 0 ? `${more} more: "provider-sync history" shows them.` : '',
      'What to try: read what the publisher says of it. If the version is bad, call it back with "provider-sync recall", and the next sync takes it out; if it is good, there is nothing to do. "provider-sync evidence" shows where each came from. This is told once.',
    ]),
  };
}

function lineOf({ stream, event }: LedgerEntry): string {
  const gone = dataOf('version.gone-upstream', event);
  if (gone) {
    return `${stream} ${gone.version} was delivered, and its public registry lists it no more (seen ${event.received ?? ''}).`;
  }
  const recut = dataOf('version.recut', event);
  if (recut) {
    return `${stream} ${recut.version} was cut again: its SHA256SUMS has the digest ${recut.shasums} now and had ${recut.before} before (seen ${event.received ?? ''}). Its age begins anew.`;
  }
  const conflict = dataOf('ledger.conflict', event);
  return `${stream}: the event ${conflict?.ofId ?? ''} of ${conflict?.ofSource ?? ''} came again with other contents; the first stays.`;
}
