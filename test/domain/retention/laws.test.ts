import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { satisfies } from '../../../src/domain/provider/constraint.ts';
import {
  compareVersions,
  isPrerelease,
  parseVersion,
  type Version,
} from '../../../src/domain/provider/version.ts';
import { decideRetention, type RetentionInput } from '../../../src/domain/retention/decide.ts';
import { completenessOf, isComplete, type ListedVersion } from '../../../src/domain/retention/listed.ts';
import { sharedJsonLines } from '../../support/shared-vectors.ts';
import {
  anyListing,
  anyPolicy,
  anyWishes,
  daysAgo,
  deletedOf,
  NOW,
  readableText,
  realListing,
} from './listings.ts';

const realLists = sharedJsonLines<{ versions: string[] }>('registry', 'versions.jsonl').map(
  ({ versions }) => versions,
);

describe('the laws of retention, over generated listings', () => {
  laws(anyListing, 300);
});

describe.skipIf(realLists.length === 0)('the laws of retention, over real version lists', () => {
  laws(realListing(realLists), 40);
});

function laws(listings: fc.Arbitrary<readonly ListedVersion[]>, numRuns: number): void {
  const inputs: fc.Arbitrary<RetentionInput> = fc.record({
    versions: listings,
    policy: anyPolicy,
    wishes: anyWishes,
    now: fc.constant(NOW),
  });
  const holds = (law: (input: RetentionInput) => void) => fc.assert(fc.property(inputs, law), { numRuns });
  const holdsWith = <T>(other: fc.Arbitrary<T>, law: (input: RetentionInput, other: T) => void) =>
    fc.assert(fc.property(inputs, other, law), { numRuns });

  it('decides every version exactly once, with a reason', () => {
    holds((input) => {
      const decisions = decideRetention(input);
      expect(decisions.map(({ version }) => version).sort()).toEqual(
        input.versions.map(({ text }) => text).sort(),
      );
      for (const { reason, detail } of decisions) expect(`${reason}: ${detail}`).toMatch(/^[a-z-]+: .{10,}/);
    });
  });

  it('never keeps fewer than keep says, nor fewer than there are', () => {
    holds((input) => {
      const complete = input.versions.filter((entry) => isComplete(entry) && parseVersion(entry.text));
      const kept = without(input.versions, deletedOf(decideRetention(input))).filter(isComplete);
      const readable = kept.filter((entry) => parseVersion(entry.text));
      expect(readable.length).toBeGreaterThanOrEqual(Math.min(input.policy.keep, complete.length));
    });
  });

  it('never deletes a version that something protects', () => {
    holds((input) => {
      const deleted = new Set(deletedOf(decideRetention(input)));
      const wronglyDeleted = input.versions
        .filter(({ text }) => deleted.has(text))
        .filter((entry) => isProtected(entry, input));
      expect(wronglyDeleted).toEqual([]);
    });
  });

  it('never deletes the newest complete version, whatever the settings', () => {
    holds((input) => {
      const complete = input.versions.filter(isComplete).flatMap(({ text }) => parseVersion(text) ?? []);
      const [newest] = complete.toSorted((a, b) => compareVersions(b, a));
      const deleted = deletedOf(decideRetention(input)).map((text) => parseVersion(text)?.canonical);
      expect(newest === undefined || !deleted.includes(newest.canonical)).toBe(true);
    });
  });

  it('never deletes a version of which nobody says whether it is complete', () => {
    holds((input) => {
      const meaning = ({ text }: ListedVersion) => parseVersion(text)?.canonical;
      const complete = new Set(input.versions.filter(isComplete).map(meaning));
      const unknown = input.versions
        .filter((entry) => completenessOf(entry) === 'unknown')
        .filter((entry) => !complete.has(meaning(entry)));
      const deleted = deletedOf(decideRetention(input));
      expect(unknown.filter(({ text }) => deleted.includes(text))).toEqual([]);
    });
  });

  it('keeps what cannot be read as a version', () => {
    holds((input) => {
      expect(deletedOf(decideRetention(input)).filter((text) => !parseVersion(text))).toEqual([]);
    });
  });

  it('decides the same whatever the order of the listing', () => {
    holdsWith(fc.infiniteStream(fc.nat()), (input, numbers) => {
      const shuffled = input.versions
        .map((entry) => ({ entry, at: numbers.next().value as number }))
        .sort((a, b) => a.at - b.at)
        .map(({ entry }) => entry);
      expect(decideRetention({ ...input, versions: shuffled })).toEqual(decideRetention(input));
    });
  });

  it('finds nothing more to delete in what it left', () => {
    holds((input) => {
      const versions = without(input.versions, deletedOf(decideRetention(input)));
      expect(deletedOf(decideRetention({ ...input, versions }))).toEqual([]);
    });
  });

  it('finds nothing that it had kept when only some of the deletions went through', () => {
    holdsWith(fc.nat(30), (input, count) => {
      const planned = deletedOf(decideRetention(input));
      const versions = without(input.versions, planned.toReversed().slice(0, count));
      expect(planned).toEqual(
        expect.arrayContaining([...deletedOf(decideRetention({ ...input, versions }))]),
      );
    });
  });

  it('never deletes more when keep is raised', () => {
    holdsWith(fc.integer({ min: 1, max: 10 }), (input, more) => {
      const policy = { ...input.policy, keep: input.policy.keep + more };
      const before = deletedOf(decideRetention(input));
      expect(before).toEqual(expect.arrayContaining([...deletedOf(decideRetention({ ...input, policy }))]));
    });
  });

  it('never saves an older version by adding a newer one', () => {
    holdsWith(fc.tuple(readableText, fc.boolean()), (input, [text, complete]) => {
      const added = parseVersion(text) as Version;
      const older = deletedOf(decideRetention(input)).filter(
        (other) => compare(parseVersion(other), added) < 0,
      );
      const versions = [...input.versions, newlyPublished(text, complete)];
      fc.pre(!input.versions.some((entry) => compare(parseVersion(entry.text), added) === 0));
      expect(deletedOf(decideRetention({ ...input, versions }))).toEqual(expect.arrayContaining([...older]));
    });
  });

  it('decides stable versions as if there were no prereleases', () => {
    holds((input) => {
      const versions = input.versions.filter(({ text }) => !isPrereleaseText(text));
      const all = deletedOf(decideRetention(input)).filter((text) => !isPrereleaseText(text));
      expect(all).toEqual(deletedOf(decideRetention({ ...input, versions })));
    });
  });

  it('lets no stable version go by count while a prerelease older than the newest stable one fills a place', () => {
    holds((input) => {
      const reasons = new Set(decideRetention(input).map(({ reason }) => reason));
      expect(reasons.has('fills-up') && reasons.has('beyond-newest-stable')).toBe(false);
    });
  });

  it('decides complete versions as if there were no incomplete ones', () => {
    holds((input) => {
      const readable = new Map<string, boolean>();
      for (const entry of input.versions) {
        const { canonical } = parseVersion(entry.text) ?? {};
        if (canonical) readable.set(canonical, (readable.get(canonical) ?? false) || isComplete(entry));
      }
      const versions = input.versions.filter(
        ({ text }) => readable.get(parseVersion(text)?.canonical ?? '') === true,
      );
      const texts = new Set(versions.map(({ text }) => text));
      const all = deletedOf(decideRetention(input)).filter((text) => texts.has(text));
      expect(all).toEqual(deletedOf(decideRetention({ ...input, versions })));
    });
  });
}

