import { createMirrorS3Client } from '../../adapters/aws/s3-mirror-client.ts';
import { createS3MirrorStore } from '../../adapters/aws/s3-mirror-store.ts';
import { createNetworkMirror } from '../../adapters/network-mirror/network-mirror.ts';
import { connectOciMirror, hostOfRepository } from '../../adapters/oci/connect.ts';
import { connectPrivateRegistry } from '../../adapters/tfe/connect.ts';
import { createPackageHasher } from '../../adapters/zip/package-hasher.ts';
import type { SyncConfig } from '../../domain/config/config.ts';
import { type DestinationEntry, formatLocation } from '../../domain/config/destinations.ts';
import { SyncError } from '../../domain/errors.ts';
import type { ProviderAddress } from '../../domain/provider/address.ts';
import type { Destination } from '../../ports/destination.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import type { Environment } from '../environment.ts';
import type { DestinationSettings } from '../settings.ts';
import { systemClock } from './clock.ts';
import type { RegistryAccess } from './registries.ts';

type AnyDestination = Destination & VersionStore;

export interface DestinationTerms {
  readonly access: RegistryAccess;
  /** What a private registry uses that has nothing of its own. */
  readonly settings: DestinationSettings;
  readonly environment: Environment;
  readonly signal: AbortSignal;
  /** The providers that the config names. */
  readonly knownProviders: readonly ProviderAddress[];
  /** Whether an invocation is about one provider, so that nothing is listed for it. */
  readonly lookup: 'listing' | 'single';
}

/** The destinations that `names` names of the config's (all of them when undefined); connections close with `stack`. */
export async function composeDestinations(
  config: Pick<SyncConfig, 'destinations'>,
  names: readonly string[] | undefined,
  terms: DestinationTerms,
  stack: AsyncDisposableStack,
): Promise<readonly AnyDestination[]> {
  if (config.destinations === undefined) return [await privateRegistry(undefined, terms, stack)];
  const wanted = config.destinations.filter(({ name }) => names === undefined || names.includes(name));
  return await Promise.all(wanted.map((entry) => compose(entry, terms, stack)));
}

async function compose(
  entry: DestinationEntry,
  terms: DestinationTerms,
  stack: AsyncDisposableStack,
): Promise<AnyDestination> {
  if (entry.kind === 'private-registry') return await privateRegistry(entry, terms, stack);
  if (entry.kind === 'network-mirror') return networkMirror(entry, terms);
  const { access, signal, environment, knownProviders } = terms;
  const host = hostOfRepository(entry.repository);
  const http = await access.connect('destination', signal, `https://${host}`);
  stack.defer(() => http.close());
  return await connectOciMirror({ ...entry, http, environment, knownProviders, clock: systemClock });
}

async function privateRegistry(
  entry: Extract<DestinationEntry, { kind: 'private-registry' }> | undefined,
  { access, settings, signal, lookup }: DestinationTerms,
  stack: AsyncDisposableStack,
): Promise<AnyDestination> {
  const address = entry?.address ?? settings.address;
  const http = await access.connect('destination', signal, address);
  stack.defer(() => http.close());
  return connectPrivateRegistry({
    ...(entry === undefined ? {} : { name: entry.name }),
    http,
    address,
    organization: entry?.organization ?? settings.organization,
    token: access.token(entry?.tokenSecret ?? settings.tokenSecretName),
    clock: systemClock,
    lookup,
  }).destination;
}

function networkMirror(
  { name, location }: Extract<DestinationEntry, { kind: 'network-mirror' }>,
  { environment }: DestinationTerms,
): AnyDestination {
  if (location.scheme === 'folder') {
    throw new SyncError(
      'ConfigInvalid',
      `The destination "${name}" is the folder ${formatLocation(location)}, which a function has no use for. ` +
        'Give it an s3:// location, or leave it to the command line.',
    );
  }
  const { bucket, prefix } = location;
  const store = createS3MirrorStore({ s3: createMirrorS3Client(environment), bucket, prefix });
  return createNetworkMirror({ name, store, clock: systemClock, hasher: createPackageHasher() });
}
