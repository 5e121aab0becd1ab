import { createPublicRegistry } from '../../adapters/terraform-registry/public-registry.ts';
import { connectPrivateRegistry } from '../../adapters/tfe/connect.ts';
import type { SyncPorts } from '../../application/sync/ports.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { type DestinationSettings, readDestination, readUpstreamAddresses } from '../settings.ts';
import { type ConfigReader, composeConfigReader } from './config-reader.ts';
import { composeRegistryAccess, systemClock } from './registries.ts';

export interface SyncComposition {
  readonly config: ConfigReader;
  readonly destination: DestinationSettings;
  /** The ports of one invocation, which close with it. */
  open(signal: AbortSignal): Promise<SyncPorts & AsyncDisposable>;
}

export function composeSync(runtime: Runtime): SyncComposition {
  const settings = readSettings(runtime.environment, (reader) => ({
    destination: readDestination(reader),
    addresses: readUpstreamAddresses(reader),
  }));
  const { destination, addresses } = settings;
  const access = composeRegistryAccess(runtime, destination);
  return {
    config: composeConfigReader(runtime),
    destination,
    open: async (signal) => {
      const upstream = await access.connect('upstream', signal);
      const downstream = await access.connect('destination', signal);
      const options = { ...destination, http: downstream, token: access.token, clock: systemClock };
      return {
        publicRegistry: createPublicRegistry({ http: upstream, addresses }),
        destinations: [connectPrivateRegistry(options).destination],
        destinationsNamed: false,
        events: runtime.telemetry.reporter,
        progress: runtime.telemetry.reporter,
        clock: systemClock,
        [Symbol.asyncDispose]: async () => {
          await Promise.all([upstream.close(), downstream.close()]);
        },
      };
    },
  };
}
