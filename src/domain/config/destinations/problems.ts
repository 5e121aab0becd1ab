import type { Problem } from '../../errors.ts';
import { quote } from '../../provider/mistake.ts';
import { type DestinationEntry, formatLocation } from '../destinations.ts';
import { didYouMean } from '../did-you-mean.ts';
import { jsonPath } from '../json-path.ts';
import type { ReadEntry } from '../providers/schema.ts';
import type { ReadDestination } from './schema.ts';

/** Two destinations of one name, and two names for one place: two deliveries would fight over it. */
export function destinationProblems(destinations: readonly ReadDestination[]): readonly Problem[] {
  const names = new Map<string, string>();
  const places = new Map<string, string>();
  return destinations.flatMap(({ path, name, entry }) => {
    const namesake = name === undefined ? undefined : first(names, name, path);
    if (namesake !== undefined) {
      const message = `The name ${quote(name)} stands already in ${namesake}.`;
      return { path: jsonPath(path, ['name']), message, fix: 'Give each destination a name of its own.' };
    }
    const other = entry && first(places, placeOf(entry), path);
    if (other === undefined) return [];
    return { path, message: `This is the same place as ${other}.`, fix: 'Remove one of them.' };
  });
}

/** What came first under `key`; the first stays. */
function first(seen: Map<string, string>, key: string, path: string): string | undefined {
  const earlier = seen.get(key);
  if (earlier === undefined) seen.set(key, path);
  return earlier;
}

/** Equal for two destinations that are one place. */
function placeOf(entry: DestinationEntry): string {
  if (entry.kind === 'private-registry') return `${entry.address ?? ''} ${entry.organization ?? ''}`;
  return entry.kind === 'network-mirror' ? formatLocation(entry.location) : `oci://${entry.repository}`;
}

/**
 * What an entry says of its destinations that the config's destinations do not bear out: names that none of them has,
 * and a hostname with a port where an OCI mirror would have to put it into a repository's name.
 */
export function unknownDestinations(
  { path, destinations: wanted, addresses }: ReadEntry,
  destinations: readonly ReadDestination[] | undefined,
): readonly Problem[] {
  const names = destinations?.flatMap(({ name }) => name ?? []) ?? [];
  const unknown = (wanted ?? []).flatMap((name, index): readonly Problem[] => {
    if (name === undefined || names.includes(name)) return [];
    const place = jsonPath(path, ['destinations', index]);
    if (!destinations) {
      const fix = 'Leave it out, or write the config as one object with "destinations" and "providers".';
      return [
        { path: place, message: `There is no destination ${quote(name)}: the config names none.`, fix },
      ];
    }
    const meant = didYouMean(name, names);
    return [
      {
        path: place,
        message: `There is no destination ${quote(name)}.`,
        fix: meant === undefined ? `The destinations are ${names.join(', ')}.` : `Did you mean "${meant}"?`,
      },
    ];
  });
  const withPort = addresses.find(({ hostname }) => hostname.includes(':'));
  const oci = destinations?.find(
    ({ kind, name }) => kind === 'oci-mirror' && name !== undefined && (wanted?.includes(name) ?? true),
  );
  if (!withPort || !oci) return unknown;
  return [
    ...unknown,
    {
      path: jsonPath(path, ['hostname']),
      message: `${quote(withPort.hostname)} has a port, which a repository's name in the OCI mirror ${quote(oci.name)} cannot hold.`,
      fix: 'Give the provider "destinations" without it.',
    },
  ];
}
