import pLimit from 'p-limit';
import { parseSha256 } from '../../domain/artifact/sha256.ts';
import type { HeldVersion } from '../../domain/catalogue/held.ts';
import { formatPlatform } from '../../domain/provider/platform.ts';
import { parseVersion } from '../../domain/provider/version.ts';
import { isComplete, type ListedVersion } from '../../domain/retention/listed.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import type { PrivateRegistry } from './contract.ts';

/** One organization's private registry as cleanup sees it: a provider is named by its type alone. */
export function createVersionStore(registry: PrivateRegistry, name: string): VersionStore {
  const organization = registry.organization.toLowerCase();
  return {
    name,
    kind: 'private-registry',
    description: `the organization "${registry.organization}"`,
    listProviders: async () =>
      (await registry.listProviders()).map((listed) => ({
        name: listed.name,
        type: listed.name.toLowerCase(),
        address: undefined,
        own: listed.registryName === 'private' && listed.namespace.toLowerCase() === organization,
      })),
    listVersions: (provider) => registry.listVersions(provider.name),
    holdings: (provider) => readHoldings(registry, provider.name),
    deleteVersion: (provider, versionText) => registry.deleteVersion(provider.name, versionText),
  };
}

const VERSIONS_AT_ONCE = 4;

/** The platforms are a request for each version: those that no client can install are not asked about. */
async function readHoldings(registry: PrivateRegistry, type: string): Promise<readonly HeldVersion[]> {
  const limit = pLimit(VERSIONS_AT_ONCE);
  const listed = await registry.listVersions(type);
  return await Promise.all(listed.map((each) => limit(() => heldVersion(registry, type, each))));
}

async function heldVersion(
  registry: PrivateRegistry,
  type: string,
  listed: ListedVersion,
): Promise<HeldVersion> {
  const version = parseVersion(listed.text);
  const complete = isComplete(listed);
  const keyId = listed.keyId ?? '';
  const about: HeldVersion = {
    version: version?.canonical ?? listed.text,
    complete,
    since: listed.createdAt,
    ...(keyId === '' ? {} : { signer: { keyId, fingerprint: null, userIds: [] } }),
  };
  if (version === undefined || !complete) return about;
  const platforms = await registry.readPlatforms(type, version);
  const uploaded = platforms.filter((each) => each.uploaded);
  const packages = uploaded.flatMap(({ platform, shasum }) => {
    const sha256 = parseSha256(shasum);
    return sha256 === undefined ? [] : [{ platform: formatPlatform(platform), sha256 }];
  });
  return { ...about, complete: uploaded.length > 0, packages };
}
