import { printable } from '../integrity/untrusted-text.ts';

/**
 * Why an event is not taken. `not-json`, `too-large` and `too-deep` are about the message, `envelope` about CloudEvents,
 * `data` about the schema of its type. `decision`: only a person decides, and not through the pipeline. `forged`: it
 * claims to be the product's own and is not. `conflict`: its source and id are taken by other contents.
 */
export const REJECTION_CODES = [
  'not-json',
  'too-large',
  'too-deep',
  'envelope',
  'unknown-type',
  'data',
  'too-slow',
  'decision',
  'forged',
  'conflict',
] as const;

export type RejectionCode = (typeof REJECTION_CODES)[number];

/** What goes into the rejected queue beside the event. Never with a value of the event's data: it may be a secret. */
export interface Rejection {
  readonly code: RejectionCode;
  /** For people: one line. */
  readonly message: string;
  /** Where in the event, as a JSON pointer (RFC 6901): `/data/amount`. */
  readonly pointer?: string | undefined;
  /** The first twelve hex digits of the SHA-256 of the schema that it was judged by. */
  readonly schema?: string | undefined;
  /** Whom somebody should tell: `high` where it may be tampering. */
  readonly severity: 'warning' | 'high';
}

const HIGH: readonly RejectionCode[] = ['decision', 'forged', 'conflict'];
const MOST_CHARACTERS = 500;

export function rejection(
  code: RejectionCode,
  message: string,
  where: { readonly pointer?: string; readonly schema?: string } = {},
): Rejection {
  const line = (text: string) => printable(text.slice(0, MOST_CHARACTERS)).toWellFormed();
  const { pointer, schema } = where;
  return {
    code,
    message: line(message),
    ...(pointer === undefined ? {} : { pointer: line(pointer) }),
    ...(schema === undefined ? {} : { schema }),
    severity: HIGH.includes(code) ? 'high' : 'warning',
  };
}

/** A JSON pointer to a place. */
export function pointerTo(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
