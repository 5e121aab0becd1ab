import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  comparePrecedence,
  compareVersions,
  isPrerelease,
  parseVersion,
  sameVersion,
  type Version,
} from '../../../src/domain/provider/version.ts';
import { sharedJsonLines, sharedVectors } from '../../support/shared-vectors.ts';
import { versionText } from './arbitraries.ts';

const version = (text: string): Version => {
  const parsed = parseVersion(text);
  if (!parsed) throw new Error(`${text} is not a version`);
  return parsed;
};

const canonical = (versions: readonly Version[]) => versions.map((one) => one.canonical);

describe('parseVersion', () => {
  it.each([
    ['1.2.3', '1.2.3'],
    ['1', '1.0.0'],
    ['1.2', '1.2.0'],
    ['01.02.03', '1.2.3'],
    ['0.12.202011112311', '0.12.202011112311'],
    ['1.2.3-beta01', '1.2.3-beta01'],
    ['1.2-rc.1', '1.2.0-rc.1'],
    ['1.2.3+build.7', '1.2.3+build.7'],
    ['1.2.3-rc.1+build-7', '1.2.3-rc.1+build-7'],
    ['1.2.3-', '1.2.3'],
    ['1.2.3--', '1.2.3--'],
    ['9007199254740991.0.0', '9007199254740991.0.0'],
  ])('reads %s as %s and keeps its text', (text, canonical) => {
    expect(parseVersion(text)).toMatchObject({ text, canonical });
  });

  it.each([
    '',
    ' ',
    'v1.0.0',
    '1.2.3.4',
    '1.',
    '.1',
    '1..2',
    '1.x',
    '-1',
    '1.2.3-béta',
    '1.2.3-a..b',
    '1.2.3-.a',
    '1.2.3+',
    '1.2.3-+b',
    '1.2.3-beta_1',
    ' 1.2.3',
    '1.2.3\n',
    '= 1.2.3',
    'latest',
    '１.0',
    '9007199254740992.0.0',
    `1.0.0-${'a'.repeat(251)}`,
    `1-${'a'.repeat(254)}`,
  ])('refuses %j', (text) => {
    expect(parseVersion(text)).toBeUndefined();
  });

  it('reads its own canonical form as the same version', () => {
    fc.assert(
      fc.property(versionText, (text) => {
        const first = version(text);
        expect(version(first.canonical)).toEqual({ ...first, text: first.canonical });
      }),
    );
  });

  it('reads nothing that cannot be ordered', () => {
    const anything = fc.oneof(fc.string({ maxLength: 300 }), versionText);
    fc.assert(
      fc.property(anything, versionText, (text, other) => {
        const parsed = parseVersion(text);
        fc.pre(parsed !== undefined);
        expect(compareVersions(parsed, version(other))).not.toBeNaN();
      }),
    );
  });
});

describe('the order of versions', () => {
  it('follows the precedence of SemVer, then build metadata', () => {
    const ordered = [
      '0.9.0',
      '0.10.0',
      '1.0.0-0',
      '1.0.0-1',
      '1.0.0-10',
      '1.0.0-alpha',
      '1.0.0-alpha.1',
      '1.0.0-alpha.beta',
      '1.0.0-beta',
      '1.0.0-beta.2',
      '1.0.0-beta.11',
      '1.0.0-rc.1',
      '1.0.0',
      '1.0.0+2',
      '1.0.0+10',
      '1.0.0+a',
      '1.0.1-a',
      '1.0.1',
      '1.2.9',
      '1.2.10',
      '2024.4.1',
    ];
    expect(
      ordered
        .toReversed()
        .map(version)
        .toSorted(compareVersions)
        .map(({ text }) => text),
    ).toEqual(ordered);
  });

  it.each([
    ['1.0', '1.0.0', true],
    ['1.0.0-', '1', true],
    ['1.0.0', '1.0.0+a', false],
    ['1.0.0-1', '1.0.0-01', false],
  ])('sees %s and %s as the same version: %s', (a, b, same) => {
    expect(sameVersion(version(a), version(b))).toBe(same);
    expect(compareVersions(version(a), version(b)) === 0).toBe(same);
  });

  it('leaves build metadata out of precedence', () => {
    expect(comparePrecedence(version('1.0.0+a'), version('1.0.0+b'))).toBe(0);
  });

  it('is antisymmetric, transitive, and zero only for the same version', () => {
    fc.assert(
      fc.property(versionText, versionText, versionText, (...texts) => {
        const [a, b, c] = texts.map(version).toSorted(compareVersions) as [Version, Version, Version];
        expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
        expect(Math.sign(compareVersions(c, a))).toBe(-Math.sign(compareVersions(a, c)) + 0);
        expect(compareVersions(a, b) === 0).toBe(sameVersion(a, b));
        expect(Math.sign(compareVersions(a, b)) + Math.sign(compareVersions(b, c))).toBeLessThanOrEqual(0);
      }),
      { numRuns: 1000 },
    );
  });

  it('sorts to one result whatever the order of the input', () => {
    fc.assert(
      fc.property(fc.uniqueArray(versionText, { maxLength: 20 }), fc.nat(), (texts, turn) => {
        const cut = texts.length === 0 ? 0 : turn % texts.length;
        const turned = [...texts.slice(cut), ...texts.slice(0, cut)].toReversed();
        const sorted = (list: readonly string[]) => canonical(list.map(version).toSorted(compareVersions));
        expect(sorted(turned)).toEqual(sorted(texts));
      }),
    );
  });
});

describe.skipIf(!sharedVectors('registry'))('with the version lists of real providers', () => {
  const lists = sharedJsonLines<{ source: string; versions: string[] }>('registry', 'versions.jsonl');

  it('reads every version', () => {
    const texts = lists.flatMap(({ versions }) => versions);
    expect(texts).toHaveLength(14_434);
    expect(texts.filter((text) => !parseVersion(text))).toEqual([]);
  });

  it('orders every list the same from either end', () => {
    const unsteady = lists.filter(({ versions }) => {
      const forward = versions.map(version).toSorted(compareVersions);
      const backward = versions.toReversed().map(version).toSorted(compareVersions);
      return canonical(backward).join() !== canonical(forward).join();
    });
    expect(unsteady).toEqual([]);
  });

  it('puts every prerelease before its release', () => {
    const numbers = ({ major, minor, patch }: Version) => `${major}.${minor}.${patch}`;
    const misplaced = lists.flatMap(({ versions }) => {
      const ordered = versions.map(version).toSorted(compareVersions);
      return ordered.filter((later, index) => {
        const earlier = ordered[index - 1];
        return (
          earlier && numbers(earlier) === numbers(later) && !isPrerelease(earlier) && isPrerelease(later)
        );
      });
    });
    expect(misplaced).toEqual([]);
  });
});
