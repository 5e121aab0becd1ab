import { createPublicRegistry } from '../../adapters/terraform-registry/public-registry.ts';
import type { SyncPorts } from '../../application/sync/ports.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import type { ReferencedEntry } from '../referenced-entry.ts';
import { type DestinationSettings, readDestination, readUpstreamAddresses } from '../settings.ts';
import { systemClock } from './clock.ts';
import { type ConfigReader, composeConfigReader } from './config-reader.ts';
import { composeDestinations } from './destinations.ts';
import { composeLedger } from './ledger.ts';
import { composeRegistryAccess } from './registries.ts';

export interface SyncComposition {
  readonly config: ConfigReader;
  readonly destination: DestinationSettings;
  /** The ports of one invocation, which close with it. */
  open(referenced: ReferencedEntry, signal: AbortSignal): Promise<SyncPorts & AsyncDisposable>;
}

export function composeSync(runtime: Runtime): SyncComposition {
  const settings = readSettings(runtime.environment, (reader) => ({
    destination: readDestination(reader),
    addresses: readUpstreamAddresses(reader),
  }));
  const { destination, addresses } = settings;
  const kept = composeLedger(runtime);
  const access = composeRegistryAccess(runtime, destination);
  return {
    config: composeConfigReader(runtime),
    destination,
    open: async ({ entry, config }, signal) => {
      const stack = new AsyncDisposableStack();
      const upstream = await access.connect('upstream', signal);
      stack.defer(() => upstream.close());
      const { environment } = runtime;
      const terms = {
        access,
        settings: destination,
        environment,
        signal,
        knownProviders: [entry.address],
        lookup: 'single',
      } as const;
      const destinations = await composeDestinations(config, entry.destinations, terms, stack);
      return {
        publicRegistry: createPublicRegistry({ http: upstream, addresses }),
        destinations,
        destinationsNamed: config.destinations !== undefined,
        stores: destinations,
        ...kept(stack),
        admits: true,
        progress: runtime.telemetry.reporter,
        clock: systemClock,
        [Symbol.asyncDispose]: () => stack.disposeAsync(),
      };
    },
  };
}
