import { createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import { SyncError } from '../../domain/errors.ts';
import { quote } from '../../domain/integrity/untrusted-text.ts';
import { describeFileProblem, readTextFile } from '../local/read-text-file.ts';
import type { BundleContents } from './contents.ts';
import { bundleInvalid } from './refusal.ts';

/** The largest PEM that is read. An Ed25519 key has about 120 bytes. */
const MAX_KEY_BYTES = 64 * 1024;

/** An Ed25519 private key in PEM (PKCS #8), without a passphrase. Throws ArgumentsInvalid. */
export async function readSigningKeyFile(path: string): Promise<KeyObject> {
  return await readKey(path, createPrivateKey, 'private');
}

/** An Ed25519 public key in PEM (SPKI). Throws ArgumentsInvalid. */
export async function readVerifyKeyFile(path: string): Promise<KeyObject> {
  return await readKey(path, createPublicKey, 'public');
}

/** The signature over the exact bytes of a manifest (RFC 8032, 64 bytes), as `manifest.json.sig` holds it. */
export function signManifest(manifestBytes: Uint8Array, key: KeyObject): Uint8Array {
  return sign(null, manifestBytes, key);
}

/** Throws BundleInvalid unless the bundle's manifest is signed by `key`. */
export function requireSignedBy(
  key: KeyObject,
  { location, manifestBytes, signature }: BundleContents,
): void {
  if (signature === undefined) {
    throw bundleInvalid(
      location,
      'it is not signed, and --verify-key asks for a signature over its manifest',
    );
  }
  if (!verify(null, manifestBytes, key, signature)) {
    throw bundleInvalid(
      location,
      'the signature over its manifest is not by the key that --verify-key names',
    );
  }
}

async function readKey(
  path: string,
  create: (pem: string) => KeyObject,
  kind: 'private' | 'public',
): Promise<KeyObject> {
  const file = await readTextFile(path, MAX_KEY_BYTES);
  if ('problem' in file) throw unusable(path, describeFileProblem(file.problem), kind, file.cause);
  // A private key would be taken for the public one in it, and be where it should not be.
  if (kind === 'public' && file.text.includes('PRIVATE KEY'))
    throw unusable(path, 'holds a private key', kind);
  try {
    const key = create(file.text);
    if (key.asymmetricKeyType === 'ed25519') return key;
    throw unusable(path, `holds a key of type ${key.asymmetricKeyType ?? 'unknown'}`, kind);
  } catch (error) {
    throw error instanceof SyncError ? error : unusable(path, `holds no ${kind} key`, kind, undefined);
  }
}

function unusable(path: string, what: string, kind: 'private' | 'public', cause?: unknown): SyncError {
  return new SyncError(
    'ArgumentsInvalid',
    `The file ${quote(path)} ${what}. Give an Ed25519 ${kind} key in PEM, without a passphrase.`,
    { cause },
  );
}
