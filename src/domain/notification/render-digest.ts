import { endsRun } from '../delivery/run-ending.ts';
import { type ConfigReference, formatConfigReference } from '../deployment/run-references.ts';
import { ERROR_CODES } from '../errors.ts';
import { adviceFor } from './advice.ts';
import { type ConsolePlace, executionLink, logLink } from './console-links.ts';
import type { FailedProvider, FailureCause, RunDigest, StoppedRun } from './digest.ts';
import { type NotificationMessage, toBody, toSubject } from './message.ts';
import { renderErrorNotification } from './render-error.ts';

export interface DigestNotice {
  readonly digest: RunDigest;
  /** Providers in the config. */
  readonly total: number;
  readonly config: ConfigReference;
  /** The ARN of the execution. */
  readonly executionId: string;
  readonly logGroups: { readonly checkVersion: string; readonly downloadAndUpload: string };
  readonly place: ConsolePlace;
}

/** The one message of a run: what failed, by cause, with what to try; a run in which one provider failed tells all of it. */
export function renderDigest(notice: DigestNotice): NotificationMessage {
  const { digest } = notice;
  const [only] = digest.causes.flatMap(({ named }) => named);
  if (digest.stopped !== null) return renderStopped(notice, digest.stopped);
  return digest.failed === 1 && only !== undefined ? renderOnly(notice, only) : renderCauses(notice);
}

function renderOnly(notice: DigestNotice, failed: FailedProvider): NotificationMessage {
  const { address, requested, version, step, code, message } = failed;
  const { config, executionId, place, logGroups } = notice;
  return renderErrorNotification({
    work: { kind: 'provider', address, requested, version: version ?? undefined },
    error: { ...named(code), message },
    config,
    executionId,
    place,
    logGroup: step === 'check' ? logGroups.checkVersion : logGroups.downloadAndUpload,
  });
}

function renderCauses(notice: DigestNotice): NotificationMessage {
  const { digest, total } = notice;
  const causes = digest.causes.toSorted((left, right) => right.providers - left.providers);
  const headline = `Provider sync: ${digest.failed} of ${total} providers failed`;
  return {
    subject: toSubject(`${headline} (${causes.map(({ code }) => code).join(', ')})`),
    body: toBody([
      `${headline}. Nothing is half installed, and the others are done.`,
      `Config:    ${formatConfigReference(notice.config)}`,
      ...causes.flatMap(causeParagraphs),
      whereToLook(notice),
    ]),
  };
}

function causeParagraphs({ code, providers, named: examples }: FailureCause): readonly string[] {
  const left = providers - examples.length;
  return [
    `${code}: ${providers} ${providers === 1 ? 'provider' : 'providers'}\nWhat to try: ${adviceFor({ ...named(code), message: '' })}`,
    ...examples.map(
      ({ address, version, requested, message }) => `- ${address} ${version ?? requested}\n  ${message}`,
    ),
    left > 0 && examples.length > 0 ? `- … and ${left} more` : '',
  ];
}

function renderStopped(notice: DigestNotice, stopped: StoppedRun): NotificationMessage {
  const { digest, total } = notice;
  const { code, message } = stopped;
  const earlier = digest.failed > 0 ? `, of which ${digest.failed} failed` : '';
  return {
    subject: toSubject(`Provider sync stopped (${code})`),
    body: toBody([
      endsRun(code)
        ? 'Provider sync stopped, because every other provider of the run would have failed for the same cause.'
        : 'Provider sync stopped, because its execution could not go on.',
      [
        `Config:    ${formatConfigReference(notice.config)}`,
        `Error:     ${code}`,
        `Providers: ${total} in the config; results of ${digest.providers} are known${earlier}`,
      ].join('\n'),
      message,
      `What to try: ${adviceFor({ ...named(code), message })}`,
      whereToLook(notice),
    ]),
  };
}

function whereToLook({ executionId, place, logGroups }: DigestNotice): string {
  const name = executionId.slice(executionId.lastIndexOf(':') + 1);
  return [
    `Execution: ${executionId}`,
    `           ${executionLink(place, executionId)}`,
    `Logs:      ${logLink(place, logGroups.checkVersion, name)}`,
    `           ${logLink(place, logGroups.downloadAndUpload, name)}`,
  ].join('\n');
}

function named(code: string) {
  return { name: code, code: ERROR_CODES.find((known) => known === code) };
}
