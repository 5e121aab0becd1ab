import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSyncError } from '../../../src/domain/errors.ts';
import { parseShasums, siblingFilename } from '../../../src/domain/integrity/shasums.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

function refusalOf(input: Uint8Array): { code: string; message: string } {
  try {
    parseShasums(input);
  } catch (error) {
    if (isSyncError(error)) return error;
    throw error;
  }
  throw new Error('It was read, not refused');
}

describe('parseShasums reads', () => {
  it.each([
    ['LF line ends', `${A}  one.zip\n${B}  two.zip\n`],
    ['CRLF line ends', `${A}  one.zip\r\n${B}  two.zip\r\n`],
    ['mixed line ends', `${A}  one.zip\r\n${B}  two.zip\n`],
    ['a missing last line end', `${A}  one.zip\n${B}  two.zip`],
    ['a single space', `${A} one.zip\n${B} two.zip\n`],
    ['upper-case digits', `${A.toUpperCase()}  one.zip\n${B.toUpperCase()}  two.zip\n`],
    ['a line given twice', `${A}  one.zip\n${B}  two.zip\n${A}  one.zip\n`],
  ])('%s', (_, text) => {
    expect([...parseShasums(bytes(text)).entries]).toEqual([
      ['one.zip', A],
      ['two.zip', B],
    ]);
  });

  it('the star of sha256sum --binary as part of the name, as the clients do', () => {
    expect([...parseShasums(bytes(`${A} *one.zip\n${B}  two.zip\n`)).entries]).toEqual([
      ['*one.zip', A],
      ['two.zip', B],
    ]);
  });

  it('what the form of sha256sum can write, whatever the file names', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9_.+~-]{1,60}$/).filter((each) => !/^\.\.?$/.test(each));
    const digest = fc.stringMatching(/^[0-9a-f]{64}$/);
    const line = fc.constantFrom('\n', '\r\n');
    fc.assert(
      fc.property(fc.dictionary(name, digest, { minKeys: 1 }), line, fc.boolean(), (files, end, last) => {
        const lines = Object.entries(files).map(([file, sum]) => `${sum}  ${file}`);
        const { entries } = parseShasums(bytes(lines.join(end) + (last ? end : '')));
        expect(Object.fromEntries(entries)).toEqual({ ...files });
      }),
    );
  });
});

describe('parseShasums refuses', () => {
  it.each([
    ['a captive portal’s HTML', '<!DOCTYPE html>\n<html></html>\n', 'line 1 '],
    ['a digest that is too short', `${A}  one.zip\n${B.slice(1)}  two.zip\n`, 'line 2 '],
    ['a digest with other letters', `${'g'.repeat(64)}  one.zip\n`, 'line 1 '],
    ['a line without a file name', `${A}  \n`, 'line 1 '],
    ['a digest alone', `${A}\n`, 'line 1 '],
    ['three spaces', `${A}   one.zip\n`, 'line 1 '],
    ['a tab between digest and name', `${A}\tone.zip\n`, 'line 1 '],
    ['the BSD form', `SHA256 (one.zip) = ${A}\n`, 'line 1 '],
    ['a comment', `# sums\n${A}  one.zip\n`, 'line 1 '],
    ['a byte order mark', `\u{FEFF}${A}  one.zip\n`, 'line 1 '],
    ['a path', `${A}  one.zip\n${B}  dist/two.zip\n`, 'line 2 '],
    ['a path that climbs', `${A}  ../one.zip\n`, 'line 1 '],
    ['a Windows path', `${A}  dist\\one.zip\n`, 'line 1 '],
    ['a folder for a name', `${A}  ..\n`, 'line 1 '],
    ['this folder for a name', `${A}  .\n`, 'line 1 '],
    ['a name with a space, which Terraform would cut', `${A}  one.zip two.zip\n`, 'line 1 '],
    ['a name with a control character', `${A}  one\u{1B}[2J.zip\n`, 'line 1 '],
    ['old Mac line ends', `${A}  one.zip\r${B}  two.zip\r`, 'line 1 '],
    ['one name with two digests', `${A}  one.zip\n${B}  one.zip\n`, 'line 2 '],
    ['an empty line at the start', `\n${A}  one.zip\n`, 'line 1 is empty'],
    ['an empty line in the middle', `${A}  one.zip\n\n${B}  two.zip\n`, 'line 2 is empty'],
    ['an empty line at the end', `${A}  one.zip\n\n`, 'line 2 is empty'],
    ['an empty line that ends in CRLF', `${A}  one.zip\r\n\r\n`, 'line 2 is empty'],
    ['an empty file', '', 'lists no file'],
    ['only empty lines', '\n\r\n', 'lists no file'],
  ])('%s', (_, text, place) => {
    const { code, message } = refusalOf(bytes(text));
    expect(code).toBe('ShasumsMalformed');
    expect(message).toContain(place);
  });

  it('bytes that are not UTF-8', () => {
    const { code, message } = refusalOf(new Uint8Array([0xff, 0xfe, 0x00]));
    expect([code, message]).toEqual(['ShasumsMalformed', expect.stringContaining('not UTF-8')]);
  });

  it('bytes that are not UTF-8, with the cause kept', () => {
    expect(() => parseShasums(new Uint8Array([0xff]))).toThrow(
      expect.objectContaining({ cause: expect.any(TypeError) }),
    );
  });

  it.each([
    [
      'a line of another form',
      'not a line\n',
      'line 1 (10 characters) is not "<64 hex digits>  <file name>"',
    ],
    ['a name that is a path', `${A}  a/b\n`, 'line 1 names "a/b", which is not a plain file name'],
  ])('%s, and says how it has to be', (_, text, words) => {
    expect(refusalOf(bytes(text)).message).toContain(words);
  });

  it('without handing control characters or a flood of text to the terminal', () => {
    const { message } = refusalOf(bytes(`\u{1B}]0;owned\u{7}${'x'.repeat(100_000)}\n`));
    expect(message).not.toMatch(/\p{Cc}/u);
    expect(message.length).toBeLessThan(500);
  });
});

describe('the name of another platform’s package', () => {
  const linux = { os: 'linux', arch: 'amd64' };
  const darwin = { os: 'darwin', arch: 'arm64' };
  const sums = (...names: readonly string[]) =>
    parseShasums(bytes(names.map((name) => `${A}  ${name}\n`).join('')));

  it.each([
    [
      'is what the known one’s becomes',
      'x_1.0.0_linux_amd64.zip',
      ['x_1.0.0_darwin_arm64.zip'],
      'x_1.0.0_darwin_arm64.zip',
    ],
    [
      'is not told where SHA256SUMS does not list it',
      'x_1.0.0_linux_amd64.zip',
      ['x_1.0.0_darwin_amd64.zip'],
      undefined,
    ],
    ['is not told by a name without a platform', 'x.zip', ['x.zip', 'darwin_arm64'], undefined],
    [
      'is not told by a name that has the platform twice',
      'linux_amd64/x_linux_amd64.zip',
      ['darwin_arm64', 'x_darwin_arm64.zip'],
      undefined,
    ],
  ])('%s', (_, filename, listed, name) => {
    expect(siblingFilename({ filename, platform: linux }, darwin, sums(...listed))).toBe(name);
  });
});
