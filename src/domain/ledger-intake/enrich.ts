import { eventNameOf } from '../events/types/schema.ts';
import type { CloudEvent, LedgerEntry } from '../ledger/entry.ts';
import { executionLink, placeOfArn } from '../notification/console-links.ts';
import { type EnrichRule, type IntakeRules, meets, memberOf } from './rules.ts';
import { severityOf } from './severity.ts';

/** What the ledger knows of the artifact that an event is about. */
export interface Known {
  readonly first: LedgerEntry | undefined;
  /** The newest entries that came in, in any order. */
  readonly recent: readonly LedgerEntry[];
}

const MAX_ATTRIBUTE = 2000;

/**
 * A processed event with what is known beside it, as extension attributes: when its artifact was first seen, what state
 * it had before, how much it matters, and where the run that reported it is looked at. They are no part of what makes an
 * event the same as another.
 */
export function enrichEvent(event: CloudEvent, rules: IntakeRules, known: Known): CloudEvent {
  const before = stateBefore(event, known.recent);
  const added: Record<string, string> = {};
  const add = (name: string, value: unknown) => {
    if (value === undefined || value === null) return;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    // An attribute has no control characters (CloudEvents 1.0, "String").
    added[name] = text
      .slice(0, MAX_ATTRIBUTE)
      .replaceAll(/\p{Cc}/gu, '\u{FFFD}')
      .toWellFormed();
  };
  if (eventNameOf(event.type) === undefined) {
    for (const rule of rules.enrich ?? []) add(rule.set, valueOf(rule, event, before, known.first));
  } else {
    add('severity', severityOf(event.type));
    add('firstseen', known.first?.event.received);
    add('previousstate', before?.type);
  }
  add('runlink', runLinkOf(event));
  return { ...event, ...added };
}

function valueOf(
  rule: EnrichRule,
  event: CloudEvent,
  before: CloudEvent | undefined,
  first: LedgerEntry | undefined,
): unknown {
  if ('cases' in rule) return rule.cases.find(({ when }) => meets(event.data, when))?.value ?? rule.otherwise;
  if ('previous' in rule) return memberOf(before?.data, rule.previous);
  return first?.event.received;
}

/**
 * The event before this one by the producers' time, and by id within one moment: events may come in any order, and
 * waiting for an earlier one could take for ever. The event itself, repeated, is not before it.
 */
function stateBefore(event: CloudEvent, recent: readonly LedgerEntry[]): CloudEvent | undefined {
  const place = placeOf(event) ?? [Number.POSITIVE_INFINITY, ''];
  return recent
    .map((entry) => entry.event)
    .filter((each) => each.source !== event.source || each.id !== event.id)
    .filter((each) => isBefore(placeOf(each) ?? [Number.NEGATIVE_INFINITY, ''], place))
    .reduce<CloudEvent | undefined>((newest, each) => {
      const [here, there] = [placeOf(each), newest && placeOf(newest)];
      return there === undefined || (here !== undefined && isBefore(there, here)) ? each : newest;
    }, undefined);
}

type Place = readonly [number, string];

function placeOf({ time, received, id }: CloudEvent): Place | undefined {
  const moment = Date.parse(time ?? received ?? '');
  return Number.isNaN(moment) ? undefined : [moment, id];
}

function isBefore([a, aId]: Place, [b, bId]: Place): boolean {
  return a < b || (a === b && aId < bId);
}

/** A producer names the execution that it ran in by its ARN, as the attribute `run`. */
function runLinkOf({ run }: CloudEvent): string | undefined {
  if (typeof run !== 'string' || !/^arn:[a-z-]+:states:[a-z0-9-]+:\d{12}:e/.test(run)) return undefined;
  const place = placeOfArn(run);
  return place && executionLink(place, run);
}
