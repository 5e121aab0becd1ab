import { makeCatalogue } from '../application/catalogue/make-catalogue.ts';
import { writeCatalogue } from '../application/catalogue/write-catalogue.ts';
import { readConfig } from '../application/resolve/read-config.ts';
import { composeCatalogue } from './composition/catalogue.ts';
import { lambdaFunction } from './lambda-function.ts';
import { catalogueEvent } from './schema.ts';

/**
 * Writes the catalogue beside the mirror when a run has ended, however it ended. Where nothing changed, all that is
 * written is what says so.
 */
export const handler = lambdaFunction({
  event: catalogueEvent,
  compose: composeCatalogue,
  metrics: { duration: 'CatalogueDuration' },
  async run(composition, { event, signal }) {
    // A page of a larger run: the run itself is told of when all are done.
    if (event.isPage) return { outcome: 'page' as const };
    const config = await readConfig({ configSource: composition.configSource });
    await using open = await composition.open(config, signal);
    const { ports, store, page, terms } = open;
    const contents = await makeCatalogue(ports, config, { ...terms, run: event.run });
    const written = await writeCatalogue({ store, clock: ports.clock }, contents, page);
    return { outcome: 'written' as const, providers: contents.providers.length, ...written };
  },
});
