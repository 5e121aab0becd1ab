import type { HeldVersion } from '../domain/catalogue/held.ts';
import type { DestinationKind } from '../domain/delivery/plan.ts';
import type { HeldProvider, ListedVersion } from '../domain/retention/listed.ts';

/**
 * A destination as cleanup and the catalogue see it: what it holds, and the way to delete a version of it. Errors as
 * for Destination.
 */
export interface VersionStore {
  readonly name: string;
  readonly kind: DestinationKind;
  /** For messages: `the organization "my-org"`, `the mirror s3://acme/mirror`. */
  readonly description: string;
  /** Every provider held, all pages. Throws ListingIncomplete when the pages do not add up. */
  listProviders(): Promise<readonly HeldProvider[]>;
  /** Every version of one, all pages. Throws ListingIncomplete likewise; DestinationNotFound when absent. */
  listVersions(provider: HeldProvider): Promise<readonly ListedVersion[]>;
  /**
   * The same as a person wants to know it: packages and digests, who signed, what was checked. Costs requests for
   * each version. Absent where `listVersions` tells all there is.
   */
  readonly holdings?: (provider: HeldProvider) => Promise<readonly HeldVersion[]>;
  /**
   * "gone" when there was nothing to delete. What makes the version visible goes first, so that a deletion that
   * breaks off leaves nothing half visible. Deletion is permanent.
   */
  deleteVersion(provider: HeldProvider, versionText: string): Promise<'deleted' | 'gone'>;
  /**
   * Takes a version out of what clients are told, where the destination has an index of its own; its files stay for
   * a cleanup. "gone" when clients were not told of it. Absent where there is no index to take it out of.
   */
  readonly withdraw?: (provider: HeldProvider, versionText: string) => Promise<'withdrawn' | 'gone'>;
}
