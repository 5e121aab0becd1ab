import { makeCatalogue } from '../application/catalogue/make-catalogue.ts';
import { writeCatalogue } from '../application/catalogue/write-catalogue.ts';
import { hashText } from '../application/ledger/hash-text.ts';
import { readConfig } from '../application/resolve/read-config.ts';
import {
  type EndedExecution,
  endedRun,
  figuresOf,
  type RunFigures,
} from '../domain/deployment/ended-execution.ts';
import { envelopeOf, factOf } from '../domain/events/envelope.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ledger } from '../ports/ledger.ts';
import { type CatalogueComposition, composeCatalogue } from './composition/catalogue.ts';
import { lambdaFunction } from './lambda-function.ts';
import { catalogueEvent, readFailedRun, readOutput } from './schema.ts';

/**
 * Writes the catalogue beside the mirror when a run has ended, of providers or of bottles, however it ended. Where nothing changed, all that is
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
    const { ledger, clock } = ports;
    if (ended !== null && ledger !== undefined) await keepEnd(composition, { ledger, clock }, ended);
    const run = ended?.executionArn ?? null;
    const contents = await makeCatalogue(ports, config, { ...terms, run });
    const written = await writeCatalogue({ store, clock: ports.clock }, contents, page);
    return { outcome: 'written' as const, providers: contents.providers.length, ...written };
  },
});

const NOTHING_TOLD: RunFigures = { outcomes: {}, bytes: 0, failures: [] };

/** Keeps in the ledger how the run ended. The same event told again is the same fact. */
async function keepEnd(
  composition: CatalogueComposition,
  { ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock },
  ended: EndedExecution & { readonly stateMachineArn?: string | undefined },
): Promise<void> {
  const what = composition.whatOf(ended.stateMachineArn);
  const figures = async (): Promise<RunFigures | undefined> => {
    if (ended.output !== null) {
      const said = readOutput(ended.output, what);
      return said && { ...said, failures: [] };
    }
    if (what !== 'sync' || ended.status !== 'FAILED') return undefined;
    const digest = readFailedRun((await composition.lastInputOf(ended.executionArn)) ?? '');
    return digest && figuresOf(digest);
  };
  const fact = factOf(endedRun(ended, what, (await figures()) ?? NOTHING_TOLD), clock.now());
  await ledger.append([envelopeOf(hashText, fact, clock.now())]);
}
