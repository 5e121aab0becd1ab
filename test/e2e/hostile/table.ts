import { gzipSync } from 'node:zlib';
import type { ErrorCode } from '../../../src/domain/errors.ts';
import * as b from './behaviours.ts';
import type { Behaviour, Step } from './front.ts';
import type { HostileCase } from './world.ts';

const step = (name: string, method: Step['method'], path: RegExp): Step => ({ name, method, path });

const DISCOVERY = step('service discovery', 'GET', /\.well-known/);
const VERSIONS = step('the versions', 'GET', /anvil\/versions$/);
const PACKAGE = step('the package document', 'GET', /\/download\//);
const SHASUMS = step('SHA256SUMS', 'GET', /SHA256SUMS$/);
const SIGNATURE = step('the signature', 'GET', /\.sig$/);
const ZIP = step('the package', 'GET', /\.zip$/);

const LIST = step('the list of providers', 'GET', /registry-providers\?/);
const KEYS = step('the signing keys', 'GET', /gpg-keys/);
/** SHA256SUMS and its signature, read back once they were stored. */
const STORED = step('what was stored', 'GET', /^\/v1\/object\//);
const CREATE_KEY = step('creating the key', 'POST', /gpg-keys/);
const CREATE_PROVIDER = step('creating the provider', 'POST', /registry-providers$/);
const CREATE_VERSION = step('creating the version', 'POST', /\/versions$/);
const CREATE_PLATFORM = step('creating the platform', 'POST', /\/platforms$/);
const UPLOAD = step('an upload', 'PUT', /./);

type Code = ErrorCode | 'published';
type Row = readonly [name: string, behaviour: Behaviour, codes: Code | readonly Code[], message?: RegExp];

function rows(side: HostileCase['side'], of: Step, list: readonly Row[]): readonly HostileCase[] {
  return list.map(([name, behaviour, codes, message]) => ({
    side,
    step: of,
    name,
    behaviour,
    codes: [codes].flat(),
    ...(message === undefined ? {} : { message }),
  }));
}

/** What can become of any document, whoever is asked for it. */
function anyDocument(side: HostileCase['side'], of: Step): readonly HostileCase[] {
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

/** Behaviours that lead to another host, which must never see the token. */
function leadingAway(foreign: string): readonly HostileCase[] {
  return [
    ...rows('upstream', VERSIONS, [
      ['redirects to a foreign host', b.redirects(`${foreign}/x`), 'ProviderNotFound'],
    ]),
    ...rows('upstream', PACKAGE, [
      [
        'links to packages at a foreign host',
        b.altered((d: object) => ({ ...d, download_url: `${foreign}/a.zip` })),
        'ReleaseFileMissing',
      ],
      [
        'links to sums at a foreign host',
        b.altered((d: object) => ({ ...d, shasums_url: `${foreign}/sums` })),
        'ReleaseFileMissing',
      ],
    ]),
    ...rows('destination', LIST, [
      [
        'redirects to a foreign host',
        b.redirects(`${foreign}/x`),
        [
          'OrganizationNotFound',
          'DestinationNotFound',
          'DestinationResponseInvalid',
          'published',
          'AccessDenied',
          'DestinationRejected',
        ],
      ],
    ]),
    ...rows('destination', CREATE_VERSION, [
      [
        'redirects to a foreign host',
        b.redirects(`${foreign}/x`, 307),
        'DestinationResponseInvalid',
        /points elsewhere/,
      ],
      [
        'links uploads to a foreign host',
        b.altered((d: Linked) => withLinks(d, `${foreign}/up`)),
        ['DestinationRejected', 'DestinationResponseInvalid', 'published'],
      ],
    ]),
    ...rows('destination', CREATE_PLATFORM, [
      [
        'links uploads to a foreign host',
        b.altered((d: Linked) => withLinks(d, `${foreign}/up`)),
        ['DestinationRejected', 'DestinationResponseInvalid', 'published'],
      ],
    ]),
    ...rows('destination', UPLOAD, [
      ['redirects to a foreign host', b.redirects(`${foreign}/up`, 307), 'DestinationRejected', /307/],
    ]),
  ];
}

interface Linked {
  readonly data: { readonly links?: Record<string, string> };
}

function withLinks(document: Linked, link: string): Linked {
  const { data } = document;
  const links = Object.fromEntries(Object.keys(data.links ?? {}).map((name) => [name, link]));
  return { ...document, data: { ...data, links } };
}

type Listing = {
  readonly data: unknown;
  readonly meta: { readonly pagination: Record<string, number | null> };
};

/** Each page holds one member that was not there before, and is followed by another. */
const pagesForEver =
  (total: number): Behaviour =>
  ({ request, response, nth }) => {
    const page = Number(/page%5Bnumber%5D=(\d+)/.exec(request.url ?? '')?.[1] ?? 1);
    const attributes = { name: `p${nth}`, namespace: 'example', 'registry-name': 'private' };
    const key = {
      'key-id': nth.toString(16).toUpperCase().padStart(16, '0'),
      'ascii-armor': 'x',
      namespace: 'example',
    };
    const data = [{ id: `${nth}`, type: 'x', attributes: { ...attributes, ...key } }];
    const pagination = {
      'current-page': page,
      'next-page': page + 1,
      'total-count': total,
      'total-pages': total,
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data, meta: { pagination } }));
  };

const announcing = (count: number) => (document: Listing) => ({
  ...document,
  meta: { pagination: { ...document.meta.pagination, 'total-count': count } },
});

const backwards = (document: Listing) => ({
  ...document,
  meta: { pagination: { ...document.meta.pagination, 'next-page': 0 } },
});

const PUBLIC: readonly HostileCase[] = [
  ...rows('upstream', DISCOVERY, [
    ['has no registry', b.json({ 'modules.v1': '/m/' }), 'ProviderNotFound'],
    [
      'names a registry by javascript',
      b.json({ 'providers.v1': 'javascript:alert(1)' }),
      'UpstreamResponseInvalid',
      /https address/,
    ],
    [
      'names a registry within a private network',
      b.json({ 'providers.v1': 'http://10.0.0.1/v1/' }),
      'UpstreamResponseInvalid',
    ],
    ['names a registry that is a number', b.json({ 'providers.v1': 7 }), 'ProviderNotFound'],
    ['hangs up', b.hangsUp, 'UpstreamUnavailable'],
    ['is a captive portal', b.isAPortal, 'UpstreamResponseInvalid', /captive portal/],
    [
      'is longer than any such document',
      b.says(200, `{"x":"${'y'.repeat(70_000)}"}`),
      'UpstreamResponseInvalid',
      /more than/,
    ],
  ]),
  ...anyDocument('upstream', VERSIONS),
  ...rows('upstream', VERSIONS, [
    ['asks for credentials', b.says(401), 'UpstreamResponseInvalid', /credentials \(401\)/],
    ['refuses access', b.says(403), 'UpstreamResponseInvalid', /403.*firewall/],
    ['does not know the provider', b.says(404), 'ProviderNotFound', /acme\/anvil/],
    ['is gone', b.says(410), 'ProviderNotFound'],
    ['may not for legal reasons', b.says(451), 'UpstreamResponseInvalid', /legal/],
    ['lists nothing', b.json({ id: 'a/b', versions: [] }), 'VersionNotFound', /lists no versions/],
    ['lists versions as an object', b.json({ versions: { '1.1.0': {} } }), 'UpstreamResponseInvalid'],
    [
      'lists versions twice',
      b.says(200, '{"versions":[],"versions":[]}'),
      'UpstreamResponseInvalid',
      /twice/,
    ],
    ['lists versions that are numbers', b.json({ versions: [{ version: 1.1 }] }), 'VersionNotFound'],
    [
      'lists versions with endless names',
      b.json({ versions: [{ version: `1.1.${'9'.repeat(100_000)}` }] }),
      'VersionNotFound',
    ],
    [
      'lists a poisoned prototype',
      b.says(
        200,
        '{"id":"a/b","__proto__":{"versions":[]},"versions":[{"version":"1.1.0","__proto__":{"x":1},"platforms":null}]}',
      ),
      'published',
    ],
    [
      'steers the terminal by its names',
      b.json({ versions: [{ version: '2.0.0\u001B[2J' }, { version: '\u202E0.1.1' }] }),
      'VersionNotFound',
    ],
    [
      'lists 12,000 versions',
      b.json({ versions: Array.from({ length: 12_000 }, (_, n) => ({ version: `9.0.${n}` })) }),
      'UpstreamResponseInvalid',
      /more than 10000/,
    ],
    [
      'lists without the platform',
      b.json({ versions: [{ version: '1.1.0', platforms: [{ os: 'plan9', arch: 'mips' }] }] }),
      'PlatformNotFound',
      /plan9_mips/,
    ],
    [
      'puts a megabyte beside its list',
      b.says(200, `{"versions":[],"x":"${'y'.repeat(1_100_000)}"}`),
      'UpstreamResponseInvalid',
      /beside/,
    ],
  ]),
  ...anyDocument('upstream', PACKAGE),
  ...rows('upstream', PACKAGE, [
    ['does not know the platform', b.says(404), 'PlatformNotFound'],
    [
      'is about another platform',
      b.altered((d: object) => ({ ...d, os: 'windows' })),
      'UpstreamResponseInvalid',
      /windows_amd64/,
    ],
    [
      'has a digest that is none',
      b.altered((d: object) => ({ ...d, shasum: 'abc' })),
      'UpstreamResponseInvalid',
      /shasum/,
    ],
    ['has another digest', b.altered((d: object) => ({ ...d, shasum: 'a'.repeat(64) })), 'ShasumMismatch'],
    [
      'names a path for a file',
      b.altered((d: object) => ({ ...d, filename: '../../etc/passwd' })),
      ['ShasumsEntryMissing', 'UpstreamResponseInvalid', 'ShasumsMalformed', 'SignatureInvalid'],
    ],
    ['names no file', b.altered((d: object) => ({ ...d, filename: '' })), 'UpstreamResponseInvalid'],
    [
      'names a file with control characters',
      b.altered((d: object) => ({ ...d, filename: 'a\u001B[2J\u0007.zip' })),
      ['ShasumsEntryMissing', 'UpstreamResponseInvalid'],
    ],
    [
      'links to a script',
      b.altered((d: object) => ({ ...d, download_url: 'javascript:alert(1)' })),
      'UpstreamResponseInvalid',
      /download_url is not an https/,
    ],
    [
      'links by ftp',
      b.altered((d: object) => ({ ...d, shasums_url: 'ftp://example.com/x' })),
      'UpstreamResponseInvalid',
      /shasums_url/,
    ],
    [
      'links with a password',
      b.altered((d: object) => ({ ...d, download_url: 'https://u:p@example.com/' })),
      'UpstreamResponseInvalid',
    ],
    [
      'has no keys',
      b.altered((d: object) => ({ ...d, signing_keys: { gpg_public_keys: [] } })),
      'SigningKeyUnknown',
    ],
    ['has null for keys', b.altered((d: object) => ({ ...d, signing_keys: null })), 'SigningKeyUnknown'],
    [
      'has a key that is none',
      b.altered((d: object) => ({
        ...d,
        signing_keys: { gpg_public_keys: [{ key_id: 'x', ascii_armor: 'hello' }] },
      })),
      ['SigningKeyMalformed', 'SigningKeyUnknown'],
    ],
    [
      'has a thousand keys that are none',
      b.altered((d: object) => ({
        ...d,
        signing_keys: { gpg_public_keys: Array.from({ length: 1000 }, () => ({ ascii_armor: 'hello' })) },
      })),
      ['SigningKeyMalformed', 'SigningKeyUnknown'],
    ],
    ['lacks all properties', b.json({}), 'UpstreamResponseInvalid'],
    [
      'has protocols nobody takes',
      b.altered((d: object) => ({ ...d, protocols: ['99.0'] })),
      'ProtocolsUnsupported',
    ],
  ]),
  ...rows('upstream', SHASUMS, [
    ['is not there', b.says(404), 'ReleaseFileMissing', /withdrawn/],
    ['hangs up', b.hangsUp, 'UpstreamUnavailable'],
    ['drips', b.dripsBody, 'UpstreamUnavailable', /timeout/],
    ['is a captive portal', b.isAPortal, 'UpstreamResponseInvalid', /captive portal/],
    ['is empty', b.says(200), ['ShasumsMalformed', 'SignatureInvalid']],
    ['is binary', b.says(200, Buffer.from([255, 254, 0, 1])), ['ShasumsMalformed', 'SignatureInvalid']],
    ['is too long', b.says(200, 'x'.repeat(1_100_000)), 'UpstreamResponseInvalid', /more than/],
    [
      'has other digests',
      b.remade((bytes) => Buffer.from(bytes.toString().replaceAll(/^./gm, 'f'))),
      ['ShasumMismatch', 'SignatureInvalid'],
    ],
    [
      'lacks the package',
      b.remade(() => Buffer.from(`${'a'.repeat(64)}  other.zip\n`)),
      ['ShasumsEntryMissing', 'SignatureInvalid'],
    ],
    [
      'has one byte more',
      b.remade((bytes) => Buffer.concat([bytes, Buffer.from('\n')])),
      ['SignatureInvalid', 'ShasumsMalformed'],
    ],
    [
      'is a web service’s inner words',
      b.says(200, `${b.INNER_WORDS}: 7`),
      ['ShasumsMalformed', 'SignatureInvalid'],
    ],
  ]),
  ...rows('upstream', SIGNATURE, [
    ['is not there', b.says(404), 'ReleaseFileMissing'],
    ['is empty', b.says(200), ['SignatureMalformed', 'SignatureInvalid']],
    ['is words', b.says(200, `${b.INNER_WORDS}, signed`), 'SignatureMalformed'],
    ['is cut', b.remade((bytes) => bytes.subarray(0, 40)), ['SignatureMalformed', 'SignatureInvalid']],
    [
      'has a byte turned',
      b.remade((bytes) => Buffer.from(bytes.map((byte, at) => (at === bytes.length - 9 ? byte ^ 1 : byte)))),
      ['SignatureMalformed', 'SignatureInvalid'],
    ],
    ['is too long', b.says(200, Buffer.alloc(70_000)), 'UpstreamResponseInvalid', /more than/],
    [
      'is given twice',
      b.remade((bytes) => Buffer.concat([bytes, bytes])),
      ['published', 'SignatureMalformed', 'SignatureInvalid'],
    ],
    ['stalls', b.stallsAfterHeaders, 'UpstreamUnavailable', /timeout/],
  ]),
  ...rows('upstream', ZIP, [
    ['is not there', b.says(404), 'ReleaseFileMissing'],
    ['refuses', b.says(403), 'UpstreamResponseInvalid', /403/],
    ['answers 500', b.says(500), 'UpstreamUnavailable', /500/],
    ['asks for an hour', b.says(429, '', { 'retry-after': '3600' }), 'UpstreamUnavailable', /60 minutes/],
    ['is a captive portal', b.isAPortal, ['DigestMismatch', 'UpstreamResponseInvalid']],
    ['is empty', b.says(200), ['DigestMismatch', 'UpstreamUnavailable']],
    ['is another file', b.remade(() => Buffer.from('another')), 'DigestMismatch'],
    [
      'has a byte turned',
      b.remade((bytes) => Buffer.from(bytes.map((byte, at) => (at === 100 ? byte ^ 1 : byte)))),
      'DigestMismatch',
    ],
    [
      'has a byte more',
      b.remade((bytes) => Buffer.concat([bytes, Buffer.from('x')])),
      ['DigestMismatch', 'UpstreamResponseInvalid'],
    ],
    [
      'is cut, with a length to match',
      b.remade((bytes) => bytes.subarray(0, bytes.length / 2)),
      ['DigestMismatch', 'UpstreamUnavailable'],
    ],
    [
      'is another each time',
      b.remade((bytes, { nth }) => Buffer.concat([bytes.subarray(nth), Buffer.alloc(nth, nth)])),
      'DigestMismatch',
    ],
    ['breaks off each time', b.cutsTheBody, 'UpstreamUnavailable'],
    ['hangs up', b.hangsUp, 'UpstreamUnavailable'],
    ['says nothing', b.isSilent, 'UpstreamUnavailable', /timeout/],
    ['stalls', b.stallsInTheMiddle, 'UpstreamUnavailable', /timeout/],
    ['drips', b.dripsBody, 'UpstreamUnavailable', /too slow/],
    [
      'announces more than is taken',
      b.says(200, '', { 'content-length': '99999999999999' }),
      ['UpstreamResponseInvalid', 'UpstreamUnavailable'],
    ],
    ['speaks SSH', b.raw('SSH-2.0-OpenSSH\r\n'), 'UpstreamResponseInvalid', /not HTTP/],
    ['answers a range that nobody asked for', b.says(206, 'x'), 'UpstreamResponseInvalid'],
    [
      'is packed though nobody asked',
      async (asked) => {
        const { body } = await asked.honest();
        asked.response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(body));
      },
      ['DigestMismatch', 'UpstreamResponseInvalid'],
    ],
    [
      'redirects in circles',
      b.redirects(({ request }) => request.url ?? ''),
      'UpstreamResponseInvalid',
      /more than 5/,
    ],
    [
      'redirects to a file',
      b.redirects('file:///etc/passwd'),
      'UpstreamResponseInvalid',
      /anvil.*redirects to/,
    ],
    [
      'redirects to plain http elsewhere',
      b.redirects('http://example.com/x'),
      'UpstreamResponseInvalid',
      /anvil.*redirects to plain http/,
    ],
  ]),
];

