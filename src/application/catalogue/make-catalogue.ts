import pLimit from 'p-limit';
import { describeProvider } from '../../domain/catalogue/describe-provider.ts';
import type { CatalogueContext, ProviderFacts } from '../../domain/catalogue/facts.ts';
import type { CatalogueDestination } from '../../domain/catalogue/form/overview.ts';
import { happeningsOf } from '../../domain/catalogue/happenings.ts';
import { overviewOf } from '../../domain/catalogue/overview.ts';
import { plotsOf } from '../../domain/catalogue/plots.ts';
import type { SyncConfig } from '../../domain/config/config.ts';
import { RUN_STREAM } from '../../domain/events/envelope.ts';
import { eventType } from '../../domain/events/types/schema.ts';
import type { GatheredBottles } from './gather-bottles.ts';
import { gatherFacts } from './gather-facts.ts';
import type { CataloguePorts } from './ports.ts';
import type { CatalogueContents } from './write-catalogue.ts';

export interface CatalogueOptions {
  /** The run that it is written by; null for one written by hand. */
  readonly run: string | null;
  /** The synchronizer's version. */
  readonly by: string;
  /** What a command needs to find the ledger: `--ledger dynamodb://acme`; "" when it finds it by itself. */
  readonly ledgerOption: string;
  /** What mirrors of bottles show, and their destinations, which come behind the others. */
  readonly bottles?: GatheredBottles;
}

const MOST_RUNS = 200;
const STREAMS_AT_ONCE = 8;

/** Reads everything that a catalogue tells. Throws the ledger's errors. */
export async function makeCatalogue(
  ports: CataloguePorts,
  config: SyncConfig,
  { run, by, ledgerOption, bottles }: CatalogueOptions,
): Promise<CatalogueContents> {
  const { ledger, clock } = ports;
  const now = clock.now();
  const gathered = await gatherFacts(ports, config);
  const context: CatalogueContext = {
    destinations: ports.destinations.map(({ shown }) => shown.name),
    now,
    ledgerOption,
  };
  const providers = gathered.providers.map((facts) => ({ facts, ...describeProvider(facts, context) }));
  const runs = await ledger?.read(RUN_STREAM, { types: [eventType('run.ended')], limit: MOST_RUNS });
  const missing = [...gathered.missing, ...(bottles?.missing ?? [])];
  const destinations = ports.destinations.map(({ shown }, place): CatalogueDestination => {
    const unread = gathered.unread.get(place);
    return unread === undefined ? shown : { ...shown, unread };
  });
  const happenings = {
    runs,
    providers,
    others: await deletionsElsewhere(ports, gathered.providers),
    policy: config.policy,
    missing,
  };
  return {
    run,
    by,
    providers,
    overview: (made, places) =>
      overviewOf({
        made,
        destinations: [...destinations, ...(bottles?.destinations ?? [])],
        providers: providers.flatMap(({ summary }) => {
          const place = places.get(summary.address);
          return place === undefined ? [] : [{ summary, place }];
        }),
        bottles: bottles?.rows ?? [],
        missing,
      }),
    happenings: (made) => happeningsOf({ made, ...happenings }),
    plots: (made) => plotsOf({ made, now, happenings: happeningsOf({ made, ...happenings }), providers }),
  };
}

/** A cleanup tells of a private registry's provider under the name that it has there: its type alone. */
async function deletionsElsewhere(
  { ledger, destinations }: CataloguePorts,
  providers: readonly ProviderFacts[],
) {
  if (ledger === undefined || destinations.every(({ store }) => store.kind !== 'private-registry')) return [];
  const names = new Set(providers.map(({ address }) => address.split('/').at(-1) ?? address));
  const types = [eventType('version.deleted')];
  const limit = pLimit(STREAMS_AT_ONCE);
  return (await Promise.all([...names].map((name) => limit(() => ledger.read(name, { types }))))).flat();
}
