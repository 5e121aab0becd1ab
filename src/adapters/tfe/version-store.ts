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
    deleteVersion: (provider, versionText) => registry.deleteVersion(provider.name, versionText),
  };
}
