import type { Api, PrivateRegistryOptions } from './api.ts';
import type { ListedProvider } from './contract.ts';
import { isDoubtful, readAllPages } from './listing.ts';
import { readOnce } from './read-once.ts';
import { organizationNotFound, paths } from './resources.ts';
import { providerPage } from './schema.ts';

/** Which private providers the organization has, as far as one run needs to know. */
export interface KnownProviders {
  /**
   * By the organization's listing, read once, and by what was added since. Undefined when the listing is refused
   * or does not add up: then the provider itself is to be asked for. Throws OrganizationNotFound.
   */
  has(type: string): Promise<boolean | undefined>;
  /** Remembers a provider that was created or seen. */
  add(type: string): void;
}

/** With `single` no listing is read: only what was added since is known. */
export function createKnownProviders(
  api: Api,
  lookup: PrivateRegistryOptions['lookup'] = 'listing',
): KnownProviders {
  const listing = readOnce(async () => {
    const listed = await readProviders(api);
    return new Set(listed.filter(({ registryName }) => registryName === 'private').map(({ name }) => name));
  });
  const added = new Set<string>();
  return {
    has: async (type) => {
      if (added.has(type)) return true;
      if (lookup === 'single') return undefined;
      try {
        return (await listing.get()).has(type);
      } catch (error) {
        if (isDoubtful(error)) return undefined;
        throw error;
      }
    },
    add: (type) => void added.add(type),
  };
}

/** Every entry, public ones too. Throws OrganizationNotFound, ListingIncomplete. */
export async function readProviders(api: Api): Promise<readonly ListedProvider[]> {
  const target = `the providers of ${api.organization}`;
  const listed = await readAllPages(api, paths.providers(api), target, providerPage);
  if (!listed) throw organizationNotFound(api);
  return listed.map(({ name, namespace, registryName }) => ({ name, namespace, registryName }));
}
