import { type AdmissionDecision, decideAdmission, recallOf } from '../admission/decide.ts';
import { type AdmissionRecord, EMPTY_RECORD, lastDigest } from '../admission/record.ts';
import { allows } from '../provider/resolve.ts';
import type { Version } from '../provider/version.ts';
import { differencesOf } from './differences.ts';
import type { CatalogueContext, ProviderFacts } from './facts.ts';
import type { VersionState } from './form/overview.ts';
import type { PackageDetail, VersionDetail } from './form/provider.ts';
import type { HeldVersion } from './held.ts';
import { shown } from './shown-text.ts';
import { shownCheck, type VersionRecord } from './version-record.ts';

export interface VersionFacts {
  readonly provider: ProviderFacts;
  readonly version: Version;
  readonly record: VersionRecord;
  /** What each destination that has anything of it tells, by its place. */
  readonly held: ReadonlyMap<number, HeldVersion>;
  /** Versions that a person, or time, still has to let in are of interest only when newer than this. */
  readonly newestHere: boolean;
}

/** One version as it is shown; undefined when there is nothing to say of it here. */
export function describeVersion(facts: VersionFacts, context: CatalogueContext): VersionDetail | undefined {
  const { provider, version, record, held } = facts;
  const admissions = provider.ledger?.record ?? EMPTY_RECORD;
  const decision = decide(provider, version, admissions, context.now);
  const states = statesOf(facts, admissions, decision);
  const [first, ...others] = states;
  if (first === undefined) return undefined;
  const waits = states.includes('held') || states.includes('needs-approval');
  const packages = packagesOf(held, record);
  return {
    version: version.canonical,
    states: [first, ...others],
    protocols: firstOf(held, ({ protocols }) => protocols) ?? [],
    times: {
      published: record.published,
      seen: record.seen,
      admitted: record.admission?.at ?? null,
      delivered: earliest([...record.delivered.values(), ...sinceOf(held)]),
    },
    signer: signerOf(held, record.signedBy),
    checks: checksOf(held, record),
    remarks: [...new Set([...record.remarks, ...(firstOf(held, ({ remarks }) => remarks) ?? []).map(shown)])],
    admission: record.admission,
    approval: record.approval,
    hold: waits && decision !== undefined ? holdOf(facts, decision, admissions, context) : null,
    recall: recallShown(provider, admissions, version),
    withdrawn: states.includes('withdrawn') ? record.withdrawn : null,
    releases: [...record.releases],
    packages,
    at: [...held].map(([destination, { complete, since, packages: own }]) => ({
      destination,
      complete: complete !== false,
      since: since?.toISOString() ?? record.delivered.get(nameAt(context, destination)) ?? null,
      confirmed: record.confirmed.get(nameAt(context, destination)) ?? null,
      differences: own === undefined ? [] : differencesOf(destination, own, held, context.destinations),
    })),
  };
}

function decide(
  { original, policy }: ProviderFacts,
  version: Version,
  record: AdmissionRecord,
  now: Date,
): AdmissionDecision | undefined {
  if (original === undefined) return undefined;
  const digest = lastDigest(record, version.canonical);
  return decideAdmission(policy, record, { address: original, version, digest }, now);
}

function statesOf(
  { provider, version, record, held, newestHere }: VersionFacts,
  admissions: AdmissionRecord,
  decision: AdmissionDecision | undefined,
): readonly VersionState[] {
  const states: VersionState[] = [];
  const { original, upstream, policy, requested } = provider;
  const here = [...held.values()];
  const available = here.some(({ complete }) => complete !== false);
  const known = here.length > 0 || record.seen !== null || record.delivered.size > 0;
  if (original && known && recallOf(policy, admissions, original, version)) states.push('recalled');
  const gone = upstream === undefined ? record.withdrawn !== null : !upstream.includes(version.canonical);
  if (gone && here.length > 0 && original !== undefined) states.push('withdrawn');
  // What was let in once stays let in; what is older than the newest here nobody waits for.
  if (!available && states.length === 0 && newestHere && decision !== undefined) {
    // A run looks at versions beyond those that are asked for, so that their age counts from then.
    const asked = requested.some((request) => allows(request, version));
    if (decision.outcome === 'held' && (record.held !== null || (asked && record.seen !== null))) {
      states.push(decision.until === undefined ? 'needs-approval' : 'held');
    }
    const letIn = record.admission !== null || record.approval !== null;
    if (decision.outcome === 'admitted' && letIn && record.delivered.size === 0) states.push('admitted');
  }
  if (available) states.push('available');
  else if (here.length > 0 && !states.includes('recalled')) states.push('incomplete');
  return states;
}

