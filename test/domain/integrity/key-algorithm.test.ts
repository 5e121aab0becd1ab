import { describe, expect, it } from 'vitest';
import { undocumentedAlgorithmRemark } from '../../../src/domain/integrity/key-algorithm.ts';

describe('the remark before a key is uploaded', () => {
  const subkey = (algorithm: string, change: object = {}) => ({
    keyId: 'BBBBBBBBBBBBBBBB',
    fingerprint: 'B'.repeat(40),
    algorithm,
    signs: true,
    revoked: false,
    createdAt: new Date(0),
    expiresAt: undefined,
    ...change,
  });
  const remarkOn = (algorithm: string, ...subkeys: ReturnType<typeof subkey>[]) =>
    undocumentedAlgorithmRemark({ keyId: 'AAAAAAAAAAAAAAAA', algorithm, subkeys });

  it.each([
    ['RSA alone', remarkOn('RSA 4096')],
    ['a short RSA key', remarkOn('RSA 2048')],
    ['DSA with a subkey for RSA', remarkOn('DSA 3072', subkey('RSA 2048'))],
    ['a subkey that only encrypts', remarkOn('RSA 4096', subkey('ECDH cv25519', { signs: false }))],
    ['a signing subkey that is revoked', remarkOn('RSA 4096', subkey('Ed25519', { revoked: true }))],
  ])('is not made for %s', (_, remark) => {
    expect(remark).toBeUndefined();
  });

  it.each([
    'Ed25519',
    'Ed448',
    'ECDSA nistp256',
    'ECDSA nistp521',
    'ECDSA brainpoolP256r1',
    'ECDH cv25519',
    'ELGAMAL 3072',
  ])('is made for %s, as a key and as a signing subkey', (algorithm) => {
    expect(remarkOn(algorithm)).toContain(`is ${algorithm};`);
    expect(remarkOn('RSA 4096', subkey(algorithm))).toContain(`is ${algorithm};`);
  });

  it('names the key or the signing subkey, and its algorithm', () => {
    expect(remarkOn('Ed25519')).toBe(
      'Signing key AAAAAAAAAAAAAAAA is Ed25519; HCP Terraform documents RSA and DSA keys only and may refuse it.',
    );
    expect(remarkOn('RSA 4096', subkey('ECDSA nistp256'))).toContain(
      'Signing subkey BBBBBBBBBBBBBBBB is ECDSA nistp256',
    );
  });
});
