import { SyncError } from '../errors.ts';
import { holdSecret } from './redaction.ts';

/**
 * The trimmed token. `from` begins the message ("The token file t.txt"), which never says the token; `what` names its
 * kind there. A token travels in a header or is an address, so that one with blanks or control characters inside is
 * refused. It is held from here on, so that nothing says it. Throws SecretUnreadable.
 */
export function parseToken(text: string, from: string, what = 'API token'): string {
  const token = text.trim();
  if (token === '') {
    throw new SyncError('SecretUnreadable', `${from} is empty. It must hold the ${what}.`);
  }
  if (!/^[\x21-\x7e]+$/.test(token)) {
    throw new SyncError(
      'SecretUnreadable',
      `${from} holds blanks, line breaks or other characters that no ${what} has. It must hold the ${what} alone.`,
    );
  }
  holdSecret(token);
  return token;
}
