import type { ReceivedError } from '../domain/notification/received-error.ts';
import type { ErrorNotice } from '../domain/notification/render-error.ts';
import type { NotificationComposition } from './composition/notification.ts';
import type { ErrorEvent } from './schema.ts';

/** What to tell people of the event; the log is that of the function that failed. */
export function noticeOf(
  event: ErrorEvent,
  error: ReceivedError,
  { place, logGroups }: Pick<NotificationComposition, 'place' | 'logGroups'>,
): ErrorNotice {
  const { executionId } = event;
  if (event.provider === undefined) {
    const { input } = event;
    const config = input && { ...input, versionId: input.versionId ?? null };
    return { work: { kind: 'config' }, error, config, executionId, place, logGroup: logGroups.readConfig };
  }
  const { provider, status, config } = event;
  const version = status?.resolvedVersion;
  return {
    work: { kind: 'provider', address: provider.address, requested: provider.version, version },
    error,
    config,
    executionId,
    place,
    logGroup: status === undefined ? logGroups.checkVersion : logGroups.downloadAndUpload,
  };
}
