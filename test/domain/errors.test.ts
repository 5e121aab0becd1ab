import { describe, expect, it } from 'vitest';
import { reportOf, SyncError, toSyncError } from '../../src/domain/errors.ts';

describe('the message of an error', () => {
  it.each([
    ['raised on purpose', (text: string) => new SyncError('UpstreamResponseInvalid', text)],
    ['of any other kind', (text: string) => toSyncError(new Error(text))],
  ])('%s is cut to 8,000 characters, whatever a server sent', (_, raise) => {
    const { message } = reportOf(raise('\u{1F4A5}'.repeat(100_000)));
    expect(message).toHaveLength(8000);
    expect(message.endsWith('…')).toBe(true);
    expect(message.isWellFormed()).toBe(true);
  });

  it('is left as it is when it is shorter', () => {
    const text = 'x'.repeat(8000);
    expect(new SyncError('ConfigInvalid', text).message).toBe(text);
  });
});
