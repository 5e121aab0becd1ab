import { describe, expect, it } from 'vitest';
import { parseHttpAddress } from '../../../src/adapters/http/address.ts';

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
