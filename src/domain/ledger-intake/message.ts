import { type Rejection, rejection } from './rejection.ts';

/** Intermediaries are only sure to pass events of 64 KB (CloudEvents 1.0, "Size Limits"). */
const MAX_EVENT_BYTES = 65_536;
/** Levels of lists and objects: neither a validator nor a hash survives any number of them. */
const MAX_DEPTH = 32;

export type ReadMessage =
  | { readonly event: Readonly<Record<string, unknown>> }
  | { readonly rejection: Rejection };

/**
 * Reads the body of a message: an event, or an event in the envelope that SNS puts around it without raw delivery.
 * Nothing is looked at yet but that it is an object of a size that the pipeline can carry.
 */
export function readMessage(body: string): ReadMessage {
  const outer = parse(body);
  const text = outer === undefined ? body : (messageOf(outer.value) ?? body);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MAX_EVENT_BYTES) {
    return {
      rejection: rejection(
        'too-large',
        `The event has ${bytes} bytes; at most ${MAX_EVENT_BYTES} are taken.`,
      ),
    };
  }
  const parsed = text === body ? outer : parse(text);
  if (parsed === undefined) return { rejection: rejection('not-json', 'The message is not JSON.') };
  const event = parsed.value;
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return { rejection: rejection('not-json', 'The message is JSON, but no object.') };
  }
  if (isDeeperThan(event, MAX_DEPTH)) {
    return {
      rejection: rejection('too-deep', `The event is nested deeper than ${MAX_DEPTH} levels.`),
    };
  }
  return { event: event as Readonly<Record<string, unknown>> };
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function messageOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { Type, TopicArn, Message } = value as Record<string, unknown>;
  if (Type !== 'Notification' || typeof TopicArn !== 'string') return undefined;
  return typeof Message === 'string' ? Message : undefined;
}

/** Without recursion: what this keeps out would overflow the stack. */
export function isDeeperThan(value: unknown, levels: number): boolean {
  let row: readonly unknown[] = [value];
  for (let level = 0; row.length > 0; level += 1) {
    const containers = row.filter((each) => typeof each === 'object' && each !== null);
    if (containers.length > 0 && level >= levels) return true;
    row = containers.flatMap((each) => Object.values(each));
  }
  return false;
}
