import { SyncError } from '../../domain/errors.ts';
import type { Notifier } from '../../ports/notifier.ts';

/** Shows messages where a person or a job's log sees them. The id counts the messages of this notifier. */
export function createTerminalNotifier(write: (text: string) => void): Notifier {
  let count = 0;
  return {
    async notify({ subject, body }) {
      try {
        write(`${subject}\n\n${body.trimEnd()}\n`);
      } catch (cause) {
        throw new SyncError('NotificationFailed', `"${subject}" could not be shown.`, { cause });
      }
      count += 1;
      return { messageId: `terminal-${count}` };
    },
  };
}
