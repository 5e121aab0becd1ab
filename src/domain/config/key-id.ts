import { type Mistake, quote } from '../provider/mistake.ts';

/** A long key id (16 hex digits) or a whole fingerprint (40), in either case. */
export const KEY_ID_PATTERN = '[0-9A-Fa-f]{16}(?:[0-9A-Fa-f]{24})?';

const KEY_ID = new RegExp(`^${KEY_ID_PATTERN}$`);

/** The key id in upper case. Shorter ids are refused because keys can be made to share them. */
export function parseKeyId(text: string): { readonly keyId: string } | Mistake {
  if (KEY_ID.test(text)) return { keyId: text.toUpperCase() };
  const problem = `${quote(text)} is not a key id of 16 or 40 hexadecimal digits.`;
  const bare = text.replace(/\s/g, '').replace(/^0x/i, '');
  if (KEY_ID.test(bare)) return { problem, fix: `Write ${quote(bare.toUpperCase())}.` };
  return {
    problem,
    fix: /^[0-9a-f]{8}$/i.test(bare)
      ? 'Write the long key id (16 digits) or the fingerprint (40 digits); 8 digits do not name one key alone.'
      : 'Write the long key id, such as "34365D9472D7468F", or leave "gpg-key-id" out to take any key that the registry lists.',
  };
}
