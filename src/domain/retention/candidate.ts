import { compareVersions, parseVersion, type Version } from '../provider/version.ts';
import { type Completeness, completenessOf, type ListedVersion } from './listed.ts';

/**
 * One version with every listed text that means it: "1.0" and "1.0.0" are one version to Terraform, so
 * they stand or fall together.
 */
export interface Candidate {
  readonly version: Version;
  readonly texts: readonly string[];
  readonly complete: boolean;
  /** True when no text of it is complete and of one the destination does not say. */
  readonly completenessUnknown: boolean;
  /** The latest of its creation dates; undefined when one is unknown. */
  readonly createdAt: Date | undefined;
}

export interface ReadListing {
  /** Newest first. */
  readonly candidates: readonly Candidate[];
  /** Texts that Terraform cannot read as versions, in alphabetical order. */
  readonly unreadable: readonly string[];
}

/** Reads a listing so that its order makes no difference. */
export function readListing(listed: readonly ListedVersion[]): ReadListing {
  const unreadable: string[] = [];
  const groups = new Map<string, { version: Version; members: ListedVersion[] }>();
  for (const entry of listed.toSorted(byText)) {
    const version = parseVersion(entry.text);
    if (!version) {
      unreadable.push(entry.text);
      continue;
    }
    const group = groups.get(version.canonical);
    if (group) group.members.push(entry);
    else groups.set(version.canonical, { version, members: [entry] });
  }
  const candidates = [...groups.values()]
    .map(({ version, members }) => ({
      version,
      texts: members.map((member) => member.text),
      ...together(members.map(completenessOf)),
      createdAt: latest(members.map((member) => member.createdAt)),
    }))
    .sort((a, b) => compareVersions(b.version, a.version));
  return { candidates, unreadable };
}

function together(members: readonly Completeness[]): Pick<Candidate, 'complete' | 'completenessUnknown'> {
  const complete = members.includes('complete');
  return { complete, completenessUnknown: !complete && members.includes('unknown') };
}

function byText(a: ListedVersion, b: ListedVersion): number {
  // Stryker disable next-line EqualityOperator: the order of equal texts cannot be seen.
  return a.text < b.text ? -1 : 1;
}

function latest(dates: readonly (Date | undefined)[]): Date | undefined {
  const times = dates.map((date) => date?.getTime() ?? Number.NaN);
  const time = Math.max(...times);
  return Number.isNaN(time) ? undefined : new Date(time);
}
