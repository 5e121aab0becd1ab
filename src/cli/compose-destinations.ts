import { createFolderMirrorStore } from '../adapters/folder/mirror-store.ts';
import { createNetworkMirror } from '../adapters/network-mirror/network-mirror.ts';
import { connectOciMirror, hostOfRepository } from '../adapters/oci/connect.ts';
import { createPackageHasher } from '../adapters/zip/package-hasher.ts';
import type { SyncConfig } from '../domain/config/config.ts';
import type { MirrorLocation } from '../domain/config/destinations.ts';
import type { Destination } from '../ports/destination.ts';
import type { MirrorStore } from '../ports/mirror-store.ts';
import type { VersionStore } from '../ports/version-store.ts';
import { composeDestination, composeHttp, type RunContext, systemClock } from './composition.ts';
import type { DestinationPlace } from './destination-settings.ts';
import type { Environment } from './io.ts';
import type { NetworkSettings } from './settings.ts';

/** Every destination of a run, in the config's order: what connections of their own they have close with it. */
export interface Destinations extends AsyncDisposable {
  readonly destinations: readonly (Destination & VersionStore)[];
}

export interface DestinationTerms {
  readonly config: SyncConfig;
  readonly destinations: readonly DestinationPlace[];
  readonly network: NetworkSettings;
  readonly environment: Environment;
}

export async function composeDestinations(
  settings: DestinationTerms,
  context: RunContext,
): Promise<Destinations> {
  const { network } = settings;
  // Node 22 has no AsyncDisposableStack.
  const open: AsyncDisposable[] = [];
  const use = <T extends AsyncDisposable>(resource: T): T => {
    open.unshift(resource);
    return resource;
  };
  // Mirrors of one run hash a package's contents once.
  const hasher = createPackageHasher();
  const compose = async (place: DestinationPlace): Promise<Destination & VersionStore> => {
    if (place.kind === 'private-registry') {
      return use(composeDestination({ ...place, network }, context)).destination;
    }
    if (place.kind === 'network-mirror') {
      const store = await composeMirrorStore(place.location, settings.environment);
      return createNetworkMirror({ name: place.name, store, clock: systemClock, hasher });
    }
    const http = use(composeHttp(hostOfRepository(place.repository), network, context));
    return await connectOciMirror({
      ...place,
      http: http.client,
      knownProviders: settings.config.providers.map(({ address }) => address),
      environment: settings.environment,
      clock: systemClock,
    });
  };
  const destinations = await Promise.all(settings.destinations.map(compose));
  return {
    destinations,
    async [Symbol.asyncDispose]() {
      for (const resource of open) await resource[Symbol.asyncDispose]();
    },
  };
}

export async function composeMirrorStore(
  location: MirrorLocation,
  environment: Environment,
): Promise<MirrorStore> {
  if (location.scheme === 'folder') return createFolderMirrorStore(location.path);
  // Nobody but who mirrors to S3 waits for the SDK.
  const { createMirrorS3Client } = await import('../adapters/aws/s3-mirror-client.ts');
  const { createS3MirrorStore } = await import('../adapters/aws/s3-mirror-store.ts');
  const { bucket, prefix } = location;
  return createS3MirrorStore({ s3: createMirrorS3Client(environment), bucket, prefix });
}
