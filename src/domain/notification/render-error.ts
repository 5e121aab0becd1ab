import { type ConfigReference, formatConfigReference } from '../deployment/run-references.ts';
import { adviceFor } from './advice.ts';
import { type ConsolePlace, executionLink, logLink } from './console-links.ts';
import { type NotificationMessage, toBody, toSubject } from './message.ts';
import type { ReceivedError } from './received-error.ts';

/** What failed: one provider, the whole config, or a cleanup. */
type FailedWork =
  | {
      readonly kind: 'provider';
      /** Formatted provider address. */
      readonly address: string;
      /** What the config asks for. */
      readonly requested: string;
      /** Undefined when it failed before the version was known. */
      readonly version: string | undefined;
    }
  | { readonly kind: 'config' }
  | { readonly kind: 'cleanup' };

export interface ErrorNotice {
  readonly work: FailedWork;
  readonly error: ReceivedError;
  readonly config: ConfigReference | undefined;
  /** The ARN of the execution, or the request id of a function that ran alone. */
  readonly executionId: string;
  readonly logGroup: string;
  readonly place: ConsolePlace;
}

/** The message that tells people about a failure: what, where, why in words, where to look, what to try. */
export function renderErrorNotification(notice: ErrorNotice): NotificationMessage {
  const { error, work, config, place, executionId, logGroup } = notice;
  return {
    subject: toSubject(`${headlineOf(work)} (${error.name})`),
    body: toBody([
      `${headlineOf(work)}.`,
      [
        ...factsOf(work),
        ...(config ? [`Config:    ${formatConfigReference(config)}`] : []),
        `Error:     ${error.name}`,
      ].join('\n'),
      error.message,
      `What to try: ${adviceFor(error)}`,
      [
        `Execution: ${executionId}`,
        ...(executionId.startsWith('arn:') ? [`           ${executionLink(place, executionId)}`] : []),
        `Log:       ${logLink(place, logGroup, nameOf(executionId))}`,
      ].join('\n'),
    ]),
  };
}

function headlineOf(work: FailedWork): string {
  if (work.kind === 'config') return 'Provider sync failed: the config cannot be used';
  if (work.kind === 'cleanup') return 'Cleanup of old provider versions failed';
  return `Provider sync failed: ${shortAddress(work.address)} ${work.version ?? work.requested}`;
}

function factsOf(work: FailedWork): readonly string[] {
  if (work.kind !== 'provider') return [];
  const resolved = work.version === undefined ? 'not resolved' : work.version;
  return [`Provider:  ${work.address}`, `Version:   ${resolved} (the config asks for ${work.requested})`];
}

/** Without the hostname, which would take too much of a subject. */
function shortAddress(address: string): string {
  return address.slice(address.indexOf('/') + 1);
}

/** The last part of an execution's ARN: what the log lines of a run can be found by. */
function nameOf(executionId: string): string {
  return executionId.slice(executionId.lastIndexOf(':') + 1);
}
