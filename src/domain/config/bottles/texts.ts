import { type Mistake, quote } from '../../provider/mistake.ts';
import { didYouMean } from '../did-you-mean.ts';

/** Homebrew's names of formulae: lower-case letters, digits, "+", "-", "_", ".", "@". */
export const FORMULA_PATTERN = '[0-9a-z][0-9a-z+._-]*(?:@[0-9a-z][0-9a-z+._-]*)?';

const FORMULA = new RegExp(`^${FORMULA_PATTERN}$`);
const MAX_FORMULA_LENGTH = 128;

const MACOS = ['golden_gate', 'tahoe', 'sequoia', 'sonoma', 'ventura', 'monterey', 'big_sur'];

/** Homebrew's OnSystem::VALID_OS_ARCH_TAGS. */
const KNOWN_TAGS: readonly string[] = [
  ...MACOS.map((name) => `arm64_${name}`),
  ...MACOS,
  'catalina',
  'x86_64_linux',
  'arm64_linux',
];

/** A release of macOS after those known is taken on trust. */
export const TAG_PATTERN = '(?!all$)[a-z][0-9a-z]*(?:_[0-9a-z]+)*';

const TAG = new RegExp(`^${TAG_PATTERN}$`);

const UNITS = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** The grammar of `parseSize` as a regular expression, for a JSON Schema. */
export const SIZE_PATTERN = '[1-9]\\d{0,8} ?(?:B|[KMGT]i?B)';

const SIZE = new RegExp(`^${SIZE_PATTERN}$`);

export function parseFormula(text: string): { readonly formula: string } | Mistake {
  if (FORMULA.test(text) && text.length <= MAX_FORMULA_LENGTH) return { formula: text };
  const bare = text
    .trim()
    .toLowerCase()
    .replace(/^homebrew\/(?:core\/)?/, '');
  return {
    problem: `${quote(text)} is not a formula's name.`,
    fix:
      bare !== text && FORMULA.test(bare)
        ? `Write ${quote(bare)}.`
        : 'Write it as "brew install" takes it, such as "jq" or "openssl@3".',
  };
}

export function parseTag(text: string): { readonly tag: string } | Mistake {
  const meant = didYouMean(text, KNOWN_TAGS, { linux: 'x86_64_linux', linuxArm64: 'arm64_linux' });
  const near = meant !== undefined && meant !== text;
  if (TAG.test(text) && (!near || KNOWN_TAGS.includes(text))) return { tag: text };
  return {
    problem: `${quote(text)} is not a tag of bottles.`,
    fix: near ? `Did you mean "${meant}"?` : 'Write a tag such as "arm64_tahoe" or "x86_64_linux".',
  };
}

/** Reads "1GB" (10^9 bytes) or "1GiB" (2^30 bytes). */
export function parseSize(text: string): { readonly bytes: number } | Mistake {
  const [, number = '', unit = ''] = SIZE.test(text) ? (/^(\d+) ?(\w+)$/.exec(text) ?? []) : [];
  const bytes = Number(number) * (UNITS[unit as keyof typeof UNITS] ?? Number.NaN);
  if (Number.isSafeInteger(bytes)) return { bytes };
  return {
    problem: `${quote(text)} is not a size.`,
    fix: 'Write a number and a unit, such as "1GB" or "500MB".',
  };
}
