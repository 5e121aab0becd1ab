import { createMessage, generateKey, type PrivateKey, readPrivateKey, sign } from 'openpgp';

/** A throwaway key of a sample publisher. Ids are 16 upper-case hex digits. */
export interface SampleSigningKey {
  /** The primary key's id: what a registry lists. */
  readonly keyId: string;
  /** The id of the key that signs: the primary key's, or the signing subkey's. */
  readonly signingKeyId: string;
  /** The public key. */
  readonly asciiArmor: string;
  /** A detached binary signature. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
}

export interface SigningKeyOptions {
  readonly name?: string;
  /** RSA when it is not given: HCP Terraform takes RSA and DSA keys only. */
  readonly algorithm?: 'ed25519' | 'rsa';
  /** Lets a subkey sign in the primary key's place. */
  readonly signingSubkey?: boolean;
  readonly createdAt?: Date;
  /** Never, when it is not given. */
  readonly expiresAt?: Date;
  /** When signatures say that they were made. */
  readonly signedAt?: Date;
}

// Fixed, so that a sample release says the same on every machine and never lies in a clock's future.
const CREATED_AT = new Date('2024-01-01T00:00:00Z');
const SIGNED_AT = new Date('2024-06-01T00:00:00Z');

export async function makeSigningKey(options: SigningKeyOptions = {}): Promise<SampleSigningKey> {
  const date = options.createdAt ?? CREATED_AT;
  const { privateKey: armoredKey, publicKey: asciiArmor } = await generateKey({
    userIDs: [{ name: options.name ?? 'Sample Publisher', email: 'security@example.com' }],
    // The older encoding of Ed25519, which Terraform's OpenPGP library reads.
    ...(options.algorithm === 'ed25519'
      ? { type: 'ecc', curve: 'ed25519Legacy' }
      : { type: 'rsa', rsaBits: 2048 }),
    subkeys: options.signingSubkey ? [{ sign: true }] : [],
    date,
    keyExpirationTime: options.expiresAt ? (options.expiresAt.getTime() - date.getTime()) / 1000 : 0,
    format: 'armored',
  });
  const privateKey = await readPrivateKey({ armoredKey });
  const signedAt = options.signedAt ?? (options.createdAt ? date : SIGNED_AT);
  return {
    keyId: idOf(privateKey),
    signingKeyId: idOf(await privateKey.getSigningKey(undefined, signedAt)),
    asciiArmor: asciiArmor.replaceAll('\r\n', '\n'),
    sign: (bytes) => signDetached(privateKey, bytes, signedAt),
  };
}

async function signDetached(privateKey: PrivateKey, bytes: Uint8Array, date: Date): Promise<Uint8Array> {
  const message = await createMessage({ binary: bytes });
  return sign({ message, signingKeys: privateKey, detached: true, format: 'binary', date });
}

function idOf(key: { getKeyID(): { toHex(): string } }): string {
  return key.getKeyID().toHex().toUpperCase();
}
