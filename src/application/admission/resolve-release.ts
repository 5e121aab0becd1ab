import { createHash } from 'node:crypto';
import { type AdmissionDecision, decideAdmission } from '../../domain/admission/decide.ts';
import { type AdmissionRecord, lastDigest } from '../../domain/admission/record.ts';
import { candidatesOf } from '../../domain/admission/resolve.ts';
import { type PassedOver, passedOver } from '../../domain/admission/words.ts';
import type { ProviderEntry } from '../../domain/config/config.ts';
import { SyncError } from '../../domain/errors.ts';
import type { Fact } from '../../domain/events/envelope.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import type { AvailableVersion } from '../../domain/provider/release.ts';
import { LATEST } from '../../domain/provider/requested-version.ts';
import { compareVersions, sameVersion, type Version } from '../../domain/provider/version.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';
import { type ReleaseDocuments, type ReleasePorts, readReleaseDocuments } from '../resolve/read-release.ts';
import {
  type Candidates,
  findCandidates,
  type ResolvePorts,
  takeVersion,
} from '../resolve/resolve-provider.ts';
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

/** The version that an entry comes to, its documents proved; or the one that is not let in. */
export type ResolvedRelease =
  | {
      readonly outcome: 'admitted';
      readonly version: Version;
      readonly documents: ReleaseDocuments;
      /** Newer versions that are not let in, newest first. */
      readonly passedOver: readonly PassedOver[];
      /** What a person should know of the provider's versions upstream, told once. */
      readonly notes: readonly string[];
    }
  | {
      readonly outcome: 'held' | 'refused';
      /** The newest that the request may come to. */
      readonly version: Version;
      readonly passedOver: readonly PassedOver[];
      readonly notes: readonly string[];
    };

/**
 * How many releases are read for no other reason than to see them, each with some three requests, in one run and for
 * one provider. What is beyond is seen by a later run.
 */
const MOST_SEEN = 20;
const MOST_AHEAD = 3;
/** How many versions that were delivered are looked at again: other ones on every day, or all of a verification. */
const MOST_AGAIN = 3;
const MOST_VERIFIED = 50;
const DAY = 86_400_000;

/**
 * Resolves an entry to the newest version that is let in, and reads and proves its documents; with `resolved`, that
 * very version or none. Records every first sight. `onResolved` is told the version before its documents are read.
 * Throws VersionNotFound, PlatformNotFound, the public registry's errors and those of the integrity checks, the
 * ledger's, and SettingsInvalid where a policy needs a ledger and there is none.
 */
export async function resolveRelease(
  ports: AdmissionPorts,
  entry: ProviderEntry,
  resolved?: string,
  onResolved: (version: string) => void = () => {},
): Promise<ResolvedRelease> {
  requireLedger(ports, entry);
  const desk = await openDesk(ports, entry);
  const found = await findCandidates(ports, entry, resolved, desk.reportGone);
  const over: PassedOver[] = [];
  for (const candidate of found.candidates) {
    const { version } = candidate;
    const judged = await desk.judge(version, onResolved);
    if (judged.outcome === 'admitted') {
      onResolved(version.canonical);
      takeVersion(ports, entry, candidate);
      const documents = judged.documents ?? (await desk.see(version));
      await desk.admit(version, documents, judged.decision);
      await desk.lookAhead(found, over);
      if (resolved === undefined) await desk.lookAgain(found, version);
      return { outcome: 'admitted', version, documents, passedOver: over, notes: desk.notes };
    }
    over.push(passedOver(version.canonical, judged.decision));
  }
  await desk.lookAhead(found, over);
  const [{ version }] = found.candidates;
  if (resolved === undefined) await desk.lookAgain(found, version);
  onResolved(version.canonical);
  return {
    outcome: over.some(({ outcome }) => outcome === 'held') ? 'held' : 'refused',
    version,
    passedOver: over,
    notes: desk.notes,
  };
}

