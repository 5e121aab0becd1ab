import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isSyncError } from '../../../src/domain/errors.ts';
import { parseShasums } from '../../../src/domain/integrity/shasums.ts';
import type { RunningServer } from '../../../src/embedded/http-server/listen.ts';
import {
  makeSampleRelease,
  type SamplePackage,
  type SampleRelease,
} from '../../../src/embedded/sample-registry/make-release.ts';
import { makeSigningKey } from '../../../src/embedded/sample-registry/signing-key.ts';
import { CLIENTS } from '../../support/programs.ts';
import { sampleRegistry } from '../../support/registries.ts';
import { temporaryFolders } from '../../support/temporary-folders.ts';
import { terraformInit } from '../../support/terraform.ts';

interface Listed {
  /** The package's digest and file name. */
  readonly sum: string;
  readonly file: string;
}

interface Row {
  readonly what: string;
  readonly text: (listed: Listed) => string;
  /** What Terraform and OpenTofu do with a release whose SHA256SUMS is this, rightly signed. */
  readonly clients: 'install' | 'refuse' | 'crash';
  readonly here: 'taken' | 'not found' | 'ShasumsMalformed';
}

const OTHER = 'f'.repeat(64);
const row = (what: string, clients: Row['clients'], here: Row['here'], text: Row['text']): Row => ({
  what,
  clients,
  here,
  text,
});

const GRAMMAR: readonly Row[] = [
  row('two spaces', 'install', 'taken', ({ sum, file }) => `${sum}  ${file}\n`),
  row('one space', 'install', 'taken', ({ sum, file }) => `${sum} ${file}\n`),
  row('CRLF', 'install', 'taken', ({ sum, file }) => `${OTHER}  other.zip\r\n${sum}  ${file}\r\n`),
  row('no last line end', 'install', 'taken', ({ sum, file }) => `${OTHER}  other.zip\n${sum}  ${file}`),
  row('upper-case digits', 'install', 'taken', ({ sum, file }) => `${sum.toUpperCase()}  ${file}\n`),
  row('a line twice', 'install', 'taken', ({ sum, file }) => `${sum}  ${file}\n`.repeat(2)),
  row(
    'a star before another file',
    'install',
    'taken',
    ({ sum, file }) => `${OTHER} *o.zip\n${sum}  ${file}\n`,
  ),

  row('a star', 'refuse', 'not found', ({ sum, file }) => `${sum} *${file}\n`),
  row('a star and two spaces', 'refuse', 'not found', ({ sum, file }) => `${sum}  *${file}\n`),
  row('a name in other case', 'refuse', 'not found', ({ sum, file }) => `${sum}  ${file.toUpperCase()}\n`),
  row('a path', 'refuse', 'ShasumsMalformed', ({ sum, file }) => `${sum}  ./${file}\n`),
  row('another digest', 'refuse', 'not found', ({ file }) => `${OTHER}  ${file}\n`),
  row(
    'a wrong digest first',
    'refuse',
    'ShasumsMalformed',
    ({ sum, file }) => `${OTHER}  ${file}\n${sum}  ${file}\n`,
  ),
  row('a short digest', 'refuse', 'ShasumsMalformed', ({ sum, file }) => `${sum.slice(1)}  ${file}\n`),
  row('a byte order mark', 'refuse', 'ShasumsMalformed', ({ sum, file }) => `\u{FEFF}${sum}  ${file}\n`),
  row('the BSD form', 'refuse', 'ShasumsMalformed', ({ sum, file }) => `SHA256 (${file}) = ${sum}\n`),
  row(
    'old Mac line ends',
    'refuse',
    'ShasumsMalformed',
    ({ sum, file }) => `${OTHER}  o.zip\r${sum}  ${file}\r`,
  ),
  row('an empty file', 'refuse', 'ShasumsMalformed', () => ''),

  row(
    'a wrong digest second',
    'install',
    'ShasumsMalformed',
    ({ sum, file }) => `${sum}  ${file}\n${OTHER}  ${file}\n`,
  ),
  row('a tab', 'install', 'ShasumsMalformed', ({ sum, file }) => `${sum}\t${file}\n`),
  row('three spaces', 'install', 'ShasumsMalformed', ({ sum, file }) => `${sum}   ${file}\n`),
  row('a space in front', 'install', 'ShasumsMalformed', ({ sum, file }) => ` ${sum}  ${file}\n`),
  row('a space behind', 'install', 'ShasumsMalformed', ({ sum, file }) => `${sum}  ${file} \n`),
  row('a word behind', 'install', 'ShasumsMalformed', ({ sum, file }) => `${sum}  ${file} ok\n`),
  row('a comment', 'install', 'ShasumsMalformed', ({ sum, file }) => `# sums\n${sum}  ${file}\n`),
  row('a lone word', 'install', 'ShasumsMalformed', ({ sum, file }) => `sums\n${sum}  ${file}\n`),
  row(
    'a byte order mark before another file',
    'install',
    'ShasumsMalformed',
    ({ sum, file }) => `\u{FEFF}${OTHER}  o.zip\n${sum}  ${file}\n`,
  ),
  row(
    'a digest of another kind',
    'install',
    'ShasumsMalformed',
    ({ sum, file }) => `${'a'.repeat(40)}  o.zip\n${sum}  ${file}\n`,
  ),
  row(
    'bytes that are not UTF-8',
    'install',
    'ShasumsMalformed',
    ({ sum, file }) => `${OTHER}  o\u{FF}.zip\n${sum}  ${file}\n`,
  ),

  row('an empty line at the end', 'crash', 'ShasumsMalformed', ({ sum, file }) => `${sum}  ${file}\n\n`),
  row(
    'an empty line in the middle',
    'crash',
    'ShasumsMalformed',
    ({ sum, file }) => `${OTHER}  o.zip\n\n${sum}  ${file}\n`,
  ),
  row('an empty line of CRLF', 'crash', 'ShasumsMalformed', ({ sum, file }) => `${sum}  ${file}\r\n\r\n`),
  row('a digest that is too long', 'crash', 'ShasumsMalformed', ({ sum, file }) => `${sum}00  ${file}\n`),
];

