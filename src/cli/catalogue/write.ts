import { createCatalogueStore } from '../../adapters/catalogue/catalogue-in-store.ts';
import { gatherBottles } from '../../application/catalogue/gather-bottles.ts';
import { type CatalogueOptions, makeCatalogue } from '../../application/catalogue/make-catalogue.ts';
import type { CataloguePorts } from '../../application/catalogue/ports.ts';
import { type WrittenCatalogue, writeCatalogue } from '../../application/catalogue/write-catalogue.ts';
import type { SyncConfig } from '../../domain/config/config.ts';
import type { MirrorLocation } from '../../domain/config/destinations.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import { composeMirrorStore } from '../compose-destinations.ts';
import { systemClock } from '../composition.ts';
import type { DestinationPlace } from '../destination-settings.ts';
import type { Environment } from '../io.ts';
import { defaultLedgerFile } from '../ledger-settings.ts';
import { shellWord } from '../render/shell-word.ts';
import { VERSION } from '../version.ts';
import { readPageFiles } from './page-files.ts';
import { shownDestinations } from './shown-destinations.ts';

export interface CatalogueTerms {
  readonly config: SyncConfig;
  readonly destinations: readonly DestinationPlace[];
  readonly ledgerFile?: string | undefined;
  readonly environment: Environment;
}

export interface CatalogueSources extends Pick<CataloguePorts, 'ledger' | 'publicRegistry'> {
  /** In the order of the places. */
  readonly stores: readonly VersionStore[];
}

/** Reads everything that a catalogue tells, and writes it to `target`. `run` is null for one written by hand. */
export async function writeCatalogueTo(
  target: MirrorLocation,
  { config, destinations, ledgerFile, environment }: CatalogueTerms,
  { stores, ledger, publicRegistry }: CatalogueSources,
  run: string | null,
): Promise<WrittenCatalogue & { readonly providers: number }> {
  const page = await readPageFiles();
  const store = createCatalogueStore(await composeMirrorStore(target, environment));
  const shown = shownDestinations(stores, destinations, config, target);
  const options: CatalogueOptions = {
    run,
    by: VERSION,
    ledgerOption: ledgerOption(ledgerFile, environment),
    ...(config.bottles === undefined
      ? {}
      : {
          bottles: await gatherBottles(
            await composeMirrorStore(config.bottles.destination, environment),
            shown.length,
          ),
        }),
  };
  const contents = await makeCatalogue(
    {
      destinations: shown,
      ledger,
      publicRegistry,
      clock: systemClock,
    },
    config,
    options,
  );
  const written = await writeCatalogue({ store, clock: systemClock }, contents, page);
  return { ...written, providers: contents.providers.length };
}

function ledgerOption(file: string | undefined, environment: Environment): string {
  return file === undefined || file === defaultLedgerFile(environment) ? '' : `--ledger ${shellWord(file)}`;
}
