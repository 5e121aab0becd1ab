import { SyncError } from '../../src/domain/errors.ts';
import type { NotificationMessage } from '../../src/domain/notification/message.ts';
import type { Notifier } from '../../src/ports/notifier.ts';

export interface FakeNotifier extends Notifier {
  readonly messages: readonly NotificationMessage[];
}

/** Keeps what it is told; with `broken` it delivers nothing. */
export function createFakeNotifier(options: { readonly broken?: boolean } = {}): FakeNotifier {
  const messages: NotificationMessage[] = [];
  return {
    messages,
    async notify(message) {
      if (options.broken === true) throw new SyncError('NotificationFailed', 'Nobody can be told.');
      messages.push(message);
      return { messageId: `message-${messages.length}` };
    },
  };
}
