import { gzipSync } from 'node:zlib';
import { anyDocument } from './any-document.ts';
import * as b from './behaviours.ts';
import { DISCOVERY, PACKAGE, rows, SHASUMS, SIGNATURE, VERSIONS, ZIP } from './steps.ts';
import type { HostileCase } from './world.ts';

/** What the public registry does. */
export const PUBLIC: readonly HostileCase[] = [
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
