import { eventNameOf } from '../events/types/schema.ts';
import type { CloudEvent, HashText } from '../ledger/entry.ts';
import { moneyOf } from './money.ts';
import { type IntakeRules, memberOf } from './rules.ts';
import { artifactOf, streamFor } from './stream.ts';

/** Attributes that the pipeline alone writes: what a producer says there is taken out. */
const OWN_ATTRIBUTES = [
  'received',
  'artifact',
  'clockskew',
  'severity',
  'firstseen',
  'previousstate',
  'runlink',
];

const FUTURE_MS = 5 * 60_000;
const PAST_MS = 2 * 365 * 86_400_000;

/**
 * A valid event as it is kept: its time in UTC, its stream, what its rules derive from it, and a flag where the
 * producer's clock cannot be right. The data stays as it was sent: it is what the schema was asked about and what
 * tells a repetition from a conflict. The same event comes out the same, but for the flag.
 */
export function processEvent(hash: HashText, event: CloudEvent, rules: IntakeRules, now: Date): CloudEvent {
  const kept: Record<string, unknown> = { ...event };
  const ruled = [...(rules.process ?? []), ...(rules.enrich ?? [])].map(({ set }) => set);
  for (const name of [...OWN_ATTRIBUTES, ...ruled]) delete kept[name];
  if (event.time !== undefined) kept['time'] = inUtc(event.time);
  // The product's own have no stream but their subject.
  if (eventNameOf(event.type) !== undefined) delete kept['partitionkey'];
  const stream = streamFor(event, rules);
  if (rules.stream !== undefined && 'stream' in stream) kept['partitionkey'] = stream.stream;
  const artifact = artifactOf(hash, event, rules);
  if (artifact !== undefined) kept['artifact'] = artifact;
  for (const { set, money } of rules.process ?? []) {
    const amount = moneyOf(memberOf(event.data, money.amount), memberOf(event.data, money.currency));
    if (amount !== undefined) kept[set] = amount.text;
  }
  const skew = skewOf(event.time, now);
  if (skew !== undefined) kept['clockskew'] = skew;
  return kept as CloudEvent;
}

/** As it was sent where it is in UTC already: more digits than milliseconds have are not lost. */
function inUtc(time: string): string {
  return time.endsWith('Z') ? time : new Date(time).toISOString();
}

function skewOf(time: string | undefined, now: Date): 'future' | 'past' | undefined {
  if (time === undefined) return undefined;
  const ahead = Date.parse(time) - now.getTime();
  if (ahead > FUTURE_MS) return 'future';
  return ahead < -PAST_MS ? 'past' : undefined;
}
