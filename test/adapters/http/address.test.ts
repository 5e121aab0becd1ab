import { describe, expect, it } from 'vitest';
import { parseHostList, parseHttpAddress } from '../../../src/adapters/http/address.ts';

describe('an HTTP address', () => {
  it.each([
    'https://registry.terraform.io/v1/providers/',
    'https://10.0.0.1/',
    'http://127.0.0.1:8102/api',
    'http://127.9.9.9/',
    'http://localhost:1',
    'http://[::1]:80/',
  ])('is accepted: %s', (text) => {
    expect(parseHttpAddress(text).href).toBe(new URL(text).href);
  });

  it.each([
    'http://registry.terraform.io/',
    'http://10.0.0.1/',
    'http://0.0.0.0/',
    'http://[::2]/',
    'http://localhost.example.com/',
    'http://127.0.0.1.example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    '/v1/providers',
    'registry.terraform.io',
    '',
    'https://user:pass@example.com/',
  ])('is refused: %s', (text) => {
    expect(() => parseHttpAddress(text)).toThrow(expect.objectContaining({ code: 'AddressRefused' }));
  });

  it('keeps path, query and password out of the message', () => {
    for (const text of ['http://example.com/path?sig=secret', 'https://user:secret@example.com/path']) {
      expect(() => parseHttpAddress(text)).toThrow(/example\.com/);
      expect(() => parseHttpAddress(text)).not.toThrow(/secret|path\b/);
    }
  });
});

describe('a list of hosts', () => {
  it('is separated by commas or blanks', () => {
    expect(parseHostList(' Registry.internal,10.0.0.5 fd00::1,[fd00::2], ')).toEqual([
      'registry.internal',
      '10.0.0.5',
      'fd00::1',
      'fd00::2',
    ]);
  });

  it.each(['https://registry.internal', 'registry.internal:8443', 'a/b', 'user@host', '%'])(
    'that holds %s is refused, naming it',
    (text) => {
      expect(() => parseHostList(`fine.example.com,${text}`)).toThrow(
        expect.objectContaining({ code: 'AddressRefused', message: expect.stringContaining(text) }),
      );
    },
  );
});
