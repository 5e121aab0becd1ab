import { quote } from '../integrity/untrusted-text.ts';
import type { AdmissionDecision, AdmissionReason } from './decide.ts';

/** A version that was newer than the one that is taken, or asked for, and is not let in. */
export interface PassedOver {
  readonly version: string;
  readonly outcome: 'held' | 'refused';
  /** The rules that stand against it. */
  readonly rules: readonly string[];
  /** ISO 8601; null while a person has to let it in, or for ever. */
  readonly until: string | null;
  /** In words: "6.57.0 is held until 2026-08-05: 3 hours old". */
  readonly text: string;
}

export function passedOver(version: string, decision: AdmissionDecision): PassedOver {
  const { outcome, reasons, until } = decision;
  return {
    version,
    outcome: outcome === 'refused' ? 'refused' : 'held',
    rules: reasons.map(({ rule }) => rule),
    until: until?.toISOString() ?? null,
    text: describeDecision(version, decision),
  };
}

/** One line: "6.57.0 is held until 2026-08-05: 3 hours old, and 7d are asked for". */
function describeDecision(version: string, { outcome, reasons, until }: AdmissionDecision): string {
  const end = until === undefined ? '' : ` until ${dayOf(until)}`;
  return `${version} is ${outcome}${end}: ${reasons.map(describeReason).join('; ')}`;
}

function describeReason(reason: AdmissionReason): string {
  switch (reason.rule) {
    case 'source-not-allowed':
      return `the policy does not allow ${quote(reason.name)}`;
    case 'recalled':
      return `recalled${reason.by === undefined ? '' : ` by ${reason.by}`}, ${reason.reason}`;
    case 'approval':
      return reason.from === undefined || reason.line === 'all'
        ? 'every version waits for an approval'
        : `a new ${reason.line} version after ${reason.from} waits for an approval`;
    case 'minimum-age':
      return reason.age === undefined
        ? `never seen before, and ${reason.minimumAge.text} are asked for`
        : `${ageOf(reason.age)} old, and ${reason.minimumAge.text} are asked for`;
    case 'admitted-before':
      return `let in before, on ${dayOf(reason.at)}`;
    case 'approved':
      return `approved by ${reason.by} on ${dayOf(reason.at)}, ${reason.reason}`;
    case 'old-enough':
      return `${reason.basis === 'seen' ? 'first seen' : 'published, by the registry’s word,'} on ${dayOf(reason.since)}`;
    case 'exempt':
      return `${reason.pattern} is exempt from the minimum age`;
    default:
      return 'the policy asks for no age';
  }
}

function dayOf(date: Date): string {
  return date.toISOString().slice(0, 10);
}

const HOUR = 3_600_000;

/** "40 minutes", "3 hours", "5 days": rounded down, so that nothing looks older than it is. */
function ageOf(milliseconds: number): string {
  const [count, unit] =
    milliseconds < HOUR
      ? [Math.floor(milliseconds / 60_000), 'minute']
      : milliseconds < 48 * HOUR
        ? [Math.floor(milliseconds / HOUR), 'hour']
        : [Math.floor(milliseconds / (24 * HOUR)), 'day'];
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}
