import { SFNClient } from '@aws-sdk/client-sfn';
import { readLastInput } from '../../adapters/aws/execution-history.ts';
import { createMirrorS3Client, type S3Location } from '../../adapters/aws/s3-mirror-client.ts';
import { createS3MirrorStore } from '../../adapters/aws/s3-mirror-store.ts';
import { createCatalogueStore } from '../../adapters/catalogue/catalogue-in-store.ts';
import { createPublicRegistry } from '../../adapters/terraform-registry/public-registry.ts';
import { mirrorClient, ociClient } from '../../application/catalogue/clients.ts';
import { type GatheredBottles, gatherBottles } from '../../application/catalogue/gather-bottles.ts';
import type { CatalogueOptions } from '../../application/catalogue/make-catalogue.ts';
import { mediaTypeOf } from '../../application/catalogue/media-types.ts';
import type { CataloguePorts, ShownDestination } from '../../application/catalogue/ports.ts';
import type { ClientInputs } from '../../domain/catalogue/form/overview.ts';
import type { SyncConfig } from '../../domain/config/config.ts';
import {
  type DestinationEntry,
  formatLocation,
  type MirrorLocation,
} from '../../domain/config/destinations.ts';
import { toSyncError } from '../../domain/errors.ts';
import type { CatalogueStore, PageFile } from '../../ports/catalogue-store.ts';
import type { ConfigSource } from '../../ports/config-source.ts';
import type { MirrorStore } from '../../ports/mirror-store.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import page from '../catalogue-page.json' with { type: 'json' };
import { type EnvironmentReader, readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { type DestinationSettings, readDestination, readUpstreamAddresses } from '../settings.ts';
import { systemClock } from './clock.ts';
import { composeConfigReader } from './config-reader.ts';
import { composeDestinations } from './destinations.ts';
import { composeLedger } from './ledger.ts';
import { composeRegistryAccess } from './registries.ts';
import { SDK_OPTIONS } from './sdk.ts';

interface OpenCatalogue extends AsyncDisposable {
  readonly ports: CataloguePorts;
  readonly store: CatalogueStore;
  readonly page: readonly PageFile[];
  readonly terms: Omit<CatalogueOptions, 'run'>;
}

export interface CatalogueComposition {
  /** The config as it is now. */
  readonly configSource: ConfigSource;
  /** What the executions of a state machine bring: BOTTLES_STATE_MACHINE_ARN names the one that brings bottles. */
  whatOf(stateMachineArn: string | undefined): 'sync' | 'bottles';
  /** What the last state of an execution was given, as JSON; undefined where that cannot be told. Never throws. */
  lastInputOf(executionArn: string): Promise<string | undefined>;
  open(config: SyncConfig, signal: AbortSignal): Promise<OpenCatalogue>;
}

export function composeCatalogue(runtime: Runtime): CatalogueComposition {
  const { environment, telemetry } = runtime;
  const settings = readSettings(environment, (reader) => ({
    destination: readDestination(reader),
    addresses: readUpstreamAddresses(reader),
    config: { bucket: reader.required('CONFIG_BUCKET'), key: reader.required('CONFIG_KEY'), versionId: null },
    target: {
      scheme: 's3' as const,
      bucket: reader.required('CATALOGUE_BUCKET'),
      prefix: reader.required('CATALOGUE_PREFIX'),
    },
    table: reader.optional('LEDGER_TABLE'),
    bottles: readBottlesPlace(reader),
    bottlesMachine: reader.optional('BOTTLES_STATE_MACHINE_ARN'),
  }));
  const { destination, addresses, target, table } = settings;
  const sfn = new SFNClient(SDK_OPTIONS);
  const access = composeRegistryAccess(runtime, destination);
  const openLedger = composeLedger(runtime);
  const files = page.flatMap(({ path, base64 }): readonly PageFile[] => {
    const type = mediaTypeOf(path);
    return type === undefined ? [] : [{ path, type, bytes: Buffer.from(base64, 'base64') }];
  });
  return {
    configSource: composeConfigReader(runtime).source(settings.config),
    whatOf: (stateMachineArn) =>
      stateMachineArn !== undefined && stateMachineArn === settings.bottlesMachine ? 'bottles' : 'sync',
    lastInputOf: async (executionArn) => {
      try {
        return await readLastInput(sfn, executionArn);
      } catch (error) {
        telemetry.logger.warn('HistoryNotRead', { executionArn, reason: toSyncError(error).message });
        return undefined;
      }
    },
    open: async (config, signal) => {
      await using stack = new AsyncDisposableStack();
      const upstream = await access.connect('upstream', signal);
      stack.defer(() => upstream.close());
      const terms = {
        access,
        settings: destination,
        environment,
        signal,
        knownProviders: config.providers.map(({ address }) => address),
        lookup: 'listing',
      } as const;
      const stores = await composeDestinations(config, undefined, terms, stack);
      const { ledger } = openLedger(stack);
      const s3 = createMirrorS3Client(environment);
      const destinations = shown(stores, config, destination, target);
      const bottles = await bottlesOf(config.bottles, settings.bottles, {
        place: destinations.length,
        open: (place) => createS3MirrorStore({ s3, ...place }),
      });
      const open = stack.move();
      return {
        ports: {
          destinations,
          ledger,
          publicRegistry: createPublicRegistry({ http: upstream, addresses }),
          clock: systemClock,
        },
        store: createCatalogueStore(
          createS3MirrorStore({ s3, bucket: target.bucket, prefix: target.prefix }),
        ),
        page: files,
        terms: {
          by: environment['POWERTOOLS_SERVICE_NAME'] ?? '',
          ledgerOption: table === undefined ? '' : `--ledger dynamodb://${table}`,
          ...(bottles && { bottles }),
        },
        [Symbol.asyncDispose]: () => open.disposeAsync(),
      };
    },
  };
}

/** Where this stack may read a mirror of bottles; undefined where it may read none. */
function readBottlesPlace(reader: EnvironmentReader): S3Location | undefined {
  const bucket = reader.optional('BOTTLES_BUCKET');
  return bucket === undefined ? undefined : { bucket, prefix: reader.required('BOTTLES_PREFIX') };
}

/** What the config's mirror of bottles shows; undefined when the config has none. */
async function bottlesOf(
  entry: SyncConfig['bottles'],
  readable: S3Location | undefined,
  at: { readonly place: number; readonly open: (place: S3Location) => MirrorStore },
): Promise<GatheredBottles | undefined> {
  if (entry === undefined) return undefined;
  const location = formatLocation(entry.destination);
  if (readable !== undefined && formatLocation({ scheme: 's3', ...readable }) === location) {
    return await gatherBottles(at.open(readable), at.place);
  }
  const why = readable === undefined ? 'no mirror of bottles' : formatLocation({ scheme: 's3', ...readable });
  const missing = `Which bottles ${location} shows is not known: this catalogue's function may read ${why}.`;
  return { destinations: [], rows: [], missing: [missing] };
}

function shown(
  stores: readonly VersionStore[],
  config: SyncConfig,
  settings: DestinationSettings,
  target: MirrorLocation,
): readonly ShownDestination[] {
  return stores.flatMap((store, index) => {
    if (store.kind === 'bundle') return [];
    const { name, kind, description } = store;
    const client = clientOf(config.destinations?.[index], config, settings, target);
    return [{ store, shown: { name, kind, description, client } }];
  });
}

/** Without an entry of its own: the one private registry of the settings. */
function clientOf(
  entry: DestinationEntry | undefined,
  config: SyncConfig,
  settings: DestinationSettings,
  target: MirrorLocation,
): ClientInputs {
  if (entry?.kind === 'network-mirror') return mirrorClient(entry.location, config, target);
  if (entry?.kind === 'oci-mirror') return ociClient(entry.repository, config);
  const { host } = new URL(entry?.address ?? settings.address);
  return { kind: 'private-registry', host, organization: entry?.organization ?? settings.organization };
}
