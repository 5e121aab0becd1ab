import { describe, expect, it } from 'vitest';
import { printable, quote, withoutLinks } from '../../../src/domain/integrity/untrusted-text.ts';

describe('text from outside', () => {
  it.each([
    ['a colour of the terminal', '\u{1B}[31mred', '\u{FFFD}[31mred'],
    ['line ends', 'one\ntwo\r', 'one\u{FFFD}two\u{FFFD}'],
    ['a C1 code', 'a\u{9B}b', 'a\u{FFFD}b'],
    ['a mark that turns the reading direction', 'a\u{202E}b', 'a\u{FFFD}b'],
    ['ends of lines and paragraphs', 'a\u{2028}b\u{2029}c', 'a\u{FFFD}b\u{FFFD}c'],
    ['letters of any script, as they are', 'Zürich 東京 🦉', 'Zürich 東京 🦉'],
  ])('is shown without %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
    expect(quote(text)).toBe(`"${shown}"`);
  });

  it('is quoted whole up to 200 characters, and cut beyond', () => {
    expect(quote('x'.repeat(200))).toBe(`"${'x'.repeat(200)}"`);
    expect(quote('x'.repeat(201))).toBe(`"${'x'.repeat(200)}…"`);
  });

  it.each([
    ['a pre-signed link', 'GET https://s3.example/a/b?X-Sig=1 failed', 'GET https://s3.example/… failed'],
    [
      'each of several',
      '(http://a.example/x) "https://b.example:8443#y"',
      '(http://a.example/… "https://b.example:8443/…"',
    ],
    ['one in an attribute', "<a href='https://a.example/x?y'>", "<a href='https://a.example/…'>"],
    ['one in angle brackets', '<https://a.example/x>', '<https://a.example/…>'],
    ['a host alone', 'https://a.example', 'https://a.example/…'],
    ['not what is no web link', 's3://bucket/key and a.example/x?y', 's3://bucket/key and a.example/x?y'],
  ])('has its links cut to the host: %s', (_, text, shown) => {
    expect(withoutLinks(text)).toBe(shown);
  });
});
