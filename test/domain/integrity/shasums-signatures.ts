import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSyncError } from '../../../src/domain/errors.ts';
import {
  type SignatureInput,
  type VerifiedSignature,
  verifyShasumsSignature,
} from '../../../src/domain/integrity/verify-signature.ts';
import { published } from '../../support/pgp/throwaway-keys.ts';

const NOW = new Date('2026-06-01T00:00:00Z');
export const utf8 = (text: string) => new TextEncoder().encode(text);
export const SHASUMS = utf8(`${'a'.repeat(64)}  terraform-provider-sample_1.0.0_linux_amd64.zip\n`);
export const OTHER_SHASUMS = utf8(`${'b'.repeat(64)}  terraform-provider-sample_1.0.1_linux_amd64.zip\n`);

type Input = Pick<SignatureInput, 'signature' | 'keys'> & Partial<SignatureInput>;

export async function verify(input: Input): Promise<VerifiedSignature> {
  return await verifyShasumsSignature({
    shasums: SHASUMS,
    now: NOW,
    subject: 'x.test/a/sample 1.0.0',
    ...input,
  });
}

/** The code and message of the refusal; fails the test when the signature is accepted. */
export async function refusal(input: Input): Promise<{ readonly code: string; readonly message: string }> {
  try {
    await verify(input);
  } catch (error) {
    if (isSyncError(error)) return { code: error.code, message: error.message };
    throw error;
  }
  throw new Error('The signature was accepted');
}

/** Made with gpg, since openpgp.js makes no such keys. Only the public halves are here. */
export async function gpgVector(name: string) {
  const read = (file: string) => new Uint8Array(readFileSync(join(import.meta.dirname, 'vectors', file)));
  return {
    shasums: read('SHA256SUMS'),
    signature: read(`SHA256SUMS.${name}.sig`),
    keys: [published(new TextDecoder().decode(read(`${name}.asc`)))],
    now: new Date('2027-01-01T00:00:00Z'),
  };
}