/** One byte a character, so that a row can hold what is not UTF-8; the byte order mark is the one exception. */
function bytesOf(text: string): Uint8Array {
  return Buffer.from(text.replaceAll('\u{FEFF}', '\u{EF}\u{BB}\u{BF}'), 'latin1');
}

function readHere(bytes: Uint8Array, { sum, file }: Listed): string {
  try {
    return parseShasums(bytes).entries.get(file) === sum ? 'taken' : 'not found';
  } catch (error) {
    if (isSyncError(error)) return error.code;
    throw error;
  }
}

const typeOf = (index: number): string => `row${index}`;
const temporaryFolder = temporaryFolders();

/** A registry with a release a row, signed by a right key over the row's text. */
async function registryOfRows(): Promise<RunningServer & AsyncDisposable> {
  const key = await makeSigningKey();
  const platforms = [{ os: process.platform, arch: process.arch === 'x64' ? 'amd64' : process.arch }];
  const releases = await Promise.all(
    GRAMMAR.map(async ({ text }, index): Promise<SampleRelease> => {
      const named = { namespace: 'acme', type: typeOf(index), version: '1.0.0' };
      const release = await makeSampleRelease({ ...named, platforms, key });
      const shasums = bytesOf(text(listedIn(release)));
      return { ...release, shasums, signature: await key.sign(shasums) };
    }),
  );
  return await sampleRegistry(releases);
}

describe.skipIf(CLIENTS.every(({ absent }) => absent))('SHA256SUMS as a real client reads it', () => {
  let server: RunningServer & AsyncDisposable;
  beforeAll(async () => {
    server = await registryOfRows();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  for (const { client, program, absent } of CLIENTS) {
    describe.skipIf(absent)(`by ${client}`, () => {
      /** What `init` of these rows alone prints, and whether it succeeds. */
      async function init(rows: readonly Row[]): Promise<{ readonly ok: boolean; readonly output: string }> {
        const folder = join(await temporaryFolder(), 'init');
        await mkdir(folder);
        const types = rows.map((each) => typeOf(GRAMMAR.indexOf(each)));
        const providers = Object.fromEntries(
          types.map((type) => [type, { source: `acme/${type}`, version: '1.0.0' }]),
        );
        try {
          const providersUrl = `${server.url}/catalog/providers/`;
          return { ok: true, output: await terraformInit({ folder, program, providersUrl, providers }) };
        } catch (error) {
          const { stdout, stderr } = error as { readonly stdout: string; readonly stderr: string };
          return { ok: false, output: stdout + stderr };
        }
      }

      const rowsThat = (verdict: Row['clients']) => GRAMMAR.filter(({ clients }) => clients === verdict);

      it('installs every release whose row says so', async () => {
        const { ok, output } = await init(rowsThat('install'));
        expect([ok, output]).toEqual([true, expect.stringContaining('successfully initialized')]);
      });

      it('refuses every release whose row says so', async () => {
        const { output } = await init(rowsThat('refuse'));
        const refused = rowsThat('refuse').filter((each) =>
          output.includes(
            `Error while installing registry.example.com/acme/${typeOf(GRAMMAR.indexOf(each))} v1.0.0`,
          ),
        );
        expect(refused.map(({ what }) => what)).toEqual(rowsThat('refuse').map(({ what }) => what));
        expect(output).not.toContain('- Installed ');
      });

      it.each(rowsThat('crash'))('crashes at $what', async (crashing) => {
        const { ok, output } = await init([crashing]);
        expect([ok, output]).toEqual([false, expect.stringMatching(/panic|crash/i)]);
      });
    });
  }
});

const LISTED: Listed = { sum: 'a1'.repeat(32), file: 'terraform-provider-x_1.0.0_linux_amd64.zip' };

describe('SHA256SUMS as it is read here', () => {
  it.each(GRAMMAR)('$what: $here, where clients $clients', ({ text, here }) => {
    expect(readHere(bytesOf(text(LISTED)), LISTED)).toBe(here);
  });

  it('takes nothing that clients do not install', () => {
    const taken = GRAMMAR.filter(({ text }) => readHere(bytesOf(text(LISTED)), LISTED) === 'taken');
    expect(taken.filter(({ clients }) => clients !== 'install')).toEqual([]);
  });
});

function listedIn({ packages }: SampleRelease): Listed {
  const [{ filename, sha256 }] = packages as readonly [SamplePackage];
  return { sum: sha256, file: filename };
}
