import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packagesCatalog, publicCatalog } from '../../../src/adapters/homebrew/catalogs.ts';
import { readFormulaePayload } from '../../../src/adapters/homebrew/signed-file.ts';
import { dependenciesOf, mergeResolutions, resolveOnTag } from '../../../src/domain/bottle/resolve.ts';
import { sharedVectors } from '../../support/shared-vectors.ts';

const NOW = new Date('2026-11-26T00:00:00Z');
const CHECKSUM = 'a'.repeat(64);
const LINUX = 'x86_64_linux';

const packages = (entry: object, tag = LINUX) =>
  packagesCatalog(
    tag,
    { formulae: new Map([['tool', () => ({ stable_version: '1', ...entry })]]), aliases: {}, renames: {} },
    NOW,
  ).formula('tool');

describe('a formula of the internal API', () => {
  it.each<[string, object, object]>([
    [
      'its names and numbers',
      { stable_version: '3.1', revision: 1, bottle_rebuild: 2, bottle_checksum: CHECKSUM },
      { version: '3.1', revision: 1, rebuild: 2, bottle: { sha256: CHECKSUM, tag: LINUX } },
    ],
    [
      'a bottle of another tag',
      { bottle_checksum: CHECKSUM, bottle_tag: ':all' },
      { bottle: { tag: 'all' } },
    ],
    ['no bottle', {}, { bottle: undefined, revision: 0, rebuild: 0 }],
    [
      'what it needs at run time alone',
      {
        stable_dependencies: [
          'a',
          { cmake: ':build' },
          { b: ':recommended' },
          { c: [':build', ':test'] },
          ':macos',
          { ':arch': ':arm64' },
        ],
      },
      { dependencies: ['a', 'b'] },
    ],
    ['a text that was escaped', { stable_dependencies: ['\\:odd'] }, { dependencies: [':odd'] }],
    [
      'what macOS has, since when',
      { stable_uses_from_macos: ['zlib', 'x', { ':since': ':catalina' }, { flex: ':build' }] },
      {
        usesFromMacos: [
          { name: 'zlib', since: undefined },
          { name: 'x', since: 'catalina' },
        ],
      },
    ],
    [
      'the same in lists of their own',
      { stable_uses_from_macos: [['zlib'], ['x', { ':since': ':catalina' }]] },
      {
        usesFromMacos: [
          { name: 'zlib', since: undefined },
          { name: 'x', since: 'catalina' },
        ],
      },
    ],
    [
      'that it is disabled',
      { disable_args: { ':because': ':unmaintained' } },
      { disabled: true, deprecated: false },
    ],
    ['that it will be, one day', { disable_args: { ':date': '2027-01-01' } }, { disabled: false }],
    [
      'that it is deprecated since a day',
      { deprecate_args: { ':date': '2026-01-01' } },
      { deprecated: true },
    ],
  ])('tells %s', (_, entry, expected) => {
    expect(packages(entry)).toMatchObject(expected);
  });

  it.each<[string, object]>([
    ['a digest that is none', { bottle_checksum: 'x' }],
    ['a version that is no text', { stable_version: 1 }],
    ['a revision below 0', { revision: -1 }],
  ])('is not read with %s, and harms no other', (_, entry) => {
    expect(packages(entry)).toHaveProperty('problem');
  });
});

const folder = sharedVectors('homebrew');
const known =
  folder === undefined
    ? []
    : (JSON.parse(readFileSync(join(folder, 'formulae.json'), 'utf8')) as { formula: { name: string } }[]);
const KNOWN = readFormulaePayload(Buffer.from(JSON.stringify(known.map(({ formula }) => formula))));

