import type { PublicKey, Subkey } from 'openpgp';

/** What openpgp.js calls a curve otherwise than GnuPG. */
const CURVES: Readonly<Record<string, string>> = {
  nistP256: 'nistp256',
  nistP384: 'nistp384',
  nistP521: 'nistp521',
  curve25519Legacy: 'cv25519',
};

const EDWARDS: Readonly<Record<string, string>> = {
  eddsaLegacy: 'Ed25519',
  ed25519: 'Ed25519',
  ed448: 'Ed448',
};

/** A key's algorithm and strength for people: "RSA 4096", "DSA 3072", "Ed25519", "ECDSA nistp256". */
export function algorithmOf(key: PublicKey | Subkey): string {
  const { algorithm, bits, curve } = key.getAlgorithmInfo();
  if (algorithm.startsWith('rsa')) return `RSA ${bits}`;
  if (algorithm === 'dsa' || algorithm === 'elgamal') return `${algorithm.toUpperCase()} ${bits}`;
  if (algorithm === 'ecdsa' || algorithm === 'ecdh') {
    return `${algorithm.toUpperCase()} ${CURVES[curve ?? ''] ?? curve ?? ''}`.trim();
  }
  return EDWARDS[algorithm] ?? algorithm;
}

/**
 * The curves that openpgp.js knows and, as Node loads it, cannot compute with: for them its build for Node asks for a
 * package that it does not bring (eckey-utils). Its build for browsers can; but its `exports` let Node load no other
 * than its own, so only the bundled program would have it, and what runs from the sources would judge otherwise. HCP
 * Terraform documents neither curve.
 */
const BEYOND_THE_LIBRARY = ['secp256k1', 'brainpoolP256r1', 'brainpoolP384r1', 'brainpoolP512r1'];

/** Whether this program can check signatures by the key. That it cannot says nothing about the key. */
export function canCheck(key: PublicKey | Subkey): boolean {
  const { curve } = key.getAlgorithmInfo();
  return curve === undefined || !BEYOND_THE_LIBRARY.includes(curve);
}

/**
 * Whether HCP Terraform documents that its private registry takes keys of this algorithm: RSA and DSA
 * (https://developer.hashicorp.com/terraform/cloud-docs/api-docs/private-registry/gpg-keys). `algorithm` as `algorithmOf`
 * writes it.
 */
function isDocumentedAlgorithm(algorithm: string): boolean {
  return /^(?:RSA|DSA) /.test(algorithm);
}

interface Named {
  readonly keyId: string;
  readonly algorithm: string;
}

/**
 * What to tell a person before a key goes to HCP Terraform or Terraform Enterprise whose algorithm, or that of one of
 * its signing subkeys, neither documents; undefined when there is nothing to tell. Other algorithms may be taken, or
 * refused when the key is uploaded, or fail at the first install: nothing says which.
 */
export function undocumentedAlgorithmRemark(
  key: Named & {
    readonly subkeys: readonly (Named & { readonly signs: boolean; readonly revoked: boolean })[];
  },
): string | undefined {
  const signing = key.subkeys.filter(({ signs, revoked }) => signs && !revoked);
  const undocumented = [key, ...signing].filter(({ algorithm }) => !isDocumentedAlgorithm(algorithm));
  if (undocumented.length === 0) return undefined;
  const what = undocumented
    .map(
      ({ keyId, algorithm }) =>
        `${keyId === key.keyId ? 'Signing key' : 'signing subkey'} ${keyId} is ${algorithm}`,
    )
    .join(' and ');
  return `${what.charAt(0).toUpperCase()}${what.slice(1)}; HCP Terraform documents RSA and DSA keys only and may refuse it.`;
}
