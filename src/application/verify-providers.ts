import { createHash } from 'node:crypto';
import pLimit, { type LimitFunction } from 'p-limit';
import type { Sha256 } from '../domain/artifact/sha256.ts';
import type { ProviderEntry, SyncConfig } from '../domain/config/config.ts';
import { reportOf } from '../domain/errors.ts';
import { checkPackageDigest } from '../domain/integrity/package-digest.ts';
import { formatAddress } from '../domain/provider/address.ts';
import { formatPlatform } from '../domain/provider/platform.ts';
import type { ReleasePackage } from '../domain/provider/release.ts';
import type { ByteSource } from '../ports/bytes.ts';
import { type PreparedProvider, prepareProvider } from './prepare-provider.ts';
import type { VerifiedPlatform, VerifyDifference, VerifyProviderResult, VerifyResult } from './results.ts';
import { DEFAULT_CONCURRENCY, type SyncOptions, type SyncPorts } from './sync-ports.ts';
import { documentDifferences } from './verify-documents.ts';

export interface VerifyOptions extends SyncOptions {
  /** Also downloads every stored package and compares its digest. */
  readonly deep?: boolean;
}

/**
 * Reads back what the private registry holds for the config and compares it with upstream: release files,
 * platforms, shasums, signing key, SHA256SUMS and its signature, and with `deep` the packages' own bytes.
 * Changes nothing and never throws for a provider.
 */
export async function verifyProviders(
  ports: SyncPorts,
  config: SyncConfig,
  options: VerifyOptions = {},
): Promise<VerifyResult> {
  const started = ports.clock.now().getTime();
  const concurrency = options.concurrency ?? DEFAULT_CONCURRENCY;
  const packages = pLimit(concurrency);
  const providers = await pLimit(concurrency).map(config.providers, (entry) =>
    verifyProvider(ports, entry, options, packages),
  );
  const count = (outcome: VerifyProviderResult['outcome']) =>
    providers.filter((provider) => provider.outcome === outcome).length;
  const stored = providers.flatMap((provider) => provider.platforms);
  return {
    providers,
    summary: {
      total: providers.length,
      verified: count('verified'),
      differing: count('differs'),
      failed: count('failed'),
      bytes: stored.reduce((sum, platform) => sum + (platform.bytes ?? 0), 0),
      durationMs: ports.clock.now().getTime() - started,
      ok: count('verified') === providers.length,
    },
  };
}

async function verifyProvider(
  ports: SyncPorts,
  entry: ProviderEntry,
  options: VerifyOptions,
  limit: LimitFunction,
): Promise<VerifyProviderResult> {
  const named = { address: formatAddress(entry.address), requested: entry.requested.text };
  let version: string | null = null;
  try {
    options.signal?.throwIfAborted();
    const prepared = await prepareProvider(ports, entry, undefined, (found) => {
      version = found;
    });
    const differences = await documentDifferences(ports, prepared);
    const digests = options.deep === true ? await readStoredDigests(ports, prepared, limit) : new Map();
    const all = [...differences, ...digestDifferences(prepared, digests)];
    return {
      ...named,
      version: prepared.version.canonical,
      outcome: all.length === 0 ? 'verified' : 'differs',
      signedBy: prepared.release.signingKey.keyId,
      platforms: prepared.release.files.map((pkg) => verifiedPlatform(pkg, all, digests)),
      differences: all,
      remarks: prepared.release.evidence.remarks,
    };
  } catch (error) {
    return {
      ...named,
      version,
      outcome: 'failed',
      signedBy: null,
      platforms: [],
      differences: [],
      remarks: [],
      error: reportOf(error),
    };
  }
}

interface StoredDigest {
  readonly sha256: Sha256;
  readonly bytes: number;
}

/** Reads every stored package the config asks for; those that are not there are reported as missing elsewhere. */
async function readStoredDigests(
  ports: SyncPorts,
  { entry, version, release, present }: PreparedProvider,
  limit: LimitFunction,
): Promise<ReadonlyMap<string, StoredDigest>> {
  const uploaded = new Set(
    present.version?.platforms
      .filter((there) => there.uploaded)
      .map((there) => formatPlatform(there.platform)),
  );
  const stored = release.files.filter((pkg) => uploaded.has(formatPlatform(pkg.platform)));
  const digests = await limit.map(stored, async ({ platform }) => {
    const source = ports.privateRegistry.storedPackage(entry.address.type, version, platform);
    return [formatPlatform(platform), await digestOf(source)] as const;
  });
  return new Map(digests);
}

async function digestOf(source: ByteSource): Promise<StoredDigest> {
  const { body } = await source.open();
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    bytes += chunk.byteLength;
  }
  return { sha256: hash.digest('hex') as Sha256, bytes };
}

function digestDifferences(
  { release }: PreparedProvider,
  digests: ReadonlyMap<string, StoredDigest>,
): readonly VerifyDifference[] {
  return release.files.flatMap((pkg) => {
    const platform = formatPlatform(pkg.platform);
    const stored = digests.get(platform);
    if (stored === undefined) return [];
    const { check, passed, detail } = checkPackageDigest(pkg, stored.sha256);
    return passed ? [] : [{ what: check, platform, message: detail }];
  });
}

function verifiedPlatform(
  pkg: ReleasePackage,
  differences: readonly VerifyDifference[],
  digests: ReadonlyMap<string, StoredDigest>,
): VerifiedPlatform {
  const platform = formatPlatform(pkg.platform);
  const concerned = differences.some((found) => found.platform === undefined || found.platform === platform);
  const stored = digests.get(platform);
  return {
    ...pkg.platform,
    outcome: concerned ? 'differs' : 'verified',
    sha256: pkg.sha256,
    ...(stored === undefined ? {} : { bytes: stored.bytes }),
  };
}
