import { dataOf, type EventData } from '../events/types/schema.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import { parseConstraint, satisfies, type VersionConstraint } from '../provider/constraint.ts';
import { isPrerelease, parseVersion, sameVersion, type Version } from '../provider/version.ts';

/** A version with one SHA256SUMS. */
interface OfRelease {
  readonly version: string;
  /** SHA-256 of SHA256SUMS, hex. */
  readonly digest: string;
  /** By the ledger's own clock. */
  readonly at: Date;
}

interface Sight extends OfRelease {
  /** The registry's word; counts on a provider's first day alone. */
  readonly publishedAt: Date | undefined;
}

interface Approval extends OfRelease {
  readonly by: string;
  readonly reason: string;
}

/** A recall that a person gave to the ledger. */
interface LedgerRecall {
  readonly versions: VersionConstraint;
  readonly reason: string;
  readonly by: string;
  readonly at: Date;
  readonly delete: boolean;
}

/** What a ledger knows of one provider, as far as admission asks. */
export interface AdmissionRecord {
  /** Oldest first. */
  readonly sights: readonly Sight[];
  readonly approvals: readonly Approval[];
  readonly admitted: readonly OfRelease[];
  /** Those in force. */
  readonly recalls: readonly LedgerRecall[];
  /** How many recalls and how many takings back there were: numbers the next. */
  readonly decisions: { readonly recalls: number; readonly unrecalls: number; readonly approvals: number };
  /** Deliveries that were begun, and of which nobody has told how they ended. */
  readonly intended: readonly EventData<'version.intended'>[];
  /** Versions that were delivered, and where. */
  readonly delivered: readonly { readonly version: string; readonly destination: string }[];
  /** Versions whose absence upstream has been told of. */
  readonly goneUpstream: readonly string[];
  /** When the provider was seen for the first time. */
  readonly firstDay: Date | undefined;
}

/** The types of events that a record is read from. */
export const RECORD_EVENTS = [
  'version.sighted',
  'version.approved',
  'version.admitted',
  'versions.recalled',
  'versions.unrecalled',
  'version.intended',
  'version.delivered',
  'version.confirmed',
  'version.gone-upstream',
] as const;

const DAY = 86_400_000;

/** Reads a record out of a provider's entries, in their order. Times are those of receipt, never an event's claim. */
export function readRecord(entries: readonly LedgerEntry[]): AdmissionRecord {
  const sights: Sight[] = [];
  const approvals: Approval[] = [];
  const admitted: OfRelease[] = [];
  const delivered = new Map<string, { readonly version: string; readonly destination: string }>();
  const intended = new Map<string, EventData<'version.intended'>>();
  const told = new Set<string>();
  const goneUpstream: string[] = [];
  const decisions = { recalls: 0, unrecalls: 0, approvals: 0 };
  let recalls: LedgerRecall[] = [];
  let firstDay: Date | undefined;
  for (const { event } of entries) {
    const at = new Date(event.received ?? Number.NaN);
    const sighted = dataOf('version.sighted', event);
    if (sighted) {
      firstDay ??= at;
      const { version, shasums, publishedAt } = sighted;
      const believed = publishedAt !== undefined && at.getTime() - firstDay.getTime() < DAY;
      const published = believed ? new Date(publishedAt) : undefined;
      sights.push({ version, digest: shasums, at, publishedAt: published });
    }
    const approved = dataOf('version.approved', event);
    if (approved) {
      const { version, shasums, by, reason } = approved;
      decisions.approvals += 1;
      approvals.push({ version, digest: shasums, at, by, reason });
    }
    const let_in = dataOf('version.admitted', event);
    if (let_in) admitted.push({ version: let_in.version, digest: let_in.shasums, at });
    const recalled = dataOf('versions.recalled', event);
    if (recalled) {
      decisions.recalls += 1;
      const parsed = parseConstraint(recalled.versions);
      if ('constraint' in parsed) recalls.push({ ...recalled, versions: parsed.constraint, at });
    }
    const unrecalled = dataOf('versions.unrecalled', event);
    if (unrecalled) {
      decisions.unrecalls += 1;
      recalls = recalls.filter(({ versions }) => versions.text !== unrecalled.versions);
    }
    const begun = dataOf('version.intended', event);
    if (begun) intended.set(`${begun.version} ${begun.destination}`, begun);
    const arrived = dataOf('version.delivered', event);
    if (arrived) told.add(deliveryKey(arrived));
    const there = arrived ?? dataOf('version.confirmed', event);
    if (there) {
      const { version, destination } = there;
      delivered.set(`${version} ${destination}`, { version, destination });
      intended.delete(`${version} ${destination}`);
    }
    const gone = dataOf('version.gone-upstream', event);
    if (gone) goneUpstream.push(gone.version);
  }
  return {
    sights,
    approvals,
    admitted,
    recalls,
    decisions,
    // An intention that had to be put by may come in after what became of it.
    intended: [...intended.values()].filter((each) => !told.has(deliveryKey(each))),
    delivered: [...delivered.values()],
    goneUpstream,
    firstDay,
  };
}

function deliveryKey(of: EventData<'version.delivered'>): string {
  const { version, destination, how, signedBy, bytes, day } = of;
  return [version, destination, how, signedBy, bytes, day].join('\n');
}

/** A provider that a ledger has never seen. */
export const EMPTY_RECORD = readRecord([]);

/** The newest digest that the version has been seen with. */
export function lastDigest({ sights }: AdmissionRecord, version: string): string | undefined {
  return sights.findLast((sight) => sight.version === version)?.digest;
}

/** Whether a recall is about the version: a prerelease too, when the numbers are within. */
export function covers(versions: VersionConstraint, version: Version): boolean {
  if (satisfies(versions, version)) return true;
  if (!isPrerelease(version)) return false;
  // Terraform's rule that a prerelease has to be named is for choosing; what is called back goes with its range.
  const numbers = parseVersion(`${version.major}.${version.minor}.${version.patch}`);
  const named = versions.terms.some(
    ({ operator, boundary }) => operator === '=' && sameVersion(boundary, version),
  );
  return (
    named ||
    (numbers !== undefined &&
      versions.terms.every(({ operator }) => operator !== '=') &&
      satisfies(versions, numbers))
  );
}
