import { dataOf } from '../events/types/schema.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import type { Check } from './form/provider.ts';
import { shown } from './shown-text.ts';

/** What a ledger tells of one version, as far as a catalogue shows it. Times are those of receipt. */
export interface VersionRecord {
  published: string | null;
  seen: string | null;
  admission: { readonly rule: string; readonly at: string; readonly by: string | null } | null;
  approval: { readonly by: string; readonly at: string; readonly reason: string } | null;
  /** Of the last time that a run met it held. */
  held: { readonly rules: readonly string[]; readonly since: string } | null;
  withdrawn: string | null;
  signedBy: string | null;
  checks: readonly Check[];
  readonly remarks: Set<string>;
  readonly releases: Set<string>;
  /** By platform. */
  readonly packages: Map<string, { readonly sha256: string; readonly bytes: number }>;
  /** By destination: the first delivery that is not taken back since. */
  readonly delivered: Map<string, string>;
  readonly confirmed: Map<string, string>;
  /** The last thing that happened to it, whatever it was. */
  changed: string | null;
}

/** The types of events that are read. */
export const VERSION_EVENTS = [
  'version.sighted',
  'version.held',
  'version.admitted',
  'version.approved',
  'version.gone-upstream',
  'version.delivered',
  'version.confirmed',
  'version.deleted',
  'version.taken-out',
  'version.recut',
  'versions.recalled',
  'versions.unrecalled',
  'release.verified',
  'release.remarked',
  'package.transferred',
] as const;

/** A provider's entries, in their order, gathered by version. */
export function versionRecords(entries: readonly LedgerEntry[]): ReadonlyMap<string, VersionRecord> {
  const records = new Map<string, VersionRecord>();
  for (const { event } of entries) {
    const version = (event.data as { readonly version?: unknown } | undefined)?.version;
    if (typeof version !== 'string') continue;
    const record = records.get(version) ?? emptyRecord();
    records.set(version, record);
    take(record, event);
  }
  return records;
}

function take(record: VersionRecord, event: LedgerEntry['event']): void {
  const at = event.received ?? '';
  const seen = dataOf('version.sighted', event);
  if (seen) {
    record.seen ??= at;
    record.published ??= seen.publishedAt ?? null;
    record.releases.add(seen.shasums);
    record.changed = at;
  }
  const verified = dataOf('release.verified', event);
  if (verified) {
    record.releases.add(verified.shasums);
    record.signedBy = verified.signedBy;
    record.checks = verified.checks.map(shownCheck);
  }
  const remarked = dataOf('release.remarked', event);
  if (remarked) record.remarks.add(shown(remarked.remark));
  const held = dataOf('version.held', event);
  if (held) {
    record.held = { rules: held.rules, since: record.held?.since ?? at };
    record.changed = at;
  }
  const admitted = dataOf('version.admitted', event);
  if (admitted) {
    record.admission = { rule: admitted.rule, at, by: admitted.by === undefined ? null : shown(admitted.by) };
    record.changed = at;
  }
  const approved = dataOf('version.approved', event);
  if (approved) {
    record.approval = { by: shown(approved.by), at, reason: shown(approved.reason) };
    record.changed = at;
  }
  if (dataOf('version.gone-upstream', event)) {
    record.withdrawn = at;
    record.changed = at;
  }
  const delivered = dataOf('version.delivered', event);
  if (delivered) {
    if (!record.delivered.has(delivered.destination)) record.delivered.set(delivered.destination, at);
    record.changed = at;
  }
  const there = delivered ?? dataOf('version.confirmed', event);
  if (there) record.confirmed.set(there.destination, at);
  const out = dataOf('version.taken-out', event) ?? dataOf('version.deleted', event);
  if (out) {
    record.delivered.delete(out.destination);
    record.confirmed.delete(out.destination);
    record.changed = at;
  }
  const pkg = dataOf('package.transferred', event);
  if (pkg) record.packages.set(pkg.platform, { sha256: pkg.sha256, bytes: pkg.bytes });
}

export function shownCheck({ check, subject, passed, detail }: Check): Check {
  return { check: shown(check), subject: shown(subject), passed, detail: shown(detail) };
}

export function emptyRecord(): VersionRecord {
  return {
    published: null,
    seen: null,
    admission: null,
    approval: null,
    held: null,
    withdrawn: null,
    signedBy: null,
    checks: [],
    remarks: new Set(),
    releases: new Set(),
    packages: new Map(),
    delivered: new Map(),
    confirmed: new Map(),
    changed: null,
  };
}
