import { SyncError } from '../errors.ts';
import { quote } from './untrusted-text.ts';

/** A signed text of the formulae's API: general JSON serialisation (RFC 7515, 7.2.1) with an unencoded payload (RFC 7797). */
export interface SignedText {
  /** In UTF-8, as it is when the envelope's JSON is undone: 60 MB of it are not to be held as a text. */
  readonly payload: Uint8Array;
  readonly signatures: readonly {
    readonly protected: string;
    readonly header?: { readonly kid?: string | undefined } | undefined;
    readonly signature: string;
  }[];
}

/** An RSA public key as a JSON Web Key (RFC 7517), by the name that signatures call it. */
export interface ApiKey {
  readonly kid: string;
  /** Modulus and exponent, base64url. */
  readonly n: string;
  readonly e: string;
}

/**
 * The key that formulae.brew.sh signs with, RSA-4096, as it is built into brew (Library/Homebrew/api/homebrew-1.pem),
 * read on 2026-11-21. When Homebrew begins to sign with another one, brew will bring it with an update: compare it
 * there, and name it in the setting for API keys until this table has it.
 */
export const HOMEBREW_API_KEYS: readonly ApiKey[] = [
  {
    kid: 'homebrew-1',
    n: 'yKoOYzp1rhwXISRi61BYXBEr2PalSK8lEVOL2USy7mpy0OubOlFyujawyQcBcCn-uPOJ_WaK-POhNWcLLoiKL2m8GViaQm7SMwdLKUXFgKSPHcG_1m6Vu-TNBKTfQqT60PjEYIrn5NW9ZrM0cUhKREmsbeAMBevdSaW9UwY9iIhprrgovvT8SzKhF8ZOIZKXfJX4VNk0y_7VJYNuGGqH3npxV7OKd4yTGRGqFcC9kJ84me3thiu0yqlOjASmfWIwIwcfp4j6BEM2LuqKd7yXh51_O-MTthkuxV36moDKfdgdOFsvlCFkziaYLScCX9lOlmZHtOfJTAOXxTmM7qGrwTGK0vhvTi8k9dBmH_dccredQBtPOfM_FEdeyakGLoTcDguiBS_4El3I2KtF6B2hOGoBumR915_cI4drr5yPMduZ7gjs7ZEZnVkeVzic24TfUHpnOYzrhucNJtHMBDj96d1Gk82AhtuF9KlusLmCb6qXCWQSp_A4RZpN37E_p9q8rLp_7B_zp8X2TVvecPNyBdMagdktdEqK7WPlYMcUp56JaOph8vqYoU-oGyCpWoLvcXFb75o4eefuu6Rs5SyMc9JCCJ0DDFPjCRFnGPkvsKxFCzMFqH1jpWH0RQIrgmNVM5PO84iRH9YJsSPQzpMjKvK_ZH4YgR9wNkBNagFo7ls',
    e: 'AQAB',
  },
];

/** What every signature by brew's rules says of itself. */
const ALGORITHM = 'PS512';

/**
 * Proves that one of `keys` signed the text: PS512 (RFC 7518, 3.5: SHA-512, MGF1 with SHA-512, a salt of 64 bytes)
 * over `protected`, a dot, and the payload as it is. Signatures by other keys are passed over, as brew does. Returns the
 * `kid` of the key; throws SigningKeyUnknown when none of the keys signed, SignatureMalformed, SignatureInvalid.
 */
export async function verifySignedText(
  text: SignedText,
  keys: readonly ApiKey[],
  subject: string,
): Promise<string> {
  const names = keys.map(({ kid }) => kid);
  for (const { header, protected: protectedHeader, signature } of text.signatures) {
    const key = keys.find(({ kid }) => kid === header?.kid);
    if (key === undefined) continue;
    requireAlgorithm(protectedHeader, subject);
    const bytes = fromBase64Url(signature);
    if (bytes === undefined) throw malformed(subject, 'the signature is not base64url');
    const input = signedBytes(protectedHeader, text.payload);
    if (await isSignedBy(key, bytes, input, subject)) return key.kid;
    throw new SyncError(
      'SignatureInvalid',
      `${subject}: the signature by ${quote(key.kid)} is not one over this text. Somebody changed it, or the ` +
        'transfer did. Nothing of it was used.',
    );
  }
  const found = text.signatures.map(({ header }) => quote(header?.kid ?? '')).join(', ') || 'nobody';
  throw new SyncError(
    'SigningKeyUnknown',
    `${subject}: it is signed by ${found}, and not by a key that is trusted (${names.join(', ')}). If Homebrew has a ` +
      'new key, compare it with the one in brew itself before you name it as a key of the API.',
  );
}

/** RFC 7797, 3: the header as it stands, a dot, the payload unencoded. */
function signedBytes(protectedHeader: string, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const start = new TextEncoder().encode(`${protectedHeader}.`);
  const bytes = new Uint8Array(start.length + payload.length);
  bytes.set(start);
  bytes.set(payload, start.length);
  return bytes;
}

/** The header must say what is done with it, and `crit` (RFC 7515, 4.1.11) name nothing else. */
function requireAlgorithm(protectedHeader: string, subject: string): void {
  const bytes = fromBase64Url(protectedHeader);
  const header = bytes && parseObject(new TextDecoder().decode(bytes));
  if (header === undefined) throw malformed(subject, 'the protected header is not JSON in base64url');
  const { alg, b64, crit } = header;
  if (alg !== ALGORITHM)
    throw malformed(subject, `it is signed with ${quote(String(alg))}, not ${ALGORITHM}`);
  const critical = Array.isArray(crit) && crit.length === 1 && crit[0] === 'b64';
  if (b64 !== false || !critical)
    throw malformed(subject, 'its header does not say "b64": false with "crit": ["b64"]');
}

function malformed(subject: string, what: string): SyncError {
  return new SyncError('SignatureMalformed', `${subject}: ${what}. Nothing of it was used.`);
}

async function isSignedBy(
  key: ApiKey,
  signature: Uint8Array<ArrayBuffer>,
  input: Uint8Array<ArrayBuffer>,
  subject: string,
): Promise<boolean> {
  const { n, e } = key;
  const imported = await crypto.subtle
    .importKey(
      'jwk',
      { kty: 'RSA', n, e, alg: ALGORITHM, ext: true },
      { name: 'RSA-PSS', hash: 'SHA-512' },
      false,
      ['verify'],
    )
    .catch((cause: unknown) => {
      throw new SyncError(
        'SigningKeyMalformed',
        `${subject}: the trusted key ${quote(key.kid)} is no RSA key.`,
        { cause },
      );
    });
  return await crypto.subtle.verify({ name: 'RSA-PSS', saltLength: 64 }, imported, signature, input);
}

/** With or without padding. */
function fromBase64Url(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bare = text.replace(/=+$/, '');
  if (!/^[A-Za-z0-9_-]*$/.test(bare)) return undefined;
  try {
    const binary = atob(bare.replaceAll('-', '+').replaceAll('_', '/'));
    return Uint8Array.from(binary, (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