const ANY_FAILURE: readonly Code[] = [
  'DestinationResponseInvalid',
  'DestinationRejected',
  'DestinationUnavailable',
  'DestinationNotFound',
  'AccessDenied',
];

const AFTERWARDS: readonly Code[] = [...ANY_FAILURE, 'VersionConflict'];

const PRIVATE: readonly HostileCase[] = [
  ...anyDocument('destination', KEYS),
  ...rows('destination', LIST, [
    ['does not accept the token', b.says(401), 'TokenRejected', /401/],
    ['repeats the token in a 401', b.repeatsTheRequest(401), 'TokenRejected'],
    ['repeats the token in a 403', b.repeatsTheRequest(403), ['AccessDenied', 'published']],
    ['repeats the token in a 500', b.repeatsTheRequest(500), 'DestinationUnavailable'],
    ['has a next page for ever', pagesForEver(1000), ['ListingIncomplete', 'published']],
    ['announces more than can be', pagesForEver(1e9), ['DestinationResponseInvalid', 'published']],
    ['says that the next page is the one before', b.altered(backwards), ['ListingIncomplete', 'published']],
    [
      'announces a million and brings none',
      b.altered(announcing(1_000_000)),
      ['ListingIncomplete', 'published'],
    ],
    ['does not say which page it is', b.json({ data: [] }), ['ListingIncomplete', 'published']],
    ['hangs up', b.hangsUp, 'DestinationUnavailable'],
    ['drips', b.dripsBody, 'DestinationUnavailable', /timeout/],
  ]),
  ...rows('destination', KEYS, [
    ['answers 403 and repeats the token', b.repeatsTheRequest(403), 'AccessDenied', /redacted/],
    ['has no data', b.json({}), ['DestinationResponseInvalid', 'published']],
    ['has a next page for ever', pagesForEver(1000), ['ListingIncomplete', 'DestinationResponseInvalid']],
    ['announces more than can be', pagesForEver(1e9), 'DestinationResponseInvalid'],
  ]),
  ...rows('destination', STORED, [
    ['is another file', b.remade(() => Buffer.from('another')), AFTERWARDS],
    ['is not there', b.says(404), AFTERWARDS],
    ['is a captive portal', b.isAPortal, AFTERWARDS],
    ['drips', b.dripsBody, AFTERWARDS],
    ['never ends', b.neverEnds, AFTERWARDS],
  ]).map((each) => ({ ...each, afterwards: true })),
  ...[CREATE_KEY, CREATE_PROVIDER, CREATE_VERSION, CREATE_PLATFORM].flatMap((creating) =>
    rows('destination', creating, [
      ['refuses and repeats the token', b.repeatsTheRequest(422), [...ANY_FAILURE, 'published']],
      ['answers 403', b.says(403), [...ANY_FAILURE, 'OrganizationNotFound']],
      ['answers 404', b.says(404), [...ANY_FAILURE, 'OrganizationNotFound']],
      ['answers 500', b.says(500), ANY_FAILURE],
      ['answers 429', b.says(429), 'DestinationUnavailable', /429/],
      ['hangs up before it acts', b.hangsUp, 'DestinationUnavailable'],
      [
        'acts and hangs up',
        async ({ honest, socket }) => {
          await honest();
          socket.destroy();
        },
        ['published', 'DestinationUnavailable'],
      ],
      ['says nothing', b.isSilent, 'DestinationUnavailable', /timeout/],
      ['is a captive portal', b.isAPortal, 'DestinationResponseInvalid', /captive portal/],
      [
        'claims success and creates nothing',
        b.json({ data: { id: '1', type: 'x', attributes: {}, links: {} } }, 201),
        [...ANY_FAILURE, 'OrganizationNotFound'],
      ],
      ['answers 201 with nothing', b.says(201), ANY_FAILURE],
    ]),
  ),
  ...rows('destination', UPLOAD, [
    ['takes it and stores nothing', b.says(200), ANY_FAILURE],
    ['takes it with a web page', b.isAPortal, ANY_FAILURE],
    ['refuses', b.says(403), 'DestinationRejected', /403/],
    ['says it is too large', b.says(413), 'DestinationRejected', /413/],
    ['answers 500', b.says(500), 'DestinationUnavailable', /500/],
    ['answers 429', b.says(429), 'DestinationUnavailable', /429/],
    ['refuses and repeats what it was sent', b.repeatsTheRequest(400), 'DestinationRejected'],
    ['hangs up', b.hangsUp, 'DestinationUnavailable'],
    ['resets', b.resets, 'DestinationUnavailable'],
    ['does not read', b.isDeaf, 'DestinationUnavailable', /timeout/],
    ['reads and says nothing', b.isSilent, 'DestinationUnavailable', /timeout/],
    ['answers a byte at a time', b.dripsBody, 'DestinationUnavailable', /timeout/],
    ['answers by dripping headers', b.dripsHeaders, ['DestinationUnavailable', 'DestinationResponseInvalid']],
    ['answers without end', b.neverEnds, ANY_FAILURE],
    ['answers before it was sent', ({ response }) => void response.writeHead(200).end(), ANY_FAILURE],
    ['speaks SSH', b.raw('SSH-2.0-OpenSSH\r\n'), 'DestinationResponseInvalid', /not HTTP/],
    [
      'stores it and hangs up',
      async ({ honest, socket }) => {
        await honest();
        socket.destroy();
      },
      ['published', 'DestinationUnavailable', 'DestinationRejected'],
    ],
  ]),
];

export function hostileTable(foreign: string): readonly HostileCase[] {
  return [...PUBLIC, ...PRIVATE, ...leadingAway(foreign)];
}
