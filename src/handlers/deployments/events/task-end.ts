import { printable } from '../../../domain/integrity/untrusted-text.ts';

/**
 * What is said of a task that did not end well, for people; undefined where it did. Step Functions hands the task over
 * as JSON, of which two members tell something and others hold what nobody is to read.
 */
export function problemOf(task: {
  readonly Error?: string | undefined;
  readonly Cause?: string | undefined;
}): string | undefined {
  const { Error: name, Cause: cause = '' } = task;
  if (name === undefined) return undefined;
  try {
    const { StopCode, StoppedReason } = JSON.parse(cause) as Readonly<Record<string, unknown>>;
    const said = [StopCode, StoppedReason].filter((each) => typeof each === 'string').join(': ');
    if (said !== '') return printable(`${name}, ${said}`).slice(0, 500);
  } catch {
    // A sentence, then.
  }
  return printable(cause.startsWith('{') || cause === '' ? name : `${name}: ${cause}`).slice(0, 500);
}
