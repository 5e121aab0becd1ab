import { gzipSync } from 'node:zlib';
import * as b from './behaviours.ts';
import type { Step } from './front.ts';
import { rows } from './steps.ts';
import type { HostileCase } from './world.ts';

/** What can become of any document, whoever is asked for it. */
export function anyDocument(side: HostileCase['side'], of: Step): readonly HostileCase[] {
  const invalid = side === 'upstream' ? 'UpstreamResponseInvalid' : 'DestinationResponseInvalid';
  const unavailable = side === 'upstream' ? 'UpstreamUnavailable' : 'DestinationUnavailable';
  const http = (head: string, body = '') => b.raw(`HTTP/1.1 ${head}\r\n${body}`);
  return rows(side, of, [
    ['hangs up', b.hangsUp, unavailable, /connection was cut/],
    ['resets the connection', b.resets, unavailable, /connection was cut/],
    ['reads and says nothing', b.isSilent, unavailable, /timeout/],
    ['says nothing after its headers', b.stallsAfterHeaders, unavailable, /timeout/],
    ['stops in the middle', b.stallsInTheMiddle, unavailable, /timeout/],
    ['cuts the body', b.cutsTheBody, unavailable, /cut|length/],
    ['drips its headers', b.dripsHeaders, [unavailable, invalid], /timeout|not HTTP/],
    ['drips its body', b.dripsBody, unavailable, /timeout/],
    ['drips chunks', b.dripsChunks, unavailable, /timeout/],
    ['says 100 Continue for ever', b.saysContinueForEver, [unavailable, invalid], /timeout|cut|HTTP|broke/],
    ['never ends', b.neverEnds, [invalid, unavailable], /more than|timeout/],
    ['sends a gzip bomb', b.isABomb, [invalid, unavailable], /more than|timeout/],
    [
      'says it is gzip and is not',
      b.says(200, '{"id":1}', { 'content-encoding': 'gzip' }),
      invalid,
      /not packed/,
    ],
    ['says it is brotli and is not', b.says(200, '{"id":1}', { 'content-encoding': 'br' }), invalid],
    [
      'cuts its gzip',
      b.says(200, gzipSync('{"id":"x","versions":[]}').subarray(0, 20), { 'content-encoding': 'gzip' }),
      [invalid, unavailable],
    ],
    [
      'packs in a way nobody knows',
      b.says(200, 'xyz', { 'content-encoding': 'x-unknown' }),
      invalid,
      /not JSON/,
    ],
    ['speaks SSH', b.raw('SSH-2.0-OpenSSH_9.6\r\n'), invalid, /not HTTP/],
    ['speaks binary', b.raw(Buffer.from([0, 1, 2, 255, 254, 13, 10, 13, 10])), invalid, /not HTTP/],
    ['answers in HTTP/0.9', b.raw('{"id":"x"}'), invalid, /not HTTP/],
    [
      'has control characters in a header',
      http('200 OK', 'x-bad: a\u0000b\r\ncontent-length: 2\r\n\r\n{}'),
      invalid,
      /not HTTP/,
    ],
    ['has headers without end', http('200 OK', `${'x-more: y\r\n'.repeat(10_000)}\r\n`), invalid, /headers/],
    [
      'has two lengths',
      http('200 OK', 'content-length: 2\r\ncontent-length: 5\r\n\r\n{}'),
      [invalid, unavailable],
      /not HTTP|length/,
    ],
    ['has a negative length', http('200 OK', 'content-length: -2\r\n\r\n{}'), invalid, /not HTTP/],
    [
      'has chunks that are none',
      http('200 OK', 'transfer-encoding: chunked\r\n\r\nzz\r\n{}'),
      invalid,
      /not HTTP/,
    ],
    ['has a status that is none', http('99999 OK', 'content-length: 0\r\n\r\n'), invalid, /not HTTP/],
    [
      'switches protocols',
      http('101 Switching Protocols', 'upgrade: websocket\r\nconnection: upgrade\r\n\r\n'),
      [unavailable, invalid],
    ],
    ['is a captive portal', b.isAPortal, invalid, /captive portal/],
    ['is a captive portal in disguise', b.isADisguisedPortal, invalid, /captive portal/],
    ['answers 200 with nothing', b.says(200), invalid, /0 bytes that are not JSON/],
    ['answers 204', b.says(204), invalid],
    ['answers 206', b.says(206, '{"id":"x"}'), invalid],
    ['answers in UTF-16', b.says(200, Buffer.from('{"id":"x"}', 'utf16le')), invalid, /not JSON/],
    ['answers with words', b.says(200, `${b.INNER_WORDS} is here`), invalid, /\d+ bytes that are not JSON/],
    ['answers null', b.json(null), invalid],
    ['answers with a list', b.json([1, 2]), invalid],
    ['answers with a number', b.json(7), invalid],
    ['answers with brackets within brackets', b.says(200, '['.repeat(100_000)), invalid],
    ['answers 400', b.says(400), [invalid, 'DestinationRejected']],
    ['answers 418', b.says(418), [invalid, 'DestinationRejected'], /418/],
    ['answers 429 for ever', b.says(429, '', { 'retry-after': '1' }), unavailable, /429.*1 second/],
    [
      'asks for a year of patience',
      b.says(503, '', { 'retry-after': '31536000' }),
      unavailable,
      /503.*365 days/,
    ],
    ['has a Retry-After that is none', b.says(503, '', { 'retry-after': '-1, soon' }), unavailable, /503/],
    ['answers 500', b.says(500, b.HTML), unavailable, /500/],
    ['answers 501', b.says(501), [invalid, unavailable], /501/],
    ['repeats the request in a 400', b.repeatsTheRequest(400), [invalid, 'DestinationRejected']],
    [
      'redirects in circles',
      b.redirects(({ request }) => request.url ?? ''),
      invalid,
      /redirects more than 5 times/,
    ],
    ['redirects to a file', b.redirects('file:///etc/passwd'), invalid, /redirects to a "file:" address/],
    [
      'redirects to plain http elsewhere',
      b.redirects('http://example.com/'),
      invalid,
      /redirects to plain http/,
    ],
    [
      'redirects to a cloud’s metadata',
      b.redirects('https://169.254.169.254/latest/meta-data/'),
      [invalid, unavailable, 'UpstreamUnreachable'],
    ],
    ['redirects with a password', b.redirects('https://user:pw12345678@example.com/'), invalid, /user name/],
    ['redirects nowhere', b.redirects('https://'), invalid, /no address/],
  ]);
}
