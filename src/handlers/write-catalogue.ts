import { makeCatalogue } from '../application/catalogue/make-catalogue.ts';
import { writeCatalogue } from '../application/catalogue/write-catalogue.ts';
import { hashText } from '../application/ledger/hash-text.ts';
import { readConfig } from '../application/resolve/read-config.ts';
import { type EndedExecution, endedRun } from '../domain/deployment/ended-execution.ts';
import { envelopeOf, factOf } from '../domain/events/envelope.ts';
import { dataOf } from '../domain/events/types/schema.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
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
    const { ended } = event;
    if (ended !== null && ports.ledger !== undefined) await keepEnd(ports.ledger, ended, ports.clock);
    const run = ended?.executionArn ?? null;
    const contents = await makeCatalogue(ports, config, { ...terms, run });
    const written = await writeCatalogue({ store, clock: ports.clock }, contents, page);
    return { outcome: 'written' as const, providers: contents.providers.length, ...written };
  },
});

const MOST_TRANSFERS = 100_000;

/** Keeps in the ledger how the run ended. The same event told again is the same fact. */
async function keepEnd(ledger: Ledger, ended: EndedExecution, clock: Clock): Promise<void> {
  const from = new Date(ended.startDate);
  const to = new Date(ended.stopDate + 1);
  const entries = await ledger.readTime({ from, to, limit: MOST_TRANSFERS });
  const sizes = entries.map(({ event }) => dataOf('package.transferred', event)?.bytes ?? 0);
  const fact = factOf(
    endedRun(
      ended,
      sizes.reduce((sum, bytes) => sum + bytes, 0),
    ),
    clock.now(),
  );
  await ledger.append([envelopeOf(hashText, fact, clock.now())]);
}
