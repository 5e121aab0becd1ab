import type { CatalogueDestination } from '../../domain/catalogue/form/overview.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { PublicRegistry } from '../../ports/public-registry.ts';
import type { VersionStore } from '../../ports/version-store.ts';

/** A destination that is shown: what it holds, and what clients have to write. */
export interface ShownDestination {
  readonly store: VersionStore;
  readonly shown: CatalogueDestination;
}

/** Where a catalogue's facts come from. */
export interface CataloguePorts {
  readonly destinations: readonly ShownDestination[];
  readonly ledger: Ledger | undefined;
  /** What upstream lists; undefined when upstream is not to be asked. */
  readonly publicRegistry: Pick<PublicRegistry, 'listVersions'> | undefined;
  readonly clock: Clock;
}