/** By hand, from the formulae's own data: name, host, the bottle's tag, what it needs there. Of `jq` the second one. */
const TABLE: readonly (readonly [string, string, string | undefined, readonly string[]])[] = [
  [
    'postgresql@16',
    'arm64_sonoma',
    'arm64_sonoma',
    ['gettext', 'icu4c', 'krb5', 'lz4', 'openssl@3', 'readline', 'zstd'],
  ],
  [
    'postgresql@16',
    'arm64_tahoe',
    'arm64_sonoma',
    ['gettext', 'icu4c', 'krb5', 'lz4', 'openssl@3', 'readline', 'zstd'],
  ],
  [
    'postgresql@16',
    LINUX,
    LINUX,
    ['gettext', 'icu4c', 'krb5', 'lz4', 'openssl@3', 'readline', 'zstd', 'linux-pam', 'util-linux'],
  ],
  [
    'postgresql@16',
    'arm64_linux',
    undefined,
    ['gettext', 'icu4c', 'krb5', 'lz4', 'openssl@3', 'readline', 'zstd'],
  ],
  ['jq', 'big_sur', 'big_sur', ['oniguruma']],
  ['jq', 'tahoe', 'monterey', ['oniguruma']],
  ['wget', 'arm64_sequoia', 'arm64_monterey', ['libidn2', 'openssl@1.1']],
  ['ca-certificates', 'arm64_linux', 'all', []],
  ['gtk+3', 'sonoma', 'mojave', []],
  ['gtk+3', 'arm64_sonoma', undefined, []],
  ['abook', LINUX, LINUX, ['gettext', 'readline']],
  ['a2ps', LINUX, LINUX, ['gperf']],
  ['a2ps', 'catalina', 'catalina', []],
  ['a52dec', 'arm64_ventura', 'arm64_monterey', []],
  ['aacgain', LINUX, undefined, []],
  ['aalib', 'ventura', 'monterey', []],
  ['aamath', LINUX, LINUX, []],
  ['aarch64-elf-binutils', LINUX, LINUX, ['texinfo']],
  ['aarch64-elf-gcc', 'arm64_big_sur', 'arm64_big_sur', ['aarch64-elf-binutils', 'gmp', 'libmpc', 'mpfr']],
  ['aardvark_shell_utils', 'golden_gate', 'monterey', []],
  [
    'abcde',
    LINUX,
    LINUX,
    ['cdrtools', 'eye-d3', 'flac', 'glyr', 'lame', 'libdiscid', 'mkcue', 'perl', 'vorbis-tools'],
  ],
  ['abcl', 'monterey', 'monterey', ['ant', 'openjdk', 'rlwrap']],
  ['abcm2ps', 'arm64_monterey', 'arm64_monterey', []],
  ['abcmidi', 'big_sur', 'big_sur', []],
  ['abduco', 'arm64_tahoe', 'arm64_monterey', []],
  ['abi-compliance-checker', LINUX, 'all', ['gcc', 'perl']],
  ['abi-compliance-checker', 'sonoma', 'all', ['gcc']],
  [
    'abi-dumper',
    LINUX,
    undefined,
    ['abi-compliance-checker', 'elfutils', 'universal-ctags', 'vtable-dumper'],
  ],
  ['jq', 'arm64_sequoia', 'arm64_monterey', ['oniguruma']],
  ['jq', 'arm64_linux', undefined, ['oniguruma']],
  ['jq', 'catalina', 'catalina', ['oniguruma']],
  ['wget', LINUX, LINUX, ['libidn2', 'openssl@1.1']],
  ['wget', 'catalina', 'catalina', ['libidn2', 'openssl@1.1']],
  ['wget', 'golden_gate', 'monterey', ['libidn2', 'openssl@1.1']],
  ['ca-certificates', 'tahoe', 'all', []],
  ['gtk+3', 'catalina', 'mojave', []],
  ['gtk+3', LINUX, undefined, []],
  ['abook', 'arm64_tahoe', 'arm64_monterey', ['gettext', 'readline']],
  ['abook', 'big_sur', 'big_sur', ['gettext', 'readline']],
  ['a2ps', 'arm64_sonoma', 'arm64_monterey', []],
  ['a2ps', 'arm64_linux', undefined, ['gperf']],
  ['a52dec', LINUX, LINUX, []],
  ['aacgain', 'sonoma', 'monterey', []],
  ['aalib', 'arm64_linux', undefined, []],
  ['aamath', 'arm64_golden_gate', 'arm64_monterey', []],
  ['aarch64-elf-binutils', 'arm64_tahoe', 'arm64_monterey', []],
  ['aarch64-elf-gcc', LINUX, LINUX, ['aarch64-elf-binutils', 'gmp', 'libmpc', 'mpfr']],
  ['abcl', 'arm64_linux', undefined, ['ant', 'openjdk', 'rlwrap']],
  ['abi-compliance-checker', 'arm64_linux', 'all', ['gcc', 'perl']],
  [
    'postgresql@16',
    'sequoia',
    'sonoma',
    ['gettext', 'icu4c', 'krb5', 'lz4', 'openssl@3', 'readline', 'zstd'],
  ],
  [
    'postgresql@16',
    'arm64_big_sur',
    undefined,
    ['gettext', 'icu4c', 'krb5', 'lz4', 'openssl@3', 'readline', 'zstd'],
  ],
];