function requireLedger({ ledger }: AdmissionPorts, { policy, path }: ProviderEntry): void {
  const aged = policy?.minimumAge !== undefined && policy.minimumAge.milliseconds > 0;
  const approved = policy?.requireApproval !== undefined && policy.requireApproval !== 'never';
  if (ledger !== undefined || (!aged && !approved)) return;
  const member = aged ? 'minimum-age' : 'require-approval';
  throw new SyncError(
    'SettingsInvalid',
    `The policy of ${path} has "${member}", which needs a ledger that says when a release was first seen and who ` +
      'approved it, and this run has none. On AWS, set CreateLedger of the stack to true, or name a table in ' +
      'ExistingLedgerTableName.',
  );
}

interface Judged {
  readonly outcome: AdmissionDecision['outcome'];
  readonly decision: AdmissionDecision;
  /** Where judging needed them. */
  readonly documents?: ReleaseDocuments;
}

const digestOf = ({ release }: ReleaseDocuments): string =>
  createHash('sha256').update(release.shasums).digest('hex');

/** One provider before the policy, with what the ledger knows of it. */
async function openDesk(ports: AdmissionPorts, entry: ProviderEntry) {
  const { events, clock } = ports;
  const address = formatAddress(entry.address);
  let record: AdmissionRecord = await openRecord(ports, entry.address);
  let seen = 0;
  const notes: string[] = [];

  const decide = (version: Version, digest: string | undefined) =>
    decideAdmission(entry.policy, record, { address: entry.address, version, digest }, clock.now());

  /** Reads a release's documents; what was never seen is recorded, with the registry's date on the first day. */
  const see = async (version: Version): Promise<ReleaseDocuments> => {
    seen += 1;
    const documents = await readReleaseDocuments(ports, entry, version);
    if (ports.ledger === undefined) return documents;
    const { canonical } = version;
    const digest = digestOf(documents);
    if (record.sights.some((sight) => sight.version === canonical && sight.digest === digest))
      return documents;
    const before = lastDigest(record, canonical);
    if (before !== undefined) {
      notes.push(
        `${canonical} was cut again upstream: its SHA256SUMS is another than before, so that its age begins anew`,
      );
      events.append({ kind: 'VersionRecut', address, version: canonical, shasumsSha256: digest, before });
    }
    // A release that is cut again is no release of the first day, whatever the registry dates it.
    const publishedAt = before === undefined && isFirstDay() ? await publishedAtOf(version) : undefined;
    const data = { version: canonical, shasums: digest };
    const dated = publishedAt === undefined ? data : { ...data, publishedAt: publishedAt.toISOString() };
    await keep(ports, [{ name: 'version.sighted', subject: address, data: dated }]);
    record = await openRecord(ports, entry.address);
    return documents;
  };

  /** Nobody has asked for it: what is wrong with it is told when somebody does. */
  const glanceAt = async (version: Version): Promise<void> => {
    await see(version).catch((error: unknown) => {
      if (error instanceof SyncError && error.origin === 'system') throw error;
    });
  };

  const isFirstDay = () =>
    record.firstDay === undefined || clock.now().getTime() - record.firstDay.getTime() < DAY;

  const publishedAtOf = async (version: Version) =>
    await ports.publicRegistry.publishedAt?.(entry.address, version);

  return {
    notes,
    see,

    judge: async (version: Version, onReading: (version: string) => void): Promise<Judged> => {
      const known = lastDigest(record, version.canonical);
      const early = decide(version, known);
      const [{ rule }] = early.reasons;
      const byAge = early.reasons.every((reason) => reason.rule === 'minimum-age');
      // What is refused, waits for a person, or is known and too young needs no look at what it is today.
      if (early.outcome === 'refused' || (early.outcome === 'held' && (!byAge || known !== undefined))) {
        return { outcome: early.outcome, decision: early };
      }
      // Nothing about the release itself decides.
      if (rule === 'no-age-asked' || rule === 'exempt') return { outcome: 'admitted', decision: early };
      if (known === undefined && seen >= MOST_SEEN) return { outcome: 'held', decision: early };
      onReading(version.canonical);
      const documents = await see(version);
      const decision = decide(version, digestOf(documents));
      return { outcome: decision.outcome, decision, documents };
    },

    admit: async (
      version: Version,
      documents: ReleaseDocuments,
      { reasons: [reason] }: AdmissionDecision,
    ) => {
      if (ports.admits !== true || reason.rule === 'admitted-before') return;
      const data = { version: version.canonical, shasums: digestOf(documents), rule: reason.rule };
      const by = reason.rule === 'approved' ? { by: reason.by } : {};
      await keep(ports, [{ name: 'version.admitted', subject: address, data: { ...data, ...by } }]);
    },

    /** Versions that were delivered and that the registry lists no more: told of once. */
    reportGone: async (available: readonly AvailableVersion[]) => {
      if (ports.partial === true) return;
      const listed = new Set(available.map(({ version }) => version.canonical));
      for (const version of new Set(record.delivered.map((each) => each.version))) {
        if (listed.has(version) || record.goneUpstream.includes(version)) continue;
        await keep(ports, [{ name: 'version.gone-upstream', subject: address, data: { version } }]);
        notes.push(`${version} was delivered, and its public registry lists it no more`);
        events.append({ kind: 'VersionGoneUpstream', address, version });
      }
    },

    /**
     * Records what was held, and sees what nobody has seen: the newest of what waits for a person, so that it can be
     * approved, and the registry's newest, so that it ages before anyone wants it.
     */
    lookAhead: async ({ available }: Candidates, over: readonly PassedOver[]) => {
      if (ports.ledger === undefined) return;
      await keep(
        ports,
        over.slice(0, 10).map((each) => heldFact(address, each, lastDigest(record, each.version))),
      );
      const newest = candidatesOf(LATEST, available).slice(0, 1);
      const waiting = available.filter(({ version }) =>
        over.some((each) => each.outcome === 'held' && each.version === version.canonical),
      );
      const unseen = [...newest, ...candidatesOf(LATEST, waiting)]
        .map(({ version }) => version)
        .filter((version) => lastDigest(record, version.canonical) === undefined)
        .filter((version, index, all) => all.findIndex((each) => sameVersion(each, version)) === index)
        .filter((version) => decide(version, undefined).outcome !== 'refused');
      for (const version of unseen.slice(0, MOST_AHEAD)) await glanceAt(version);
    },

    /** Whether versions that were delivered before still have the sums that they had: told of once when not. */
    lookAgain: async ({ available }: Candidates, taken: Version) => {
      if (ports.ledger === undefined || ports.partial === true) return;
      const delivered = new Set(record.delivered.map((each) => each.version));
      const standing = available
        .map(({ version }) => version)
        .filter((version) => delivered.has(version.canonical) && !sameVersion(version, taken))
        .toSorted(compareVersions);
      const most = ports.looksAtAll === true ? MOST_VERIFIED : MOST_AGAIN;
      const start = standing.length > most ? Math.floor(clock.now().getTime() / DAY) * most : 0;
      for (let index = 0; index < Math.min(most, standing.length); index += 1) {
        const version = standing[(start + index) % standing.length];
        if (version !== undefined) await glanceAt(version);
      }
    },
  };
}

function heldFact(
  subject: string,
  { version, outcome, rules, until, text }: PassedOver,
  shasums?: string,
): Fact {
  if (outcome === 'refused') {
    return {
      name: 'version.refused',
      subject,
      data: { version, rule: rules[0] ?? 'recalled', reason: text.slice(0, 2000) },
    };
  }
  return {
    name: 'version.held',
    subject,
    data: {
      version,
      ...(shasums === undefined ? {} : { shasums }),
      rules: [...rules],
      // What was never seen is held until a time that moves with every run.
      ...(until === null || shasums === undefined ? {} : { until }),
    },
  };
}
