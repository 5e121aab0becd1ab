import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { publicCatalog } from '../../../src/adapters/homebrew/catalogs.ts';
import { readFormulaePayload } from '../../../src/adapters/homebrew/signed-file.ts';
import { mergeResolutions, resolveOnTag } from '../../../src/domain/bottle/resolve.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';

const LINUX = 'x86_64_linux';
const MAC = 'arm64_sonoma';

interface Sketch {
  readonly needs?: readonly string[];
  /** What macOS has, for hosts that do not; a pair names the macOS since which it has it. */
  readonly mac?: readonly (string | readonly [string, string])[];
  readonly only?: string;
}

/** What the published formulae need, and what that needs, made up where they do not tell it. */
const MADE_UP: Readonly<Record<string, Sketch>> = {
  oniguruma: {},
  libunistring: {},
  ncurses: {},
  icu4c: {},
  lz4: {},
  xz: {},
  zlib: {},
  gmp: {},
  gperf: {},
  gettext: { needs: ['libunistring'], mac: ['ncurses'] },
  readline: { mac: ['ncurses'] },
  libedit: { mac: ['ncurses'] },
  'openssl@3': { needs: ['ca-certificates'] },
  'openssl@1.1': { needs: ['ca-certificates'] },
  krb5: { needs: ['openssl@3'], mac: [['libedit', 'sequoia']] },
  zstd: { needs: ['lz4', 'xz'], mac: ['zlib'] },
  libidn2: { needs: ['libunistring', 'gettext'] },
  mpfr: { needs: ['gmp'] },
  libmpc: { needs: ['gmp', 'mpfr'] },
  isl: { needs: ['gmp'] },
  gcc: { needs: ['gmp', 'isl', 'libmpc', 'mpfr', 'zstd'], mac: ['zlib'] },
  glibc: { needs: ['linux-headers@5.15'], only: LINUX },
  'linux-headers@5.15': { only: LINUX },
  'linux-pam': { only: LINUX },
  'util-linux': { mac: ['ncurses', 'zlib'] },
  'berkeley-db': { needs: ['openssl@3'] },
  gdbm: { needs: ['readline'] },
  perl: { needs: ['berkeley-db', 'gdbm'] },
  texinfo: { mac: ['ncurses', 'perl'] },
  libogg: {},
  flac: { needs: ['libogg'] },
  'vorbis-tools': { needs: ['flac', 'libogg'] },
  cdrtools: {},
  'eye-d3': {},
  glyr: {},
  lame: {},
  libdiscid: {},
  mkcue: {},
  openjdk: {},
  ant: { needs: ['openjdk'] },
  rlwrap: { needs: ['readline'] },
  elfutils: {},
  'universal-ctags': {},
  'vtable-dumper': { needs: ['elfutils'] },
};

const formulaOf = ([name, { needs = [], mac = [], only }]: [string, Sketch], index: number) => {
  const file = { cellar: 'any', sha256: index.toString(16).padStart(64, '0') };
  const tags = only === undefined ? [MAC, LINUX] : [only];
  return {
    name,
    versions: { stable: '1' },
    revision: 0,
    bottle: { stable: { rebuild: 0, files: Object.fromEntries(tags.map((tag) => [tag, file])) } },
    dependencies: needs,
    uses_from_macos: mac.map((each) => (typeof each === 'string' ? each : each[0])),
    uses_from_macos_bounds: mac.map((each) => (typeof each === 'string' ? {} : { since: each[1] })),
  };
};

const folder = sharedVectors('homebrew');
const published =
  folder === undefined
    ? []
    : (JSON.parse(readFileSync(join(folder, 'formulae.json'), 'utf8')) as { formula: { name: string } }[]);
const WORLD = readFormulaePayload(
  Buffer.from(
    JSON.stringify([
      ...published.map(({ formula }) => formula),
      ...Object.entries(MADE_UP).map((entry, index) => formulaOf(entry, index)),
    ]),
  ),
);

type Row = readonly [name: string, everywhere: string, onLinux?: string, onMac?: string];

/**
 * By hand: a formula, what comes on both hosts, what comes on Linux alone, and on the Mac alone; `-` before what is
 * needed and has no bottle there.
 */
