import type { ProviderEntry } from '../../domain/config/config.ts';
import { isSyncError } from '../../domain/errors.ts';
import { readSigningKeys } from '../../domain/integrity/signing-key.ts';
import { formatAddress } from '../../domain/provider/address.ts';
import type { AvailableVersion } from '../../domain/provider/release.ts';
import { compareVersions, parseVersion, sameVersion } from '../../domain/provider/version.ts';
import type { ListedVersion } from '../../domain/retention/listed.ts';
import {
  keepUnknownOrigins,
  type SignerInQuestion,
  signersInQuestion,
} from '../../domain/retention/origin.ts';
import type { RetentionDecision } from '../../domain/retention/reasons.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';
import type { UpstreamListing } from './wishes.ts';

export interface OriginInput {
  readonly publicRegistry: Pick<PublicRegistry, 'readPackage'>;
  readonly upstream: UpstreamListing;
  /** The config's entry for the provider: where it is said to come from. */
  readonly entry: ProviderEntry;
  readonly versions: readonly ListedVersion[];
  readonly decisions: readonly RetentionDecision[];
}

/**
 * Takes back what would delete a version that nothing shows to come from the entry's public registry. A private
 * registry names a provider by its type alone, so that `random` there may be somebody's own; a version's origin is
 * known when its key is one of the primary keys in the armor that the public registry lists, for the provider's
 * newest version or else for a version that names that key. One request for the former, and one more for each key
 * that it does not settle. Throws the public registry's errors.
 */
export async function keepOthersOwn(input: OriginInput): Promise<readonly RetentionDecision[]> {
  const { decisions, versions, entry } = input;
  const signers = signersInQuestion(decisions, versions);
  if (signers.length === 0) return decisions;
  const known = await readKnownKeys(input, signers);
  return keepUnknownOrigins(decisions, versions, known, formatAddress(entry.address));
}

async function readKnownKeys(
  { publicRegistry, upstream, entry }: OriginInput,
  signers: readonly SignerInQuestion[],
): Promise<ReadonlySet<string>> {
  const open = signers.filter(({ keyId }) => keyId !== undefined);
  if (open.length === 0) return new Set();
  const available = await upstream(entry.address);
  const newest = available.toSorted((a, b) => compareVersions(b.version, a.version))[0];
  const known = new Set(await readKeyIds(publicRegistry, entry, newest));
  for (const { keyId, versions } of open) {
    if (keyId === undefined || known.has(keyId)) continue;
    for (const listed of await readKeyIds(publicRegistry, entry, findListed(versions, available))) {
      known.add(listed);
    }
  }
  return known;
}

function findListed(
  versions: readonly string[],
  available: readonly AvailableVersion[],
): AvailableVersion | undefined {
  for (const text of versions) {
    const version = parseVersion(text);
    const listed = version && available.find((each) => sameVersion(each.version, version));
    if (listed !== undefined) return listed;
  }
  return undefined;
}

/** None where the registry does not know the package any more. A key that cannot be read proves nothing. */
async function readKeyIds(
  publicRegistry: Pick<PublicRegistry, 'readPackage'>,
  { address, platforms }: ProviderEntry,
  listed: AvailableVersion | undefined,
): Promise<readonly string[]> {
  const platform = listed?.platforms[0] ?? platforms[0];
  if (listed === undefined || platform === undefined) return [];
  try {
    const { signingKeys } = await publicRegistry.readPackage(address, listed.version, platform);
    const keys = await Promise.all(
      signingKeys.map(({ asciiArmor }) => readSigningKeys(asciiArmor).catch(() => [])),
    );
    return keys.flat().map(({ keyId }) => keyId);
  } catch (error) {
    if (isSyncError(error) && error.code === 'PlatformNotFound') return [];
    throw error;
  }
}
