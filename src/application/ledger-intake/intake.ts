import { eventNameOf, eventType } from '../../domain/events/types/schema.ts';
import type { CloudEvent } from '../../domain/ledger/entry.ts';
import { enrichEvent, type Known } from '../../domain/ledger-intake/enrich.ts';
import { judgeEnvelope, judgeEvent, type Verdict } from '../../domain/ledger-intake/judge.ts';
import { processEvent } from '../../domain/ledger-intake/process.ts';
import { type Rejection, rejection } from '../../domain/ledger-intake/rejection.ts';
import type { IntakeRules } from '../../domain/ledger-intake/rules.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EventTypes } from '../../ports/event-types.ts';
import type { Appended, Ledger } from '../../ports/ledger.ts';
import { hashText } from '../ledger/hash-text.ts';

/** How many of an artifact's newest entries are looked at for the state before. */
const RECENT = 50;

/** Step one: is it an event, of a known type, with the data of its type? Throws when types cannot be read for now. */
export async function validate(
  { types }: { readonly types: EventTypes },
  message: Readonly<Record<string, unknown>>,
): Promise<Verdict> {
  const envelope = judgeEnvelope(message);
  if ('rejection' in envelope) return envelope;
  const { event } = envelope;
  const registered = eventNameOf(event.type) === undefined ? await types.find(event.type) : undefined;
  return judgeEvent(hashText, event, registered);
}

/** Step two: as it is kept. */
export function process(clock: Clock, event: CloudEvent, rules: IntakeRules): CloudEvent {
  return processEvent(hashText, event, rules, clock.now());
}

/** Step three: with what the ledger knows. Throws as the ledger does. */
export async function enrich(ledger: Ledger, event: CloudEvent, rules: IntakeRules): Promise<CloudEvent> {
  return enrichEvent(event, rules, await knownOf(ledger, event, rules));
}

async function knownOf(ledger: Ledger, event: CloudEvent, { enrich = [] }: IntakeRules): Promise<Known> {
  if (eventNameOf(event.type) !== undefined) return await knownOfVersion(ledger, event);
  const { artifact } = event;
  const asks = enrich.some((rule) => !('cases' in rule));
  if (artifact === undefined || !asks) return { first: undefined, recent: [] };
  const [first, recent] = await Promise.all([ledger.firstSight(artifact), ledger.newestOf(artifact, RECENT)]);
  return { first, recent };
}

/** Of the product's own events the artifact is a version of a provider, in the provider's stream. */
async function knownOfVersion(ledger: Ledger, { subject = '', data }: CloudEvent): Promise<Known> {
  const { version } = data as { version?: unknown };
  if (typeof version !== 'string') {
    return { first: undefined, recent: await ledger.read(subject, { limit: RECENT }) };
  }
  // A version has tens of entries, not thousands.
  const entries = await ledger.read(subject, { version });
  const sighted = eventType('version.sighted');
  return { first: entries.find(({ event }) => event.type === sighted), recent: entries };
}

export type Taken =
  | { readonly outcome: Exclude<Appended, 'conflict'> }
  | { readonly outcome: 'conflict' | 'rejected'; readonly reason: Rejection };

const CONFLICT = rejection(
  'conflict',
  'The ledger has an event of this source and id with other contents. The first one stays.',
);

/** Step four: into the ledger, once. Of a conflict the ledger keeps an entry of its own. Throws as the ledger does. */
export async function append(ledger: Ledger, events: readonly CloudEvent[]): Promise<readonly Taken[]> {
  const outcomes = await ledger.append(events);
  return outcomes.map((outcome) => (outcome === 'conflict' ? { outcome, reason: CONFLICT } : { outcome }));
}

interface IntakePorts {
  readonly ledger: Ledger;
  readonly types: EventTypes;
  readonly clock: Clock;
}

/** All four steps for many events at once, as one machine takes them in: in their order, in one append. */
export async function takeIn(
  { ledger, types, clock }: IntakePorts,
  messages: readonly Readonly<Record<string, unknown>>[],
): Promise<readonly Taken[]> {
  const taken: Taken[] = [];
  const good: { readonly place: number; readonly event: CloudEvent }[] = [];
  for (const [place, message] of messages.entries()) {
    const verdict = await validate({ types }, message);
    if ('rejection' in verdict) {
      taken[place] = { outcome: 'rejected', reason: verdict.rejection };
      continue;
    }
    const processed = process(clock, verdict.event, verdict.rules);
    good.push({ place, event: await enrich(ledger, processed, verdict.rules) });
  }
  const outcomes = await append(
    ledger,
    good.map(({ event }) => event),
  );
  for (const [index, outcome] of outcomes.entries()) taken[good[index]?.place ?? 0] = outcome;
  return taken;
}
