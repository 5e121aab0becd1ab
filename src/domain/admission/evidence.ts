import { dataOf, type EventData } from '../events/types/schema.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import type { ProviderAddress } from '../provider/address.ts';
import { formatAddress } from '../provider/address.ts';
import type { Version } from '../provider/version.ts';
import { covers, readRecord } from './record.ts';

/** Where a version came from and who let it in, as a ledger tells it. Times are those of receipt, ISO 8601. */
export interface VersionEvidence {
  readonly address: string;
  readonly version: string;
  /** One for each SHA256SUMS that it was seen with, oldest first: more than one where it was cut again. */
  readonly releases: readonly ReleaseEvidence[];
  readonly recalls: readonly {
    readonly versions: string;
    readonly reason: string;
    readonly by: string;
    readonly at: string;
    readonly delete: boolean;
  }[];
  readonly deliveries: readonly {
    readonly destination: string;
    readonly what: 'published' | 'completed' | 'unlisted' | 'deleted';
    readonly at: string;
  }[];
  /** The last time that a destination was seen to have it as upstream does. */
  readonly lastConfirmed: readonly { readonly destination: string; readonly at: string }[];
  readonly packages: readonly {
    readonly platform: string;
    readonly sha256: string;
    readonly bytes: number;
  }[];
  readonly goneUpstream: string | null;
}

export interface ReleaseEvidence {
  readonly shasums: string;
  readonly firstSeen: string;
  /** The registry's word, where it was asked. */
  readonly publishedAt: string | null;
  readonly signedBy: string | null;
  readonly checks: EventData<'release.verified'>['checks'];
  readonly lastVerified: string | null;
  readonly admitted: { readonly at: string; readonly rule: string; readonly by: string | null } | null;
  readonly approved: { readonly at: string; readonly by: string; readonly reason: string } | null;
}

/** Reads a version's evidence out of its provider's entries, in their order. */
export function evidenceOf(
  entries: readonly LedgerEntry[],
  address: ProviderAddress,
  version: Version,
): VersionEvidence {
  const releases = new Map<string, ReleaseEvidence>();
  const deliveries: VersionEvidence['deliveries'][number][] = [];
  const confirmed = new Map<string, string>();
  const packages = new Map<string, VersionEvidence['packages'][number]>();
  let goneUpstream: string | null = null;
  const own = entries.filter(({ event }) => versionIn(event.data) === version.canonical);
  for (const { event } of own) {
    const at = event.received ?? '';
    const change = (shasums: string, to: Partial<ReleaseEvidence>) => {
      const before = releases.get(shasums) ?? unknownRelease(shasums, at);
      releases.set(shasums, { ...before, ...to });
    };
    const seen = dataOf('version.sighted', event);
    if (seen) change(seen.shasums, { firstSeen: at, publishedAt: seen.publishedAt ?? null });
    const verified = dataOf('release.verified', event);
    if (verified) {
      const { shasums, signedBy, checks } = verified;
      change(shasums, { signedBy, checks, lastVerified: at });
    }
    const admitted = dataOf('version.admitted', event);
    if (admitted) {
      change(admitted.shasums, { admitted: { at, rule: admitted.rule, by: admitted.by ?? null } });
    }
    const approved = dataOf('version.approved', event);
    if (approved) {
      const { by, reason } = approved;
      change(approved.shasums, { approved: { at, by, reason } });
    }
    const delivered = dataOf('version.delivered', event);
    if (delivered) deliveries.push({ destination: delivered.destination, what: delivered.how, at });
    const out = dataOf('version.taken-out', event);
    if (out) deliveries.push({ destination: out.destination, what: out.how, at });
    const there = delivered ?? dataOf('version.confirmed', event);
    if (there) confirmed.set(there.destination, at);
    const pkg = dataOf('package.transferred', event);
    if (pkg) packages.set(pkg.platform, { platform: pkg.platform, sha256: pkg.sha256, bytes: pkg.bytes });
    if (dataOf('version.gone-upstream', event)) goneUpstream = at;
  }
  return {
    address: formatAddress(address),
    version: version.canonical,
    releases: [...releases.values()],
    recalls: readRecord(entries)
      .recalls.filter(({ versions }) => covers(versions, version))
      .map(({ versions, reason, by, at, delete: deletes }) => {
        return { versions: versions.text, reason, by, at: at.toISOString(), delete: deletes };
      }),
    deliveries,
    lastConfirmed: [...confirmed].map(([destination, at]) => ({ destination, at })),
    packages: [...packages.values()],
    goneUpstream,
  };
}

function versionIn(data: unknown): unknown {
  return (data as { readonly version?: unknown } | undefined)?.version;
}

function unknownRelease(shasums: string, at: string): ReleaseEvidence {
  return {
    shasums,
    firstSeen: at,
    publishedAt: null,
    signedBy: null,
    checks: [],
    lastVerified: null,
    admitted: null,
    approved: null,
  };
}
