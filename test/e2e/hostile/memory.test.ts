import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHttpServer } from '../../support/http-server.ts';
import { temporaryFolder } from '../../support/registries.ts';

const MOST_MIB = 300;
const MIB = 1024 * 1024;
const FROM_SOURCES = new URL('./swelling.ts', import.meta.url).pathname;

/** Members until the document has `bytes`. */
function list(before: string, member: (n: number) => string, after: string, bytes: number): Buffer {
  const members: string[] = [];
  for (let size = before.length + after.length, n = 0; size < bytes; n += 1) {
    const text = member(n);
    members.push(text);
    size += text.length + 1;
  }
  return Buffer.from(before + members.join() + after);
}

const platforms = ['linux', 'darwin', 'windows', 'freebsd'].flatMap((os) =>
  ['amd64', 'arm64', '386'].map((arch) => ({ os, arch })),
);
const version = (n: number) => JSON.stringify({ version: `1.${n}.0`, protocols: ['5.0'], platforms });
const many = (count: number) =>
  Buffer.from(`{"versions":[${Array.from({ length: count }, (_, n) => version(n)).join()}]}`);
const REFUSED = expect.objectContaining({ code: 'UpstreamResponseInvalid' }) as unknown;
const MOST = 16 * MIB - 1024;

async function meet(
  side: 'upstream' | 'destination',
  body: Buffer,
  { packed = false, script = FROM_SOURCES } = {},
) {
  const sent = packed ? gzipSync(body) : body;
  const server = await startHttpServer((request, response) => {
    if (request.url === '/.well-known/terraform.json') return void response.end('{"providers.v1":"/v1/"}');
    const encoding = packed ? { 'content-encoding': 'gzip' } : {};
    response.writeHead(200, { 'content-type': 'application/json', ...encoding });
    return void response.end(sent);
  });
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script, side, server.url]);
    if (process.env['SHOW_PEAKS'] === '1') process.stderr.write(`${stdout.slice(0, 300)}\n`);
    return JSON.parse(stdout) as { outcome: { code?: string; found?: number }; peakMiB: number };
  } finally {
    await server.close();
  }
}

/** Each in a process of its own, from its sources, of which some 110 MiB are the program itself. */
describe('memory stays below 300 MiB whatever is sent', () => {
  it.each([
    ['9,000 versions', many(9000), { found: 9000 }],
    ['16 MiB of versions', list('{"versions":[', version, ']}', MOST), REFUSED],
    ['16 MiB of members that are none', list('{"versions":[', () => '[]', ']}', MOST), REFUSED],
    ['16 MiB of lists within lists', list('{"id":"x","more":[', () => '[[]]', ']}', MOST), REFUSED],
    ['16 MiB in one version', Buffer.from(`{"versions":[{"x":"${'y'.repeat(MOST - 100)}"}]}`), REFUSED],
    ['100 MiB of blanks', Buffer.alloc(100 * MIB, ' '), REFUSED],
  ])(
    'by a public registry: %s',
    async (_, body, expected) => {
      const { outcome, peakMiB } = await meet('upstream', body);
      expect(outcome).toEqual(expected);
      expect(peakMiB).toBeLessThan(MOST_MIB);
    },
    120_000,
  );

  it('by a public registry: a gzip bomb of 200 MiB', async () => {
    const { outcome, peakMiB } = await meet('upstream', Buffer.alloc(200 * MIB, ' '), { packed: true });
    expect(outcome).toEqual(REFUSED);
    expect(peakMiB).toBeLessThan(MOST_MIB);
  }, 120_000);

  it.each([
    ['as many members as fit', list('{"data":[', (n) => `{"id":"${n}"}`, ']}', MOST)],
    ['lists within lists', list('{"data":[', () => '[[]]', ']}', MOST)],
  ])(
    'by a private registry: %s',
    async (_, body) => {
      const { outcome, peakMiB } = await meet('destination', body);
      expect(outcome).toMatchObject({ code: 'DestinationResponseInvalid' });
      expect(peakMiB).toBeLessThan(MOST_MIB);
    },
    120_000,
  );
});

/** The same within everything that CheckVersion brings along, in one module, as it is deployed. */
describe('memory of a function of 256 MB stays below 200 MB', () => {
  let folder = '';
  let script = '';
  beforeAll(async () => {
    folder = await temporaryFolder();
    script = join(folder, 'function.mjs');
    const file = (path: string) => JSON.stringify(fileURLToPath(new URL(path, import.meta.url)));
    await build({
      stdin: {
        contents: `import ${file('../../../src/handlers/check-version.ts')};\nimport ${file('./swelling.ts')};`,
        resolveDir: import.meta.dirname,
      },
      bundle: true,
      minify: true,
      platform: 'node',
      format: 'esm',
      outfile: script,
      // Some packages are CommonJS and ask for Node's modules by require.
      banner: {
        js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
      },
      logLevel: 'silent',
    });
  }, 120_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([
    ['upstream', '9,000 versions', many(9000), { found: 9000 }],
    ['upstream', '16 MiB of versions', list('{"versions":[', version, ']}', MOST), REFUSED],
    [
      'upstream',
      '16 MiB of lists within lists',
      list('{"id":"x","more":[', () => '[[]]', ']}', MOST),
      REFUSED,
    ],
    [
      'destination',
      '16 MiB of members',
      list('{"data":[', (n) => `{"id":"${n}"}`, ']}', MOST),
      expect.objectContaining({ code: 'DestinationResponseInvalid' }) as unknown,
    ],
  ] as const)(
    'by %s: %s',
    async (side, _, body, expected) => {
      const { outcome, peakMiB } = await meet(side, body, { script });
      expect(outcome).toEqual(expected);
      expect(peakMiB * MIB).toBeLessThan(200_000_000);
    },
    120_000,
  );
});
