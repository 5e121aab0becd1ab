import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Sha256 } from '../../../src/domain/artifact/sha256.ts';
import type { Catalog, Formula } from '../../../src/domain/bottle/formula.ts';
import {
  dependenciesOf,
  mergeResolutions,
  resolveOnTag,
  type Wish,
} from '../../../src/domain/bottle/resolve.ts';

const LINUX = 'x86_64_linux';
const MAC = 'arm64_sonoma';

type Sketch = Partial<Omit<Formula, 'name'>> & { readonly needs?: readonly string[] };

function catalog(
  tag: string,
  sketches: Readonly<Record<string, Sketch>>,
  others: Readonly<Record<string, string>> = {},
): Catalog {
  const formulae = new Map(
    Object.entries(sketches).map(([name, { needs = [], ...sketch }], index): [string, Formula] => [
      name,
      {
        name,
        version: '1',
        revision: 0,
        rebuild: 0,
        bottle: { sha256: index.toString(16).padStart(64, '0') as Sha256, tag },
        dependencies: needs,
        usesFromMacos: [],
        deprecated: false,
        disabled: false,
        ...sketch,
      },
    ]),
  );
  return {
    tag,
    names: [...formulae.keys(), ...Object.keys(others)],
    canonical: (name) => others[name] ?? name,
    formula: (name) => formulae.get(name),
  };
}

const wish = (formulae: readonly string[], more: Partial<Wish> = {}): Wish => ({
  path: '$.bottles',
  formulae,
  dependencies: true,
  allowMissing: [],
  ...more,
});

const resolve = (asked: Wish, ...catalogs: readonly Catalog[]) =>
  mergeResolutions(
    asked,
    catalogs.map((each) => resolveOnTag(asked, each)),
  );

const namesOf = ({ bottles }: ReturnType<typeof resolve>) => bottles.map(({ name }) => name);

const SINCE_VENTURA = [{ name: 'zlib', since: 'ventura' }];

