import { describe, expect, it } from 'vitest';
import { createTerminalNotifier } from '../../../src/adapters/local/terminal-notifier.ts';

describe('the terminal notifier', () => {
  it('shows subject and body and numbers the messages', async () => {
    const shown: string[] = [];
    const notifier = createTerminalNotifier((text) => shown.push(text));
    expect(await notifier.notify({ subject: 'Sync failed', body: 'One provider.\n' })).toEqual({
      messageId: 'terminal-1',
    });
    expect(await notifier.notify({ subject: 'Sync failed', body: 'Two.' })).toEqual({
      messageId: 'terminal-2',
    });
    expect(shown).toEqual(['Sync failed\n\nOne provider.\n', 'Sync failed\n\nTwo.\n']);
  });

  it('fails with NotificationFailed when the terminal is gone', async () => {
    const notifier = createTerminalNotifier(() => {
      throw new Error('write EPIPE');
    });
    await expect(notifier.notify({ subject: 'Sync failed', body: 'x' })).rejects.toMatchObject({
      code: 'NotificationFailed',
      message: '"Sync failed" could not be shown.',
    });
  });
});
