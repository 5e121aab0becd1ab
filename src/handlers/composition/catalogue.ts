import { createMirrorS3Client } from '../../adapters/aws/s3-mirror-client.ts';
import { createS3MirrorStore } from '../../adapters/aws/s3-mirror-store.ts';
import { createCatalogueStore } from '../../adapters/catalogue/catalogue-in-store.ts';
import { createPublicRegistry } from '../../adapters/terraform-registry/public-registry.ts';
import { mirrorClient, ociClient } from '../../application/catalogue/clients.ts';
import type { CatalogueOptions } from '../../application/catalogue/make-catalogue.ts';
import { mediaTypeOf } from '../../application/catalogue/media-types.ts';
import type { CataloguePorts, ShownDestination } from '../../application/catalogue/ports.ts';
import type { ClientInputs } from '../../domain/catalogue/form/overview.ts';
import type { SyncConfig } from '../../domain/config/config.ts';
import type { DestinationEntry, MirrorLocation } from '../../domain/config/destinations.ts';
import type { CatalogueStore, PageFile } from '../../ports/catalogue-store.ts';
import type { ConfigSource } from '../../ports/config-source.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import page from '../catalogue-page.json' with { type: 'json' };
import { readSettings } from '../environment.ts';
import type { Runtime } from '../lambda-function.ts';
import { type DestinationSettings, readDestination, readUpstreamAddresses } from '../settings.ts';
import { systemClock } from './clock.ts';
import { composeConfigReader } from './config-reader.ts';
import { composeDestinations } from './destinations.ts';
import { composeLedger } from './ledger.ts';
import { composeRegistryAccess } from './registries.ts';

interface OpenCatalogue extends AsyncDisposable {
  readonly ports: CataloguePorts;
  readonly store: CatalogueStore;
  readonly page: readonly PageFile[];
  readonly terms: Omit<CatalogueOptions, 'run'>;
}

export interface CatalogueComposition {
  /** The config as it is now. */
  readonly configSource: ConfigSource;
  open(config: SyncConfig, signal: AbortSignal): Promise<OpenCatalogue>;
}

export function composeCatalogue(runtime: Runtime): CatalogueComposition {
  const { environment } = runtime;
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
  }));
  const { destination, addresses, target, table } = settings;
  const access = composeRegistryAccess(runtime, destination);
  const openLedger = composeLedger(runtime);
  const files = page.flatMap(({ path, base64 }): readonly PageFile[] => {
    const type = mediaTypeOf(path);
    return type === undefined ? [] : [{ path, type, bytes: Buffer.from(base64, 'base64') }];
  });
  return {
    configSource: composeConfigReader(runtime).source(settings.config),
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
      const open = stack.move();
      return {
        ports: {
          destinations: shown(stores, config, destination, target),
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
        },
        [Symbol.asyncDispose]: () => open.disposeAsync(),
      };
    },
  };
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
