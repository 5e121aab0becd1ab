import { resolve } from 'node:path';
import type { ShownDestination } from '../../application/catalogue/ports.ts';
import { PUBLIC_HOSTS } from '../../domain/catalogue/client-blocks.ts';
import type { ClientInputs } from '../../domain/catalogue/form.ts';
import type { SyncConfig } from '../../domain/config/config.ts';
import type { MirrorLocation } from '../../domain/config/destinations.ts';
import { parseRepositoryTemplate } from '../../domain/delivery/repository-template.ts';
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
  const hosts = [...new Set([...PUBLIC_HOSTS, ...config.providers.map(({ address }) => address.hostname)])];
  switch (place.kind) {
    case 'private-registry':
      return { kind: place.kind, organization: place.organization, ...installerOf(place.address) };
    case 'network-mirror':
      return {
        kind: place.kind,
        url: wayUp(target, place.location) ?? null,
        folder: place.location.scheme === 'folder' ? resolve(place.location.path) : null,
        hosts,
      };
    default: {
      const template = parseRepositoryTemplate(place.repository);
      const text = 'problem' in template ? place.repository : template.text;
      return { kind: place.kind, template: text, hosts };
    }
  }
}

/** The relative URL from a catalogue's folder to the mirror that it lies in; undefined when it lies elsewhere. */
function wayUp(target: MirrorLocation, mirror: MirrorLocation): string | undefined {
  const below = segmentsOf(target);
  const above = segmentsOf(mirror);
  if (target.scheme !== mirror.scheme || below.length <= above.length) return undefined;
  if (above.some((segment, index) => segment !== below[index])) return undefined;
  return '../'.repeat(below.length - above.length);
}

function segmentsOf(location: MirrorLocation): readonly string[] {
  if (location.scheme === 'folder') return resolve(location.path).split(/[/\\]/).filter(Boolean);
  return [location.bucket, ...location.prefix.split('/').filter(Boolean)];
}

/** Where a mirror's own catalogue lies. */
export function catalogueIn(mirror: MirrorLocation): MirrorLocation {
  if (mirror.scheme === 'folder') return { scheme: 'folder', path: `${mirror.path}/${FOLDER}` };
  const prefix = mirror.prefix === '' ? FOLDER : `${mirror.prefix}/${FOLDER}`;
  return { ...mirror, prefix };
}

const FOLDER = 'catalogue';