const TABLE: readonly Row[] = [
  // Published formulae.
  [
    'postgresql@16',
    'ca-certificates gettext icu4c krb5 libedit libunistring lz4 openssl@3 postgresql@16 readline xz zstd',
    'linux-pam ncurses util-linux zlib',
  ],
  ['jq', 'jq oniguruma'],
  ['wget', 'ca-certificates gettext libidn2 libunistring openssl@1.1 wget', 'ncurses'],
  ['ca-certificates', 'ca-certificates'],
  ['gtk+3', '-gtk+3'],
  ['abook', 'abook gettext libunistring readline', 'ncurses'],
  ['a2ps', 'a2ps', 'gperf'],
  ['a52dec', 'a52dec'],
  ['aacgain', '', '-aacgain', 'aacgain'],
  ['aalib', 'aalib'],
  ['aamath', 'aamath'],
  [
    'aarch64-elf-binutils',
    'aarch64-elf-binutils',
    'berkeley-db ca-certificates gdbm ncurses openssl@3 perl readline texinfo',
  ],
  [
    'aarch64-elf-gcc',
    'aarch64-elf-binutils aarch64-elf-gcc gmp libmpc mpfr',
    'berkeley-db ca-certificates gdbm ncurses openssl@3 perl readline texinfo',
  ],
  ['aardvark_shell_utils', 'aardvark_shell_utils'],
  [
    'abcde',
    'abcde berkeley-db ca-certificates cdrtools eye-d3 flac gdbm glyr lame libdiscid libogg mkcue openssl@3 perl ' +
      'readline vorbis-tools',
    'ncurses',
  ],
  ['abcl', 'abcl ant openjdk readline rlwrap', 'ncurses'],
  ['abcm2ps', 'abcm2ps'],
  ['abcmidi', 'abcmidi'],
  ['abduco', 'abduco'],
  [
    'abi-compliance-checker',
    'abi-compliance-checker gcc gmp isl libmpc lz4 mpfr xz zstd',
    'berkeley-db ca-certificates gdbm ncurses openssl@3 perl readline zlib',
  ],
  [
    'abi-dumper',
    '-abi-dumper abi-compliance-checker elfutils gcc gmp isl libmpc lz4 mpfr universal-ctags vtable-dumper xz zstd',
    'berkeley-db ca-certificates gdbm ncurses openssl@3 perl readline zlib',
  ],
  // Made-up ones.
  ['oniguruma', 'oniguruma'],
  ['libunistring', 'libunistring'],
  ['ncurses', 'ncurses'],
  ['icu4c', 'icu4c'],
  ['lz4', 'lz4'],
  ['xz', 'xz'],
  ['zlib', 'zlib'],
  ['gmp', 'gmp'],
  ['gperf', 'gperf'],
  ['gettext', 'gettext libunistring', 'ncurses'],
  ['readline', 'readline', 'ncurses'],
  ['libedit', 'libedit', 'ncurses'],
  ['openssl@3', 'ca-certificates openssl@3'],
  ['openssl@1.1', 'ca-certificates openssl@1.1'],
  // The Mac is older than the one that brought libedit.
  ['krb5', 'ca-certificates krb5 libedit openssl@3', 'ncurses'],
  ['zstd', 'lz4 xz zstd', 'zlib'],
  ['libidn2', 'gettext libidn2 libunistring', 'ncurses'],
  ['mpfr', 'gmp mpfr'],
  ['libmpc', 'gmp libmpc mpfr'],
  ['isl', 'gmp isl'],
  ['gcc', 'gcc gmp isl libmpc lz4 mpfr xz zstd', 'zlib'],
  ['glibc', '', 'glibc linux-headers@5.15', '-glibc -linux-headers@5.15'],
  ['linux-headers@5.15', '', 'linux-headers@5.15', '-linux-headers@5.15'],
  ['linux-pam', '', 'linux-pam', '-linux-pam'],
  ['util-linux', 'util-linux', 'ncurses zlib'],
  ['berkeley-db', 'berkeley-db ca-certificates openssl@3'],
  ['gdbm', 'gdbm readline', 'ncurses'],
  ['perl', 'berkeley-db ca-certificates gdbm openssl@3 perl readline', 'ncurses'],
  ['texinfo', 'texinfo', 'berkeley-db ca-certificates gdbm ncurses openssl@3 perl readline'],
];

const words = (text: string): readonly string[] => text.split(' ').filter((word) => word !== '');

/** The formula of which a problem tells. */
const subjectOf = (message: string) => /(?:needs |^)"([^"]+)"(?! needs)/.exec(message)?.[1] ?? message;

/** What comes for `name` on hosts of `tag`, and `-` before what does not. */
function closureOn(tag: string, name: string): readonly string[] {
  const wish = { path: '$.bottles', formulae: [name], dependencies: true, allowMissing: [] };
  const { bottles, problems } = mergeResolutions(wish, [resolveOnTag(wish, publicCatalog(tag, WORLD))]);
  return [
    ...bottles.filter(({ neededBy }) => neededBy.includes(name)).map((bottle) => bottle.name),
    ...problems.map(({ message }) => `-${subjectOf(message)}`),
  ].toSorted();
}

describe.skipIf(folder === undefined)('the closures of 50 formulae', () => {
  it.each(
    TABLE.map(([name, everywhere, onLinux = '', onMac = '']) => ({ name, everywhere, onLinux, onMac })),
  )('$name', ({ name, everywhere, onLinux, onMac }) => {
    expect(closureOn(LINUX, name)).toEqual([...words(everywhere), ...words(onLinux)].toSorted());
    expect(closureOn(MAC, name)).toEqual([...words(everywhere), ...words(onMac)].toSorted());
  });

  it('are of 50 formulae, every published one among them', () => {
    const names = new Set(TABLE.map(([name]) => name));
    expect(names.size).toBe(50);
    expect([...names]).toEqual(expect.arrayContaining(published.map(({ formula }) => formula.name)));
  });

  it('bring for old Linux hosts what no formula names: glibc and gcc with all they need', () => {
    const wish = { path: '$.bottles', formulae: ['a52dec'], dependencies: true, allowMissing: [] };
    const { bottles } = mergeResolutions(wish, [resolveOnTag(wish, publicCatalog(LINUX, WORLD))]);
    const own = TABLE.filter(([name]) => ['a52dec', 'glibc', 'gcc'].includes(name));
    expect(new Set(bottles.map(({ name }) => name))).toEqual(
      new Set(own.flatMap(([, everywhere, onLinux = '']) => [...words(everywhere), ...words(onLinux)])),
    );
  });
});
