import { type ErrorNotice, renderErrorNotification } from '../domain/notification/render-error.ts';
import type { Notifier } from '../ports/notifier.ts';

/** Tells people about one failure. Throws NotificationFailed. */
export async function notifyError(
  ports: { readonly notifier: Notifier },
  notice: ErrorNotice,
): Promise<{ readonly messageId: string }> {
  return ports.notifier.notify(renderErrorNotification(notice));
}