function without(versions: readonly ListedVersion[], texts: readonly string[]): readonly ListedVersion[] {
  const gone = new Set(texts);
  return versions.filter(({ text }) => !gone.has(text));
}

function newlyPublished(text: string, complete: boolean): ListedVersion {
  return {
    text,
    createdAt: NOW,
    shasumsUploaded: complete,
    shasumsSignatureUploaded: complete,
    platformCount: 1,
  };
}

function isPrereleaseText(text: string): boolean {
  const version = parseVersion(text);
  return version !== undefined && isPrerelease(version);
}

function compare(a: Version | undefined, b: Version): number {
  return a ? compareVersions(a, b) : Number.NaN;
}

/** The list of what is always kept, said again in the plainest way and without the counting rules. */
function isProtected(entry: ListedVersion, { versions, policy, wishes }: RetentionInput): boolean {
  const version = parseVersion(entry.text);
  if (!version) return true;
  const complete = versions.filter(isComplete).flatMap(({ text }) => parseVersion(text) ?? []);
  const stable = complete.filter((other) => !isPrerelease(other));
  const isNewestOf = (others: readonly Version[]) =>
    others.some((other) => compareVersions(other, version) === 0) &&
    others.every((other) => compareVersions(other, version) <= 0);

  if (isNewestOf(stable)) return true;
  if (wishes.retain.some((constraint) => satisfies(constraint, version))) return true;
  for (const request of wishes.requested) {
    if (request.kind === 'exact' && compareVersions(version, request.version) === 0) return true;
    if (request.kind === 'latest' && isNewestOf(stable)) return true;
    if (request.kind === 'constraint') {
      if (isNewestOf(complete.filter((other) => satisfies(request.constraint, other)))) return true;
    }
  }
  const majors = [...new Set(stable.map(({ major }) => major))].sort((a, b) => b - a);
  for (const major of majors.slice(0, policy.keepMajors ?? 0)) {
    if (isNewestOf(stable.filter((other) => other.major === major))) return true;
  }
  if (policy.minimumAgeDays === undefined) return false;
  return entry.createdAt === undefined || entry.createdAt > daysAgo(policy.minimumAgeDays);
}