/** By hand, from the same data: the wish, the host, the bottles, and what of it is not there. */
const CLOSURES: readonly (readonly [readonly string[], string, readonly string[], readonly string[]])[] = [
  [
    ['aarch64-elf-gcc'],
    'arm64_tahoe',
    ['aarch64-elf-binutils.arm64_monterey', 'aarch64-elf-gcc.arm64_monterey'],
    ['gmp', 'libmpc', 'mpfr'],
  ],
  // On Linux the binutils' texinfo is no part of the system.
  [
    ['aarch64-elf-gcc'],
    LINUX,
    ['aarch64-elf-binutils.x86_64_linux', 'aarch64-elf-gcc.x86_64_linux'],
    ['gmp', 'libmpc', 'mpfr', 'texinfo'],
  ],
  // It has no bottle of its own, and what it needs has one for all systems.
  [
    ['abi-dumper'],
    'sonoma',
    ['abi-compliance-checker.all'],
    ['abi-dumper', 'elfutils', 'gcc', 'universal-ctags', 'vtable-dumper'],
  ],
  [
    ['abi-dumper', 'ca-certificates'],
    LINUX,
    ['abi-compliance-checker.all', 'ca-certificates.all'],
    ['abi-dumper', 'elfutils', 'gcc', 'perl', 'universal-ctags', 'vtable-dumper'],
  ],
  [['a52dec', 'aalib'], 'arm64_linux', [], ['a52dec', 'aalib']],
  [['abduco', 'a2ps'], 'catalina', ['a2ps.catalina', 'abduco.catalina'], []],
];

describe.skipIf(folder === undefined)('a formula of the public API', () => {
  it.each(TABLE)('%s is for %s what its page says', (name, tag, taken, needs) => {
    const formula = publicCatalog(tag, KNOWN).formula(name);
    if (formula === undefined || 'problem' in formula) throw new Error(JSON.stringify(formula));
    expect(formula.bottle?.tag).toBe(taken);
    expect(dependenciesOf(formula, tag)).toEqual(needs);
  });

  it.each(CLOSURES)('the closure of %j for %s is complete', (formulae, tag, bottles, missing) => {
    const wish = { path: '$.bottles', formulae, dependencies: true, allowMissing: [] };
    const resolution = mergeResolutions(wish, [resolveOnTag(wish, publicCatalog(tag, KNOWN))]);
    expect(resolution.bottles.map((bottle) => `${bottle.name}.${bottle.tag}`)).toEqual(bottles);
    const subjectOf = (message: string) => /(?:needs |^)"([^"]+)"(?! needs)/.exec(message)?.[1] ?? message;
    expect(resolution.problems.map(({ message }) => subjectOf(message)).toSorted()).toEqual(missing);
  });

  it('was looked at for every one that is known, in more than 50 rows', () => {
    expect(TABLE.length).toBeGreaterThan(50);
    expect(new Set(TABLE.map(([name]) => name))).toEqual(new Set(known.map(({ formula }) => formula.name)));
  });
});