describe('resolving a wish', () => {
  it.each<[string, Wish, Catalog, readonly string[]]>([
    ['a formula alone', wish(['jq']), catalog(LINUX, { jq: {}, other: {} }), ['jq']],
    [
      'what it needs, and what that needs',
      wish(['a']),
      catalog(LINUX, { a: { needs: ['b'] }, b: { needs: ['c'] }, c: {} }),
      ['a', 'b', 'c'],
    ],
    [
      'nothing else without dependencies',
      wish(['a'], { dependencies: false }),
      catalog(LINUX, { a: { needs: ['b'] }, b: {}, glibc: {} }),
      ['a'],
    ],
    ['a circle once', wish(['a']), catalog(LINUX, { a: { needs: ['b'] }, b: { needs: ['a'] } }), ['a', 'b']],
    ['an alias', wish(['hi']), catalog(LINUX, { hello: {} }, { hi: 'hello' }), ['hello']],
    [
      'a dependency by its former name',
      wish(['a']),
      catalog(LINUX, { a: { needs: ['old'] }, new: {} }, { old: 'new' }),
      ['a', 'new'],
    ],
    [
      'what macOS has, on Linux',
      wish(['a']),
      catalog(LINUX, { a: { usesFromMacos: SINCE_VENTURA }, zlib: {} }),
      ['a', 'zlib'],
    ],
    [
      'not on a macOS that has it',
      wish(['a']),
      catalog('ventura', { a: { usesFromMacos: SINCE_VENTURA }, zlib: {} }),
      ['a'],
    ],
    [
      'but on one that is older',
      wish(['a']),
      catalog('arm64_monterey', { a: { usesFromMacos: SINCE_VENTURA }, zlib: {} }),
      ['a', 'zlib'],
    ],
    [
      'glibc and gcc for old Linux hosts',
      wish(['a']),
      catalog(LINUX, { a: {}, glibc: { needs: ['h'] }, gcc: {}, h: {} }),
      ['a', 'gcc', 'glibc', 'h'],
    ],
    ['not on macOS', wish(['a']), catalog(MAC, { a: {}, glibc: {}, gcc: {} }), ['a']],
    [
      'the ruby that brew itself runs on',
      wish(['a']),
      catalog(MAC, { a: {}, 'portable-ruby': {} }),
      ['a', 'portable-ruby'],
    ],
  ])('brings %s', (_, asked, from, expected) => {
    const resolution = resolve(asked, from);
    expect(namesOf(resolution)).toEqual(expected);
    expect(resolution.problems).toEqual([]);
  });

  it('tells who needs a bottle, and takes one for all systems once', () => {
    const both = {
      a: { needs: ['c'] },
      b: { needs: ['c'] },
      c: { bottle: { sha256: 'f'.repeat(64) as Sha256, tag: 'all' } },
    };
    const { bottles } = resolve(wish(['b', 'a']), catalog(LINUX, both), catalog(MAC, both));
    expect(bottles.filter(({ name }) => name === 'c')).toMatchObject([
      { tag: 'all', neededBy: ['a', 'b'], refName: '1.all' },
    ]);
    expect(bottles).toHaveLength(5);
  });

  it.each<[string, Readonly<Record<string, Sketch>>, object]>([
    [
      'does not exist',
      { jquery: {}, jqp: {} },
      { kind: 'unknown', message: 'There is no formula "jqq"', fix: 'Did you mean "jqp"?' },
    ],
    [
      'has no bottle',
      { jqq: { bottle: undefined } },
      { kind: 'no-bottle', message: '"jqq" has no bottle (x86_64_linux)' },
    ],
    [
      'is disabled',
      { jqq: { disabled: true } },
      { kind: 'disabled', message: expect.stringContaining('is disabled') },
    ],
    [
      'needs what does not exist',
      { jqq: { needs: ['gone'] } },
      { kind: 'unknown', message: '"jqq" needs "gone", which does not exist' },
    ],
    [
      'needs what has no bottle',
      { jqq: { needs: ['m'] }, m: { bottle: undefined } },
      { kind: 'no-bottle', message: '"jqq" needs "m", which has no bottle (x86_64_linux)' },
    ],
    [
      'has a version that is no ref',
      { jqq: { version: '1.0+git' } },
      { kind: 'unreadable', message: expect.stringContaining('"1.0+git"') },
    ],
  ])('tells with its place of a formula that %s', (_, sketches, problem) => {
    const { problems } = resolve(wish(['ok', 'jqq']), catalog(LINUX, { ok: {}, ...sketches }));
    expect(problems).toMatchObject([
      { place: '$.bottles.formulae[1]', formula: 'jqq', allowed: false, ...problem },
    ]);
  });

  it('tells of a deprecated formula, and of one that has another name by now, and brings them', () => {
    const { remarks, problems } = resolve(
      wish(['old']),
      catalog(LINUX, { a: { deprecated: true } }, { old: 'a' }),
    );
    expect(problems).toEqual([]);
    expect(remarks).toEqual([
      '$.bottles.formulae[0]: "old" is "a" by now',
      '$.bottles.formulae[0]: "old" is deprecated and will be disabled',
    ]);
  });

  it('marks what may be missing', () => {
    const asked = wish(['jqq'], { allowMissing: ['jqq'] });
    expect(resolve(asked, catalog(LINUX, {})).problems).toMatchObject([{ formula: 'jqq', allowed: true }]);
  });
});

const world = fc
  .uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { minLength: 1 })
  .chain((names) =>
    fc.tuple(
      fc.constant(names),
      fc.array(fc.subarray(names), { minLength: names.length, maxLength: names.length }),
    ),
  )
  .map(([names, needs]) =>
    Object.fromEntries(names.map((name, index) => [name, { needs: needs[index] ?? [] }])),
  );

const worldAndWish = world.chain((sketches) =>
  fc.tuple(fc.constant(sketches), fc.subarray(Object.keys(sketches)), fc.subarray(Object.keys(sketches))),
);

describe('the closure', () => {
  it('is closed: whatever a bottle of it needs is in it', () => {
    fc.assert(
      fc.property(worldAndWish, ([sketches, formulae]) => {
        const from = catalog(LINUX, sketches);
        const names = namesOf(resolve(wish(formulae), from));
        for (const name of names) {
          expect(names).toEqual(
            expect.arrayContaining([...dependenciesOf(from.formula(name) as Formula, LINUX)]),
          );
        }
        expect(names).toEqual(expect.arrayContaining(formulae));
      }),
    );
  });

  it('does not depend on the order of the config, nor on that of the tags', () => {
    fc.assert(
      fc.property(worldAndWish, ([sketches, formulae]) => {
        const [one, two] = [catalog(LINUX, sketches), catalog(MAC, sketches)];
        const straight = resolve(wish(formulae), one, two).bottles;
        expect(resolve(wish(formulae.toReversed()), two, one).bottles).toEqual(straight);
      }),
    );
  });

  it('never loses a bottle to a further formula', () => {
    fc.assert(
      fc.property(worldAndWish, ([sketches, formulae, more]) => {
        const from = catalog(LINUX, sketches);
        const before = namesOf(resolve(wish(formulae), from));
        expect(namesOf(resolve(wish([...formulae, ...more]), from))).toEqual(expect.arrayContaining(before));
      }),
    );
  });
});
