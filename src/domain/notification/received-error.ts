import { ERROR_CODES, type ErrorCode } from '../errors.ts';

/** An error as Step Functions hands it to a Catch. */
export interface CaughtError {
  readonly Error: string;
  readonly Cause?: string | undefined;
}

/** The same, in words. */
export interface ReceivedError {
  /** One of our codes, or a name of Lambda's or Step Functions' own such as `Lambda.TooManyRequestsException`. */
  readonly name: string;
  /** Undefined when the error is not ours. */
  readonly code: ErrorCode | undefined;
  readonly message: string;
}

/**
 * Reads an error as Step Functions hands it over. `Cause` of a Lambda function is JSON with `errorMessage`; of the
 * services it is plain text.
 * Source: AWS Lambda Developer Guide, "Step Functions error handling"; AWS Step Functions Developer Guide, "Handling errors".
 */
export function readCaughtError({ Error: name, Cause = '' }: CaughtError): ReceivedError {
  const code = ERROR_CODES.find((known) => known === name);
  return { name, code, message: messageOf(Cause) };
}

function messageOf(cause: string): string {
  const text = errorMessageOf(cause) ?? cause;
  return text.trim() === '' ? 'No message came with it.' : text.trim();
}

function errorMessageOf(cause: string): string | undefined {
  if (!cause.trimStart().startsWith('{')) return undefined;
  try {
    const { errorMessage } = JSON.parse(cause) as { errorMessage?: unknown };
    return typeof errorMessage === 'string' ? errorMessage : undefined;
  } catch {
    return beginningOfMessage(cause);
  }
}

/** Step Functions cuts a very long cause, and a JSON text cut short is none: what there is of the message. */
function beginningOfMessage(cut: string): string | undefined {
  const [, text] = /"errorMessage"\s*:\s*"((?:[^"\\]|\\(?:u[0-9a-f]{4}|["\\/bfnrt]))*)/i.exec(cut) ?? [];
  return text === undefined ? undefined : (JSON.parse(`"${text}"`) as string);
}
