import { type Config, config, enums } from 'openpgp';

/**
 * Which OpenPGP is accepted, fixed here so that no global setting of the library can change it:
 * - DSA keys are, because the Terraform registry takes RSA and DSA keys; RSA and DSA below 2048 bits are not.
 * - MD5, RIPEMD-160 and SHA-1 are not for the signature over SHA256SUMS. (Terraform still takes SHA-1; a
 *   collision would let a publisher's signature be moved to another file.) SHA-1 is for a key's signature
 *   over itself, which many keys of 2015 to 2020 still have.
 * - A key must say that it may sign, and a signing subkey must sign its primary key in return.
 */
export const OPENPGP_POLICY: Config = {
  ...config,
  minRSABits: 2047,
  rejectPublicKeyAlgorithms: new Set([enums.publicKey.elgamal]),
  rejectHashAlgorithms: new Set([enums.hash.md5, enums.hash.ripemd]),
  rejectMessageHashAlgorithms: new Set([enums.hash.md5, enums.hash.ripemd, enums.hash.sha1]),
  allowMissingKeyFlags: false,
  ignoreUnsupportedPackets: true,
  ignoreMalformedPackets: false,
  showVersion: false,
  showComment: false,
};

export const MIN_DSA_BITS = 2047;

/**
 * Passed as a date: the key's validity must not depend on time. openpgp.js reads null so, but its types say it
 * for some methods only. Expiry is then not looked at, and a revocation counts whenever and why ever it was made:
 * Terraform judges both that way.
 */
export const AT_ANY_TIME = null as never;

/** Passed as the signature or the key that a revocation must be about: whichever it is. */
export const WHICHEVER = undefined as never;
