import type { EvidenceCheck } from '../artifact/artifact.ts';
import { canonicalize } from '../ledger/canonical.ts';
import type { CloudEvent, HashText } from '../ledger/entry.ts';
import { formatPlatform } from '../provider/platform.ts';
import type { DomainEvent, RunFailure } from './domain-event.ts';
import { EVENT_TYPES, type EventData, type EventName, eventType } from './types/schema.ts';

/** The source of the product's own events: the same on every machine, so that the same fact is the same event. */
export const EVENT_SOURCE = '/provider-sync';

/** The ledger's stream of all runs. */
export const RUN_STREAM = 'runs';

const MOST_FAILURES = 50;

/** One fact without its envelope. */
export interface Fact<N extends EventName = EventName> {
  readonly name: N;
  /** What it is about: a formatted provider address. */
  readonly subject: string;
  readonly data: EventData<N>;
}

/** A fact in its envelope. The id is the same whenever and wherever the same fact is reported. */
export function envelopeOf(hash: HashText, { name, subject, data }: Fact, now: Date): CloudEvent {
  const members = data as Record<string, unknown>;
  return {
    specversion: '1.0',
    id: idOf(hash, { name, subject, data }),
    source: EVENT_SOURCE,
    type: eventType(name),
    subject,
    time: now.toISOString(),
    datacontenttype: 'application/json',
    data: Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)),
  };
}

/** The id that follows from a fact. */
export function idOf(hash: HashText, { name, subject, data }: Fact): string {
  const members = data as Record<string, unknown>;
  const identity = EVENT_TYPES[name].identity.map((member) => members[member] ?? null);
  return hash(canonicalize([eventType(name), subject, ...identity])).slice(0, 32);
}

function fact<N extends EventName>(name: N, subject: string, data: EventData<N>): Fact {
  return { name, subject, data };
}

/** What happened as the fact that is kept of it. `now` gives the day of what may happen on every day. */
export function factOf(event: DomainEvent, now: Date): Fact {
  const day = now.toISOString().slice(0, 10);
  switch (event.kind) {
    case 'ProviderVersionResolved':
      return fact('version.resolved', event.address, {
        version: event.version,
        requested: event.requested.slice(0, 200),
        day,
      });
    case 'IntegrityRemarkMade':
      return fact('release.remarked', event.address, {
        version: event.version,
        remark: event.remark.slice(0, 2000),
      });
    case 'ReleaseVerified':
      return fact('release.verified', event.address, {
        version: event.version,
        shasums: event.shasumsSha256,
        signedBy: event.signedBy,
        checks: checksOf(event),
        day,
      });
    case 'ProviderVersionUpToDate':
      return fact('version.confirmed', event.address, {
        version: event.version,
        destination: event.destination,
        day,
      });
    case 'SigningKeyAdded':
      return fact('signing-key.added', event.address, {
        version: event.version,
        destination: event.destination,
        keyId: event.keyId,
        day,
      });
    case 'PackageTransferFinished':
      return fact('package.transferred', event.address, {
        version: event.version,
        destination: event.destination,
        platform: formatPlatform(event.platform),
        bytes: event.bytes,
        sha256: event.sha256,
        day,
      });
    case 'PackageTransferFailed':
      return fact('package.failed', event.address, {
        version: event.version,
        destination: event.destination,
        platform: formatPlatform(event.platform),
        ...errorOf(event),
        day,
      });
    case 'ProviderVersionPublished':
    case 'ProviderVersionCompleted':
      return fact('version.delivered', event.address, {
        version: event.version,
        destination: event.destination,
        how: event.kind === 'ProviderVersionPublished' ? 'published' : 'completed',
        signedBy: event.signedBy,
        bytes: event.bytes,
        day: event.day ?? day,
      });
    case 'VersionConflictFound':
      return fact('version.conflicted', event.address, {
        version: event.version,
        destination: event.destination,
        ...errorOf(event),
        day,
      });
    case 'ProviderSyncFailed':
      return fact('provider.failed', event.address, {
        ...(event.version === undefined ? {} : { version: event.version }),
        ...(event.destination === undefined ? {} : { destination: event.destination }),
        ...errorOf(event),
        day,
      });
    case 'VersionDeleted':
      return fact('version.deleted', event.provider, {
        version: event.version,
        destination: event.destination,
        reason: event.reason,
        day,
      });
    case 'VersionDeletionFailed':
      return fact('version.deletion-failed', event.provider, {
        version: event.version,
        destination: event.destination,
        ...errorOf(event),
        day,
      });
    case 'VersionGoneUpstream':
      return fact('version.gone-upstream', event.address, { version: event.version });
    case 'VersionTakenOut':
      return fact('version.taken-out', event.address, {
        version: event.version,
        destination: event.destination,
        how: event.how,
        reason: event.reason,
        day,
      });
    case 'BottleTransferred':
      return fact('bottle.transferred', event.bottle, {
        destination: event.destination,
        bytes: event.bytes,
        sha256: event.sha256,
        checks: checksOf(event),
        day,
      });
    case 'BottleFailed':
      return fact('bottle.failed', event.bottle, { destination: event.destination, ...errorOf(event), day });
    case 'BottlesPublished':
      return fact('bottles.published', event.snapshot, {
        destination: event.destination,
        bottles: event.bottles,
        day,
      });
    case 'RunEnded':
      return fact('run.ended', RUN_STREAM, {
        run: event.run,
        what: event.what,
        ok: event.ok,
        durationMs: event.durationMs,
        bytes: event.bytes,
        outcomes: { ...event.outcomes },
        failures: event.failures.slice(0, MOST_FAILURES).map(failureOf),
      });
    default:
      return fact('version.recut', event.address, {
        version: event.version,
        shasums: event.shasumsSha256,
        before: event.before,
      });
  }
}

function failureOf({ address, version, destination, error }: RunFailure) {
  return {
    address: address.slice(0, 300),
    ...(version === undefined ? {} : { version: version.slice(0, 100) }),
    ...(destination === undefined ? {} : { destination: destination.slice(0, 200) }),
    code: error.code,
    message: error.message.slice(0, 1000).toWellFormed(),
  };
}

function checksOf({ checks }: { readonly checks: readonly EvidenceCheck[] }) {
  return checks.slice(0, 2000).map(({ check, subject, passed, detail }) => ({
    check: check.slice(0, 100),
    subject: subject.slice(0, 500),
    passed,
    detail: detail.slice(0, 2000),
  }));
}

function errorOf({ error }: { readonly error: { readonly code: string; readonly message: string } }) {
  return { code: error.code, message: error.message.slice(0, 8000).toWellFormed() };
}
