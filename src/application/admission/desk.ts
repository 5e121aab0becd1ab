import { createHash } from 'node:crypto';
import { type AdmissionDecision, decideAdmission } from '../../domain/admission/decide.ts';
import { type AdmissionRecord, lastDigest } from '../../domain/admission/record.ts';
import type { ProviderEntry } from '../../domain/config/config.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import type { Version } from '../../domain/provider/version.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';
import { type ReleaseDocuments, type ReleasePorts, readReleaseDocuments } from '../resolve/read-release.ts';
import type { ResolvePorts } from '../resolve/resolve-provider.ts';
import { keep, openRecord } from './open-record.ts';

export interface AdmissionPorts extends ResolvePorts, ReleasePorts {
  readonly publicRegistry: Pick<
    PublicRegistry,
    'listVersions' | 'readPackage' | 'readShasums' | 'packageSource' | 'publishedAt'
  >;
  readonly ledger?: Ledger | undefined;
  readonly admits?: boolean;
  /** True where the registry has only some versions, as a bundle's: what it does not list is not gone. */
  readonly partial?: boolean;
  /** True where every version that was delivered is looked at again, and not only some each day. */
  readonly looksAtAll?: boolean;
}

interface Judged {
  readonly outcome: AdmissionDecision['outcome'];
  readonly decision: AdmissionDecision;
  /** Where judging needed them. */
  readonly documents?: ReleaseDocuments;
}

/** One provider before the policy, with what the ledger knows of it. */
export interface Desk {
  /** The provider's address. */
  readonly address: string;
  /** What the ledger knows by now. */
  record(): AdmissionRecord;
  /** What a person should know, told once. */
  readonly notes: string[];
  /** What the policy says of a version whose SHA256SUMS has this digest; undefined where it was never seen. */
  decide(version: Version, digest: string | undefined): AdmissionDecision;
  /** Reads a release's documents; what was never seen is recorded, with the registry's date on the first day. */
  see(version: Version): Promise<ReleaseDocuments>;
  /** How many releases were read. */
  seen(): number;
}

/**
 * How many releases are read for no other reason than to see them, each with some three requests, in one run and for
 * one provider. What is beyond is seen by a later run.
 */
const MOST_SEEN = 20;
const DAY = 86_400_000;

const digestOf = ({ release }: ReleaseDocuments): string =>
  createHash('sha256').update(release.shasums).digest('hex');

export async function openDesk(ports: AdmissionPorts, entry: ProviderEntry): Promise<Desk> {
  const { events, clock } = ports;
  const address = formatAddress(entry.address);
  let record: AdmissionRecord = await openRecord(ports, entry.address);
  let seen = 0;
  const notes: string[] = [];

  const tellRecut = (version: string, shasumsSha256: string, before: string): void => {
    notes.push(
      `${version} was cut again upstream: its SHA256SUMS is another than before, so that its age begins anew`,
    );
    events.append({ kind: 'VersionRecut', address, version, shasumsSha256, before });
  };
  const isFirstDay = () =>
    record.firstDay === undefined || clock.now().getTime() - record.firstDay.getTime() < DAY;

  const recordSight = async (version: Version, digest: string): Promise<void> => {
    const { canonical } = version;
    const before = lastDigest(record, canonical);
    if (before !== undefined) tellRecut(canonical, digest, before);
    // A release that is cut again is no release of the first day, whatever the registry dates it.
    const dated = before === undefined && isFirstDay();
    const at = dated ? await ports.publicRegistry.publishedAt?.(entry.address, version) : undefined;
    const publishedAt = at === undefined ? {} : { publishedAt: at.toISOString() };
    const data = { version: canonical, shasums: digest, ...publishedAt };
    await keep(ports, [{ name: 'version.sighted', subject: address, data }]);
    record = await openRecord(ports, entry.address);
  };

  return {
    address,
    notes,
    record: () => record,
    seen: () => seen,
    decide: (version, digest) =>
      decideAdmission(entry.policy, record, { address: entry.address, version, digest }, clock.now()),
    async see(version) {
      seen += 1;
      const documents = await readReleaseDocuments(ports, entry, version);
      if (ports.ledger === undefined) return documents;
      const digest = digestOf(documents);
      const known = record.sights.some(
        (sight) => sight.version === version.canonical && sight.digest === digest,
      );
      if (!known) await recordSight(version, digest);
      return documents;
    },
  };
}

/** Whether a version is let in; its documents are read only where the policy asks for what is in them. */
export async function judge(
  desk: Desk,
  version: Version,
  onReading: (version: string) => void,
): Promise<Judged> {
  const known = lastDigest(desk.record(), version.canonical);
  const early = desk.decide(version, known);
  const [{ rule }] = early.reasons;
  const byAge = early.reasons.every((reason) => reason.rule === 'minimum-age');
  // What is refused, waits for a person, or is known and too young needs no look at what it is today.
  if (early.outcome === 'refused' || (early.outcome === 'held' && (!byAge || known !== undefined))) {
    return { outcome: early.outcome, decision: early };
  }
  // Nothing about the release itself decides.
  if (rule === 'no-age-asked' || rule === 'exempt') return { outcome: 'admitted', decision: early };
  if (known === undefined && desk.seen() >= MOST_SEEN) return { outcome: 'held', decision: early };
  onReading(version.canonical);
  const documents = await desk.see(version);
  const decision = desk.decide(version, digestOf(documents));
  return { outcome: decision.outcome, decision, documents };
}

/** Records that a version was let in, and by whom, unless it was before or nothing is let in for good. */
export async function admit(
  ports: AdmissionPorts,
  { address }: Desk,
  version: Version,
  documents: ReleaseDocuments,
  { reasons: [reason] }: AdmissionDecision,
): Promise<void> {
  if (ports.admits !== true || reason.rule === 'admitted-before') return;
  const data = { version: version.canonical, shasums: digestOf(documents), rule: reason.rule };
  const by = reason.rule === 'approved' ? { by: reason.by } : {};
  await keep(ports, [{ name: 'version.admitted', subject: address, data: { ...data, ...by } }]);
}
