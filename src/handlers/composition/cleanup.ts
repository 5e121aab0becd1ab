import { createPublicRegistry } from '../../adapters/terraform-registry/public-registry.ts';
import type { CleanupPorts } from '../../application/cleanup/plan.ts';
import { notifyError } from '../../application/notify-error.ts';
import type { SyncConfig } from '../../domain/config/config.ts';
import { toSyncError } from '../../domain/errors.ts';
import type { ConfigSource } from '../../ports/config-source.ts';
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import {
  type CleanupSettings,
  readCleanup,
  readDestination,
  readNotification,
  readUpstreamAddresses,
} from '../settings.ts';
import { systemClock } from './clock.ts';
import { composeConfigReader } from './config-reader.ts';
import { composeDestinations } from './destinations.ts';
import { composeLedger } from './ledger.ts';
import { createNotifier } from './notification.ts';
import { composeRegistryAccess } from './registries.ts';

export interface CleanupComposition extends CleanupSettings {
  /** The config that says what must stay, as it is now. */
  readonly configSource: ConfigSource;
  open(config: SyncConfig, signal: AbortSignal): Promise<CleanupPorts & AsyncDisposable>;
  /** Puts what somebody should look at, though nothing failed, into the log. */
  remark(provider: string, text: string): void;
  /** Runs `work`; when it throws, people are told before the error goes on. */
  tellingOfFailure<T>(requestId: string, work: () => Promise<T>): Promise<T>;
}

export function composeCleanup(runtime: Runtime): CleanupComposition {
  const { environment, telemetry } = runtime;
  const { destination, addresses, notification, location, cleanup } = readSettings(environment, (reader) => ({
    destination: readDestination(reader),
    addresses: readUpstreamAddresses(reader),
    notification: { ...readNotification(reader), logGroup: reader.required('LOG_GROUP') },
    location: {
      bucket: reader.required('CONFIG_BUCKET'),
      key: reader.required('CONFIG_KEY'),
      versionId: null,
    },
    cleanup: readCleanup(reader),
  }));
  const access = composeRegistryAccess(runtime, destination);
  const notifier = createNotifier(runtime, notification);
  const kept = composeLedger(runtime);
  return {
    ...cleanup,
    configSource: composeConfigReader(runtime).source(location),
    open: async (config, signal) => {
      await using stack = new AsyncDisposableStack();
      const upstream = await access.connect('upstream', signal);
      stack.defer(() => upstream.close());
      const knownProviders = config.providers.map(({ address }) => address);
      const terms = {
        access,
        settings: destination,
        environment,
        signal,
        knownProviders,
        lookup: 'listing',
      } as const;
      const destinations = await composeDestinations(config, undefined, terms, stack);
      const { events } = kept(stack);
      const open = stack.move();
      return {
        publicRegistry: createPublicRegistry({ http: upstream, addresses }),
        destinations,
        destinationsNamed: config.destinations !== undefined,
        events,
        clock: systemClock,
        [Symbol.asyncDispose]: () => open.disposeAsync(),
      };
    },
    remark: (provider, text) => telemetry.logger.warn(text, { provider }),
    tellingOfFailure: async (executionId, work) => {
      try {
        return await work();
      } catch (thrown) {
        const { code, name, message } = toSyncError(thrown);
        const error = { code, name, message };
        const notice = {
          ...notification,
          work: { kind: 'cleanup' },
          error,
          config: location,
          executionId,
        } as const;
        await notifyError({ notifier }, notice).catch((failure: unknown) => {
          telemetry.logger.error(toSyncError(failure).message);
        });
        throw thrown;
      }
    },
  };
}
