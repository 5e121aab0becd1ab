import type { ListedProvider, ListedVersion } from '../domain/retention/listed.ts';

/** One organization's private registry as cleanup sees it. A private provider is named by its type alone. */
export interface PrivateRegistryListing {
  readonly organization: string;
  /** Every entry, public ones too, all pages. Throws ListingIncomplete when the pages do not add up. */
  listProviders(): Promise<readonly ListedProvider[]>;
  /** Every version of a private provider, all pages. Throws ListingIncomplete likewise; DestinationNotFound when absent. */
  listVersions(type: string): Promise<readonly ListedVersion[]>;
  /** "gone" when there was nothing to delete. Deletion is permanent. */
  deleteVersion(type: string, versionText: string): Promise<'deleted' | 'gone'>;
}
