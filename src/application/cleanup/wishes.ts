import type { ProviderEntry } from '../../domain/config/config.ts';
import { isSyncError, SyncError } from '../../domain/errors.ts';
import { formatAddress, type ProviderAddress } from '../../domain/provider/address.ts';
import type { AvailableVersion } from '../../domain/provider/release.ts';
import type { RequestedVersion } from '../../domain/provider/requested-version.ts';
import { resolveVersion } from '../../domain/provider/resolve.ts';
import type { ProviderWishes } from '../../domain/retention/decide.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';

/** What the public registry lists of a provider: never nothing. Throws what listing versions throws. */
export type UpstreamListing = (address: ProviderAddress) => Promise<readonly AvailableVersion[]>;

/**
 * The public registry's listings, each read once a run, for providers that a destination holds. One that the registry
 * does not know, or lists no version of, is an error: a registry that has lost it says so in the same words as one
 * that never had it, and what is held may be the last there is. Throws ProviderNotFound, UpstreamResponseInvalid.
 */
export function createUpstreamListing(publicRegistry: Pick<PublicRegistry, 'listVersions'>): UpstreamListing {
  const listings = new Map<string, Promise<readonly AvailableVersion[]>>();
  return (address) => {
    const name = formatAddress(address);
    const listing = listings.get(name) ?? readListing(publicRegistry, address);
    listings.set(name, listing);
    return listing;
  };
}

async function readListing(
  publicRegistry: Pick<PublicRegistry, 'listVersions'>,
  address: ProviderAddress,
): Promise<readonly AvailableVersion[]> {
  const name = formatAddress(address);
  const advice =
    'Cleanup takes that for no permission to delete: check the address in the config, or take its entry out.';
  try {
    const available = await publicRegistry.listVersions(address);
    if (available.length > 0) return available;
  } catch (error) {
    if (!isSyncError(error) || error.code !== 'ProviderNotFound') throw error;
    const message = `The config names ${name}, and ${address.hostname} does not know it. ${advice}`;
    throw new SyncError('ProviderNotFound', message, { cause: error });
  }
  const message = `The config names ${name}, and ${address.hostname} lists no version of it. ${advice}`;
  throw new SyncError('UpstreamResponseInvalid', message);
}

/**
 * What the config's entries want of one provider. `latest` and constraints also stand for the version that the public
 * registry resolves them to: a sync would publish that one again, and it is an older one than the newest here when
 * upstream has withdrawn a version. Asks the public registry only where an entry is open.
 */
export async function readWishes(
  upstream: UpstreamListing,
  entries: readonly ProviderEntry[],
): Promise<ProviderWishes> {
  const requested = entries.map((entry) => entry.requested);
  return {
    requested: [...requested, ...(await resolvedUpstream(upstream, entries))],
    retain: entries.flatMap((entry) => entry.retain),
  };
}

async function resolvedUpstream(
  upstream: UpstreamListing,
  entries: readonly ProviderEntry[],
): Promise<readonly RequestedVersion[]> {
  const open = entries.filter(({ requested }) => requested.kind !== 'exact');
  // All are about one address: a private registry could not tell two of one type apart.
  const [first] = open;
  if (first === undefined) return [];
  const available = await upstream(first.address);
  return open.flatMap(({ requested }) => {
    const found = resolveVersion(requested, available);
    if (found === undefined) return [];
    const { version } = found;
    return { kind: 'exact', text: `${requested.text}: ${version.text} in the public registry`, version };
  });
}
