import { eventNameOf } from '../events/types/schema.ts';
import { canonicalize } from '../ledger/canonical.ts';
import { type CloudEvent, type HashText, streamOf } from '../ledger/entry.ts';
import { type Rejection, rejection } from './rejection.ts';
import { type IntakeRules, memberOf } from './rules.ts';

/** The name of a stream is a sort key of DynamoDB, which takes 1,024 bytes. */
const MAX_STREAM_BYTES = 1000;

/**
 * The stream that an event belongs to. It follows from the fact: what is reported again comes to the same one. The
 * product's own events have no other than their subject.
 */
export function streamFor(
  event: CloudEvent,
  { stream }: IntakeRules,
): { readonly stream: string } | { readonly rejection: Rejection } {
  const name = nameOf(event, stream);
  if (name === undefined) {
    const pointer = `/data/${stream?.member ?? ''}`;
    return {
      rejection: rejection('data', 'The stream cannot be named: neither text nor a whole number.', {
        pointer,
      }),
    };
  }
  if (new TextEncoder().encode(name).length > MAX_STREAM_BYTES) {
    const message = `The name of the event's stream has more than ${MAX_STREAM_BYTES} bytes.`;
    return { rejection: rejection('envelope', message) };
  }
  return { stream: name };
}

function nameOf(event: CloudEvent, rule: IntakeRules['stream']): string | undefined {
  if (eventNameOf(event.type) !== undefined) return event.subject;
  if (rule === undefined) return streamOf(event);
  const value = memberOf(event.data, rule.member);
  const named = (typeof value === 'string' && value !== '') || Number.isSafeInteger(value);
  return named ? `${rule.prefix}${String(value)}` : undefined;
}

/**
 * What finds the entries about one artifact: a digest of its type, without the type's version, and of the members that
 * name it. Undefined when the rules name none, or the data does not have them all.
 */
export function artifactOf(hash: HashText, event: CloudEvent, { artifact }: IntakeRules): string | undefined {
  if (artifact === undefined) return undefined;
  const values = artifact.map((name) => memberOf(event.data, name));
  if (values.some((value) => value === undefined)) return undefined;
  return hash(canonicalize([event.type.replace(/\.v\d+$/, ''), ...values]));
}
