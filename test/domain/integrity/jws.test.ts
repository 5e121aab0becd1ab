import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HOMEBREW_API_KEYS, type SignedText, verifySignedText } from '../../../src/domain/integrity/jws.ts';
import { makeSampleKey, signPayload } from '../../../src/embedded/homebrew/world.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';

const key = makeSampleKey();
const PAYLOAD = '{"metadata":{"generated_at":1},"text":"ä \\" \\u2028"}';
const read = (bytes: Uint8Array): SignedText => {
  const envelope = JSON.parse(Buffer.from(bytes).toString()) as { payload: string };
  return { ...envelope, payload: Buffer.from(envelope.payload) } as unknown as SignedText;
};
const signed = read(signPayload(PAYLOAD, key));
const [signature] = signed.signatures;
const verify = (text: SignedText) => verifySignedText(text, [key.publicKey], 'the file');
const url = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const withSignature = (change: object): SignedText => ({
  ...signed,
  signatures: [{ ...signature, ...change } as never],
});

describe('a signed text of the API', () => {
  it('is proved by the key that signed it', async () => {
    await expect(verify(signed)).resolves.toBe('sample-1');
  });

  it('is proved with base64url that has no padding, and beside signatures of others', async () => {
    const bare = {
      ...signature,
      signature: (signature?.signature ?? '').replace(/=+$/, ''),
      protected: signature?.protected ?? '',
    } as never;
    const other = { protected: 'x', header: { kid: 'other' }, signature: '!' };
    await expect(
      verify({ ...signed, signatures: [other, { protected: 'x', signature: '!' }, bare] }),
    ).resolves.toBe('sample-1');
  });

  it.each<[string, SignedText, string]>([
    [
      'whose payload was changed',
      { ...signed, payload: Buffer.from(PAYLOAD.replace('1', '2')) },
      'SignatureInvalid',
    ],
    [
      'whose header was changed',
      withSignature({ protected: url('{"alg":"PS512", "b64":false,"crit":["b64"]}') }),
      'SignatureInvalid',
    ],
    ['with another signature', withSignature({ signature: url('x'.repeat(256)) }), 'SignatureInvalid'],
    ['that nobody signed', { ...signed, signatures: [] }, 'SigningKeyUnknown'],
    ['that another key signed', withSignature({ header: { kid: 'other' } }), 'SigningKeyUnknown'],
    [
      'with another algorithm',
      withSignature({ protected: url({ alg: 'none', b64: false, crit: ['b64'] }) }),
      'SignatureMalformed',
    ],
    [
      'with an encoded payload',
      withSignature({ protected: url({ alg: 'PS512', b64: true, crit: ['b64'] }) }),
      'SignatureMalformed',
    ],
    [
      'with something critical that is unknown',
      withSignature({ protected: url({ alg: 'PS512', b64: false, crit: ['b64', 'x'] }) }),
      'SignatureMalformed',
    ],
    ['with a header that is no JSON', withSignature({ protected: url('x') }), 'SignatureMalformed'],
    ['with a signature that is no base64url', withSignature({ signature: 'a+b' }), 'SignatureMalformed'],
  ])('is refused %s', async (_, text, code) => {
    await expect(verify(text)).rejects.toMatchObject({ code });
  });

  it('is refused by a key of the same name that is another', async () => {
    const stranger = { ...makeSampleKey().publicKey, kid: 'sample-1' };
    await expect(verifySignedText(signed, [stranger], 'the file')).rejects.toMatchObject({
      code: 'SignatureInvalid',
    });
  });

  const folder = sharedVectors('homebrew-mirror');
  it
    .skipIf(folder === undefined)
    .each(['gen1-packages.x86_64_linux', 'gen2-packages.x86_64_linux', 'gen1-formula'])(
    'that a real brew accepted is proved: %s',
    async (name) => {
      const api = join(folder ?? '', 'api');
      const { n = '', e = '' } = createPublicKey(readFileSync(join(api, 'TEST-ONLY-pub.pem'))).export({
        format: 'jwk',
      });
      const text = read(readFileSync(join(api, `${name}.jws.json`)));
      await expect(verifySignedText(text, [{ kid: 'homebrew-1', n, e }], name)).resolves.toBe('homebrew-1');
      await expect(verifySignedText(text, HOMEBREW_API_KEYS, name)).rejects.toMatchObject({
        code: 'SignatureInvalid',
      });
    },
  );

  it('is proved by no other key than the one built into brew, unless another is named', () => {
    expect(HOMEBREW_API_KEYS.map(({ kid, e }) => [kid, e])).toEqual([['homebrew-1', 'AQAB']]);
    expect(Buffer.from(HOMEBREW_API_KEYS[0]?.n ?? '', 'base64url').length * 8).toBe(4096);
  });

  it.skipIf(folder === undefined)('is proved by the very numbers that brew holds', () => {
    const { n } = JSON.parse(readFileSync(join(folder ?? '', 'homebrew-1.jwk.json'), 'utf8')) as {
      n: string;
    };
    expect(HOMEBREW_API_KEYS[0]?.n).toBe(n);
  });
});
