import type { ProviderEntry, SyncConfig } from '../domain/config/config.ts';
import { isSyncError } from '../domain/errors.ts';
import type { AvailableVersion } from '../domain/provider/release.ts';
import type { RequestedVersion } from '../domain/provider/requested-version.ts';
import { resolveVersion } from '../domain/provider/resolve.ts';
import type { ProviderWishes } from '../domain/retention/decide.ts';
import type { PublicRegistry } from '../ports/public-registry.ts';

/**
 * What the config wants of one provider, named by its type. `latest` and constraints also stand for the
 * version that the public registry resolves them to: a sync would publish that one again, and it is an older
 * one than the newest here when upstream has withdrawn a version.
 * Throws what listing versions throws, but for ProviderNotFound: a sync publishes nothing of such a provider.
 */
export async function readWishes(
  publicRegistry: Pick<PublicRegistry, 'listVersions'>,
  provider: string,
  config: SyncConfig,
): Promise<ProviderWishes> {
  const entries = config.providers.filter(({ address }) => address.type === provider.toLowerCase());
  const requested = entries.map((entry) => entry.requested);
  return {
    requested: [...requested, ...(await resolvedUpstream(publicRegistry, entries))],
    retain: entries.flatMap((entry) => entry.retain),
  };
}

async function resolvedUpstream(
  publicRegistry: Pick<PublicRegistry, 'listVersions'>,
  entries: readonly ProviderEntry[],
): Promise<readonly RequestedVersion[]> {
  const open = entries.filter(({ requested }) => requested.kind !== 'exact');
  // A config has one address for a type, because a private registry could not tell two apart.
  const [first] = open;
  if (first === undefined) return [];
  const available = await listIfKnown(publicRegistry, first);
  return open.flatMap(({ requested }) => {
    const found = resolveVersion(requested, available);
    if (found === undefined) return [];
    const { version } = found;
    return { kind: 'exact', text: `${requested.text}: ${version.text} in the public registry`, version };
  });
}

async function listIfKnown(
  publicRegistry: Pick<PublicRegistry, 'listVersions'>,
  { address }: ProviderEntry,
): Promise<readonly AvailableVersion[]> {
  try {
    return await publicRegistry.listVersions(address);
  } catch (error) {
    if (isSyncError(error) && error.code === 'ProviderNotFound') return [];
    throw error;
  }
}