function holdOf(
  { provider, version, record }: VersionFacts,
  { reasons, until }: AdmissionDecision,
  admissions: AdmissionRecord,
  context: CatalogueContext,
): VersionDetail['hold'] {
  // The ledger approves a release that it has seen.
  const approvable = lastDigest(admissions, version.canonical) !== undefined;
  return {
    rules: reasons.map(({ rule }) => rule),
    since: record.held?.since ?? record.seen,
    // Of a release that nobody has seen yet the time begins to run when somebody does.
    until: approvable ? (until?.toISOString() ?? null) : null,
    command: approvable ? approveCommand(provider.address, version.canonical, context.ledgerOption) : null,
  };
}

function recallShown(
  { original, policy }: ProviderFacts,
  admissions: AdmissionRecord,
  version: Version,
): VersionDetail['recall'] {
  if (original === undefined) return null;
  const recall = recallOf(policy, admissions, original, version);
  if (recall === undefined) return null;
  const own = admissions.recalls.find(
    ({ reason, by }) => recall.by !== undefined && reason === recall.reason && by === recall.by,
  );
  return {
    versions: own?.versions.text ?? version.canonical,
    by: recall.by === undefined ? null : shown(recall.by),
    at: own?.at.toISOString() ?? null,
    reason: shown(recall.reason),
  };
}

function packagesOf(held: ReadonlyMap<number, HeldVersion>, record: VersionRecord): readonly PackageDetail[] {
  const packages = new Map<string, PackageDetail>();
  for (const [destination, { packages: own }] of held) {
    for (const { platform, sha256, h1, size } of own ?? []) {
      const known = record.packages.get(platform);
      const digest = sha256 ?? null;
      // Other bytes under the same platform are another package: nobody takes one for the other.
      const key = `${platform} ${digest ?? ''}`;
      const before = packages.get(key);
      packages.set(key, {
        platform,
        sha256: digest,
        h1: before?.h1 ?? h1 ?? null,
        bytes: before?.bytes ?? size ?? (known?.sha256 === digest ? known.bytes : null),
        destinations: [...(before?.destinations ?? []), destination],
      });
    }
  }
  return [...packages.values()].toSorted((a, b) => (a.platform < b.platform ? -1 : 1));
}

/** The word of the destination that knows most of the key; where none knows any, the ledger's. */
function signerOf(held: ReadonlyMap<number, HeldVersion>, signedBy: string | null): VersionDetail['signer'] {
  const told = [...held.values()].flatMap(({ signer }) => signer ?? []);
  const best = told.find(({ userIds }) => userIds.length > 0) ?? told[0];
  const keyId = best?.keyId ?? signedBy;
  if (keyId === null) return null;
  return {
    keyId: shown(keyId),
    fingerprint: best?.fingerprint ?? null,
    userIds: (best?.userIds ?? []).slice(0, 20).map(shown),
  };
}

/** What the ledger has of the last time, and what the destinations have besides, each check once. */
function checksOf(held: ReadonlyMap<number, HeldVersion>, record: VersionRecord): VersionDetail['checks'] {
  const all = [...record.checks, ...[...held.values()].flatMap(({ checks }) => checks ?? []).map(shownCheck)];
  const known = new Map<string, VersionDetail['checks'][number]>();
  for (const check of all) {
    const key = `${check.check} ${check.subject}`;
    if (!known.has(key)) known.set(key, check);
  }
  return [...known.values()];
}

function firstOf<T>(
  held: ReadonlyMap<number, HeldVersion>,
  pick: (version: HeldVersion) => readonly T[] | undefined,
): readonly T[] | undefined {
  return [...held.values()].map(pick).find((found) => found !== undefined && found.length > 0);
}

function sinceOf(held: ReadonlyMap<number, HeldVersion>): readonly string[] {
  return [...held.values()].flatMap(({ since }) => (since === undefined ? [] : [since.toISOString()]));
}

function earliest(times: readonly string[]): string | null {
  return times.toSorted()[0] ?? null;
}

function nameAt({ destinations }: CatalogueContext, place: number): string {
  return destinations[place] ?? '';
}

/** The command that lets a version in; the reason is for whoever runs it to write. */
function approveCommand(address: string, version: string, ledgerOption: string): string {
  const words = ['provider-sync', 'approve', address, version, '--reason', '"…"'];
  return [...words, ...(ledgerOption === '' ? [] : [ledgerOption])].join(' ');
}
