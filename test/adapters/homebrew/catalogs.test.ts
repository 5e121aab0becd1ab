import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packagesCatalog, publicCatalog } from '../../../src/adapters/homebrew/catalogs.ts';
import { readFormulaePayload } from '../../../src/adapters/homebrew/signed-file.ts';
import { dependenciesOf } from '../../../src/domain/bottle/resolve.ts';
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
];

describe.skipIf(folder === undefined)('a formula of the public API', () => {
  it.each(TABLE)('%s is for %s what its page says', (name, tag, taken, needs) => {
    const formula = publicCatalog(tag, KNOWN).formula(name);
    if (formula === undefined || 'problem' in formula) throw new Error(JSON.stringify(formula));
    expect(formula.bottle?.tag).toBe(taken);
    expect(dependenciesOf(formula, tag)).toEqual(needs);
  });

  it('was looked at for every one that is known', () => {
    expect(new Set(TABLE.map(([name]) => name))).toEqual(new Set(known.map(({ formula }) => formula.name)));
  });
});
