import { resolve } from 'node:path';
import { mirrorClient, ociClient } from '../../application/catalogue/clients.ts';
import type { ShownDestination } from '../../application/catalogue/ports.ts';
import type { ClientInputs } from '../../domain/catalogue/form/overview.ts';
import type { SyncConfig } from '../../domain/config/config.ts';
import type { MirrorLocation } from '../../domain/config/destinations.ts';
import type { VersionStore } from '../../ports/version-store.ts';
import type { DestinationPlace } from '../destination-settings.ts';
import { installerOf } from '../terraform-settings.ts';

/** Every destination of a run, with what a client writes to install from it. */
export function shownDestinations(
  stores: readonly VersionStore[],
  places: readonly DestinationPlace[],
  config: SyncConfig,
  target: MirrorLocation,
): readonly ShownDestination[] {
  return stores.flatMap((store, index) => {
    const place = places[index];
    if (place === undefined || store.kind === 'bundle') return [];
    const { name, kind, description } = store;
    return [{ store, shown: { name, kind, description, client: clientOf(place, config, target) } }];
  });
}

function clientOf(place: DestinationPlace, config: SyncConfig, target: MirrorLocation): ClientInputs {
  if (place.kind === 'oci-mirror') return ociClient(place.repository, config);
  if (place.kind === 'network-mirror') {
    return mirrorClient(absolute(place.location), config, absolute(target));
  }
  return { kind: place.kind, organization: place.organization, ...installerOf(place.address) };
}

function absolute(location: MirrorLocation): MirrorLocation {
  return location.scheme === 'folder' ? { scheme: 'folder', path: resolve(location.path) } : location;
}
