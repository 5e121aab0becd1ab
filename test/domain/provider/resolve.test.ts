import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AvailableVersion } from '../../../src/domain/provider/release.ts';
import {
  formatRequestedVersion,
  parseRequestedVersion,
} from '../../../src/domain/provider/requested-version.ts';
import { resolveVersion } from '../../../src/domain/provider/resolve.ts';
import { compareVersions, isPrerelease, parseVersion } from '../../../src/domain/provider/version.ts';
import { sharedJsonLines, sharedVectors } from '../../support/shared-vectors.ts';
import { constraintText, versionText } from './arbitraries.ts';

const available = (texts: readonly string[]): AvailableVersion[] =>
  texts
    .map((text) => parseVersion(text))
    .filter((version) => version !== undefined)
    .map((version) => ({ version, protocols: ['5.0'], platforms: [] }));

const request = (text: string | undefined) => {
  const parsed = parseRequestedVersion(text);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.requested;
};

describe('parseRequestedVersion', () => {
  it.each([
    [undefined, 'latest', 'latest', 'latest'],
    ['latest', 'latest', 'latest', 'latest'],
    ['5.100.0', 'exact', '5.100.0', '5.100.0'],
    [' 5.1 ', 'exact', '5.1', '5.1.0'],
    ['= 5.1', 'exact', '= 5.1', '5.1.0'],
    ['2.0.0-rc1', 'exact', '2.0.0-rc1', '2.0.0-rc1'],
    ['~> 5.0', 'constraint', '~> 5.0', '~> 5.0'],
    ['< 6, >= 5.80', 'constraint', '< 6, >= 5.80', '>= 5.80.0, < 6.0.0'],
    ['!= 5.1', 'constraint', '!= 5.1', '!= 5.1.0'],
  ])('reads %j as %s, written %j and normally %j', (text, kind, written, normal) => {
    const requested = request(text);
    expect(requested).toMatchObject({ kind, text: written });
    expect(formatRequestedVersion(requested)).toBe(normal);
  });

  it.each(['Latest', 'LATEST', ' latest', 'latest ', 'newest', '*', '', ' '])(
    'refuses %j and says how the newest stable version is asked for',
    (text) => {
      expect(parseRequestedVersion(text)).toEqual({
        problem: `${JSON.stringify(text)} is not a version.`,
        fix: 'Write "latest", or leave "version" out, for the newest stable version.',
      });
    },
  );

  it('refuses what is no constraint with the constraint rules’ own words', () => {
    expect(parseRequestedVersion('^1.2.3')).toMatchObject({ fix: 'Write ">= 1.2.3, < 2.0.0".' });
  });
});

describe('resolveVersion', () => {
  it.each([
    ['latest', ['1.0.0', '1.10.0', '1.9.0', '2.0.0-rc1'], '1.10.0'],
    ['latest', ['1.0.0-rc1', '1.0.0-rc2'], undefined],
    ['latest', [], undefined],
    ['latest', ['1.0.0+1', '1.0.0+2'], '1.0.0+2'],
    ['1.0', ['1.0.0', '1.0.1'], '1.0.0'],
    ['1.0.0', ['1.0'], '1.0'],
    ['1.0.0', ['1.0.0+build'], undefined],
    ['2.0.0-rc1', ['1.0.0', '2.0.0-rc1'], '2.0.0-rc1'],
    ['2.0.0-rc1', ['1.0.0', '2.0.0-rc2'], undefined],
    ['~> 1.0', ['0.9.0', '1.0.0', '1.5.0', '1.6.0-beta', '2.0.0'], '1.5.0'],
    ['~> 3.0', ['1.0.0'], undefined],
  ])('%s of %j is %s', (text, versions, chosen) => {
    expect(resolveVersion(request(text), available(versions))?.version.text).toBe(chosen);
  });

  it('chooses the newest that is allowed, whatever the order of the list', () => {
    const requested = fc.oneof(fc.constant('latest'), constraintText);
    fc.assert(
      fc.property(requested, fc.array(versionText, { maxLength: 12 }), (text, versions) => {
        const list = available(versions);
        const chosen = resolveVersion(request(text), list);
        const reversed = resolveVersion(request(text), list.toReversed());
        expect(reversed?.version.canonical).toBe(chosen?.version.canonical);
        const newer = list.filter(({ version }) => !chosen || compareVersions(version, chosen.version) > 0);
        expect(resolveVersion(request(text), newer)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it.skipIf(!sharedVectors('registry'))('takes the newest stable version of every real provider', () => {
    const lists = sharedJsonLines<{ source: string; versions: string[] }>('registry', 'versions.jsonl');
    expect(lists.length).toBeGreaterThan(200);
    const wrong = lists.filter(({ versions }) => {
      const list = available(versions);
      const stable = list.map(({ version }) => version).filter((version) => !isPrerelease(version));
      const newest = stable.toSorted(compareVersions).at(-1);
      return resolveVersion(request('latest'), list)?.version.canonical !== newest?.canonical;
    });
    expect(wrong).toEqual([]);
  });
});
