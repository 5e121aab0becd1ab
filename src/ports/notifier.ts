import type { NotificationMessage } from '../domain/notification/message.ts';

export interface Notifier {
  /** Throws NotificationFailed. */
  notify(message: NotificationMessage): Promise<{ readonly messageId: string }>;
}
