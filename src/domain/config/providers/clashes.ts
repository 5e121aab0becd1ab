import type { Problem } from '../../errors.ts';
import { formatAddress, type ProviderAddress } from '../../provider/address.ts';
import { formatRequestedVersion, type RequestedVersion } from '../../provider/requested-version.ts';
import { jsonPath } from '../json-path.ts';

/** What is known of one entry, also of one with faults elsewhere. */
export interface EntryClaim {
  readonly path: string;
  readonly address: ProviderAddress;
  /** Undefined when the entry's version is wrong. */
  readonly requested: RequestedVersion | undefined;
  /** Where the entry goes: its destinations' names. */
  readonly destinations: readonly string[];
}

/**
 * Entries that cannot stand beside one another in one destination: the same provider and version twice, and two
 * providers of one type in a private registry, which would call both ORGANIZATION/TYPE. Each is told at the later
 * entry, once. `registries`: the names of the destinations that are private registries.
 */
export function clashesBetween(
  claims: readonly EntryClaim[],
  registries: ReadonlySet<string>,
  fixOfCollision: string,
): readonly Problem[] {
  const byType = new Map<string, EntryClaim>();
  const byRequest = new Map<string, EntryClaim>();
  return claims.flatMap((claim) => {
    const { address, requested, destinations } = claim;
    const name = formatAddress(address);
    const inRegistries = destinations.filter((destination) => registries.has(destination));
    const sameType = remember(byType, inRegistries, address.type, claim).find(
      (first) => formatAddress(first.address) !== name,
    );
    if (sameType) return collision(claim, sameType, fixOfCollision);
    if (!requested) return [];
    const request = `${name} ${formatRequestedVersion(requested)}`;
    const [sameRequest] = remember(byRequest, destinations, request, claim);
    return sameRequest ? duplicate(claim, requested, sameRequest) : [];
  });
}

/** The claims that came first under `key` at each destination; the first stays. */
function remember(
  seen: Map<string, EntryClaim>,
  destinations: readonly string[],
  key: string,
  claim: EntryClaim,
): readonly EntryClaim[] {
  return destinations.flatMap((destination) => {
    const place = `${destination} ${key}`;
    const first = seen.get(place);
    if (!first) seen.set(place, claim);
    return first ?? [];
  });
}

function collision(claim: EntryClaim, first: EntryClaim, fix: string): Problem {
  const { type } = claim.address;
  return {
    path: claim.path,
    message:
      `${formatAddress(claim.address)} and ${formatAddress(first.address)} (${first.path}) ` +
      `would both become ORGANIZATION/${type} in the private registry.`,
    fix,
  };
}

function duplicate(claim: EntryClaim, requested: RequestedVersion, first: EntryClaim): Problem {
  return {
    path: claim.path,
    message: `${formatAddress(claim.address)} ${requested.text} is asked for already in ${first.path}.`,
    fix: `Remove this entry, with its platforms added to ${first.path}.`,
  };
}

/** Names that stand twice in a list at `path`, told at the later place; undefined ones are not compared. */
export function duplicatesIn(
  names: readonly (string | undefined)[],
  path: string,
  what: string,
): readonly Problem[] {
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (name === undefined || first === index) return [];
    return {
      path: jsonPath(path, [index]),
      message: `The ${what} ${name} stands already in ${jsonPath(path, [first])}.`,
      fix: 'Remove it.',
    };
  });
}
