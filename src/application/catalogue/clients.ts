import { PUBLIC_HOSTS } from '../../domain/catalogue/client-blocks.ts';
import type { ClientInputs } from '../../domain/catalogue/form/overview.ts';
import type { SyncConfig } from '../../domain/config/config.ts';
import type { MirrorLocation } from '../../domain/config/destinations.ts';
import { parseRepositoryTemplate } from '../../domain/delivery/repository-template.ts';

/** The hosts whose providers a mirror of the config stands for. */
function hostsOf({ providers }: SyncConfig): readonly string[] {
  return [...new Set([...PUBLIC_HOSTS, ...providers.map(({ address }) => address.hostname)])];
}

/** What clients of a mirror need. Paths of folders are absolute. */
export function mirrorClient(
  mirror: MirrorLocation,
  config: SyncConfig,
  catalogue: MirrorLocation,
): ClientInputs {
  return {
    kind: 'network-mirror',
    url: wayUp(catalogue, mirror) ?? null,
    folder: mirror.scheme === 'folder' ? mirror.path : null,
    hosts: hostsOf(config),
  };
}

/** What clients of an OCI mirror need. */
export function ociClient(repository: string, config: SyncConfig): ClientInputs {
  const template = parseRepositoryTemplate(repository);
  const text = 'problem' in template ? repository : template.text;
  return { kind: 'oci-mirror', template: text, hosts: hostsOf(config) };
}

const FOLDER = 'catalogue';

/** Where a mirror's own catalogue lies. */
export function catalogueIn(mirror: MirrorLocation): MirrorLocation {
  if (mirror.scheme === 'folder') return { scheme: 'folder', path: `${mirror.path}/${FOLDER}` };
  const prefix = mirror.prefix === '' ? FOLDER : `${mirror.prefix}/${FOLDER}`;
  return { ...mirror, prefix };
}

/** The relative URL from a catalogue's folder to the mirror that it lies in; undefined when it lies elsewhere. */
function wayUp(catalogue: MirrorLocation, mirror: MirrorLocation): string | undefined {
  const below = segmentsOf(catalogue);
  const above = segmentsOf(mirror);
  if (catalogue.scheme !== mirror.scheme || below.length <= above.length) return undefined;
  if (above.some((segment, index) => segment !== below[index])) return undefined;
  return '../'.repeat(below.length - above.length);
}

function segmentsOf(location: MirrorLocation): readonly string[] {
  const path = location.scheme === 'folder' ? location.path : `${location.bucket}/${location.prefix}`;
  return path.split(/[/\\]/).filter(Boolean);
}
