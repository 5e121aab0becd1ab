import { describe, expect, it } from 'vitest';
import type { Notifier } from '../../src/ports/notifier.ts';

export interface NotifierSubject extends AsyncDisposable {
  readonly notifier: Notifier;
  /** Everything a reader was shown so far, subjects and bodies. */
  delivered(): Promise<string>;
}

/** What every Notifier does. `makeSubject` makes one that delivers, or one that cannot. */
export function describeNotifierContract(
  name: string,
  makeSubject: (state: 'working' | 'broken') => Promise<NotifierSubject>,
): void {
  const message = { subject: 'Provider sync: 1 of 3 failed', body: 'acme/anvil 1.0.0\n  ShasumMismatch: ñ' };

  describe(`the notifier contract: ${name}`, () => {
    it('delivers subject and body', async () => {
      await using subject = await makeSubject('working');
      await subject.notifier.notify(message);
      const delivered = await subject.delivered();
      expect(delivered).toContain(message.subject);
      expect(delivered).toContain(message.body);
    });

    it('gives every message an id of its own', async () => {
      await using subject = await makeSubject('working');
      const first = await subject.notifier.notify(message);
      const second = await subject.notifier.notify(message);
      expect(first.messageId).not.toBe('');
      expect(second.messageId).not.toBe(first.messageId);
    });

    it('says so when the message could not be delivered', async () => {
      await using subject = await makeSubject('broken');
      const notification = subject.notifier.notify(message);
      await expect(notification).rejects.toMatchObject({ code: 'NotificationFailed' });
    });
  });
}
