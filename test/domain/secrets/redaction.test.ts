import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reportOf, SyncError } from '../../../src/domain/errors.ts';
import { holdSecret, holdSecretLink, redact, redactAll } from '../../../src/domain/secrets/redaction.ts';

const SECRET = 'tok.atlasv1/AbC"d+e=9';
holdSecret(SECRET);

const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('a secret that is held', () => {
  it.each([
    ['raw', SECRET],
    ['in a header', `Authorization: Bearer ${SECRET}`],
    ['in a URL', `https://x/?t=${encodeURIComponent(SECRET)}&u=1`],
    ['in a URL, lower case', `?t=${encodeURIComponent(SECRET).toLowerCase().replace('abc', 'AbC')}`],
    ['in JSON', JSON.stringify({ said: SECRET })],
    ['in Base64', base64(SECRET)],
    ['in Base64 after a user name', base64(`user:${SECRET}`)],
    ['in Base64 after another user name', base64(`me:${SECRET}`)],
    ['in Base64 after Bearer', base64(`Bearer ${SECRET}`)],
    ['in Base64 for URLs', Buffer.from(`a:${SECRET}`).toString('base64url')],
    ['in hexadecimal', Buffer.from(SECRET).toString('hex')],
    ['twice', `${SECRET}${SECRET} and ${SECRET}`],
  ])('is not said: %s', (_, text) => {
    const said = redact(text);
    expect(said).toContain('[redacted]');
    for (const form of [SECRET, encodeURIComponent(SECRET), base64(SECRET).slice(2, -3)]) {
      expect(said).not.toContain(form);
    }
  });

  it('leaves no six characters of itself, wherever it stands (a law)', () => {
    fc.assert(
      fc.property(
        fc.string({
          minLength: 24,
          maxLength: 60,
          unit: fc.constantFrom(...Array.from('ABCDEFGHJKLMNPQRSTUVWXYZ23456789')),
        }),
        fc.string({ unit: fc.constantFrom(...Array.from('abcdefghi .:{}')) }),
        fc.string({ unit: fc.constantFrom(...Array.from('abcdefghi .:{}')) }),
        (secret, before, after) => {
          holdSecret(secret);
          expect(redact(`${before}${secret}${after}`)).toBe(`${before}[redacted]${after}`);
          const decodable = redact(base64(`${before}${secret}`));
          expect(Buffer.from(decodable, 'base64').toString('latin1')).not.toContain(secret.slice(3, -3));
        },
      ),
    );
  });

  it('is in no error, whatever a server repeated', () => {
    const error = new SyncError('DestinationRejected', `The private registry refused: ${SECRET}`);
    expect(error.message).toBe('The private registry refused: [redacted]');
    expect(reportOf(new TypeError(SECRET))).not.toMatchObject({ message: expect.stringContaining(SECRET) });
  });

  it('is taken out of plain data at any depth, and nothing else is changed', () => {
    const when = new Date(0);
    const data = { a: [{ b: `x ${SECRET}` }, 1, null, undefined, true], when };
    expect(redactAll(data)).toEqual({ a: [{ b: 'x [redacted]' }, 1, null, undefined, true], when });
  });
});

describe('a secret link that is held', () => {
  const link =
    'https://archivist.example.com/v1/object/dmF1bHQ6djM6c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0?X-Amz-Signature=0123456789abcdef0123456789abcdef&n=1';
  holdSecretLink(link);
  const url = new URL(link);

  it.each([
    ['whole', link],
    ['its path', url.pathname],
    ['its query', url.search],
    ['its signature', url.searchParams.get('X-Amz-Signature') ?? ''],
    ['its ticket', url.pathname.split('/').at(-1) ?? ''],
  ])('is not said: %s', (_, part) => {
    const said = redact(`denied: ${part} (403)`);
    expect(said).toContain('[redacted]');
    expect(said).not.toContain('0123456789abcdef');
    expect(said).not.toContain('dmF1bHQ6');
  });

  it('may be said by its host', () => {
    expect(redact(url.host)).toBe(url.host);
  });

  it('leaves file names and digests sayable', () => {
    const digest = 'a'.repeat(64);
    holdSecretLink(
      `https://ghcr.io/v2/x/blobs/sha256:${digest}/terraform-provider-anvil_1.0.0_linux_amd64.zip`,
    );
    for (const text of [digest, 'terraform-provider-anvil_1.0.0_linux_amd64.zip'])
      expect(redact(text)).toBe(text);
  });

  it('is forgotten after some thousands of others, so that memory is bounded', () => {
    holdSecretLink('https://x.example.com/?sig=the-oldest-link-of-them-all');
    for (let n = 0; n < 3000; n += 1)
      holdSecretLink(`https://x.example.com/?sig=signature-number-${n}-of-many`);
    expect(redact('the-oldest-link-of-them-all')).toBe('the-oldest-link-of-them-all');
    expect(redact('signature-number-2999-of-many')).toBe('[redacted]');
  });
});

it('short words are never held', () => {
  holdSecret('the');
  expect(redact('the end')).toBe('the end');
});
