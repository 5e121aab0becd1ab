import type { Problem } from '../errors.ts';
import { formatAddress, type ProviderAddress } from '../provider/address.ts';
import { formatPlatform, type Platform } from '../provider/platform.ts';
import { formatRequestedVersion, type RequestedVersion } from '../provider/requested-version.ts';
import { jsonPath } from './json-path.ts';

/** What is known of one entry, also of one with faults elsewhere. */
export interface EntryClaim {
  readonly path: string;
  readonly address: ProviderAddress;
  /** Undefined when the entry's version is wrong. */
  readonly requested: RequestedVersion | undefined;
}

/**
 * Entries that cannot stand beside one another: the same provider and version twice, and two providers of
 * one type, which a private registry would both call ORGANIZATION/TYPE. Each is told at the later entry.
 */
export function clashesBetween(claims: readonly EntryClaim[]): readonly Problem[] {
  const byType = new Map<string, EntryClaim>();
  const byRequest = new Map<string, EntryClaim>();
  return claims.flatMap((claim) => {
    const { address, requested } = claim;
    const sameType = remember(byType, address.type, claim);
    if (sameType && formatAddress(sameType.address) !== formatAddress(address)) {
      return collision(claim, sameType);
    }
    if (!requested) return [];
    const sameRequest = remember(
      byRequest,
      `${formatAddress(address)} ${formatRequestedVersion(requested)}`,
      claim,
    );
    return sameRequest ? duplicate(claim, requested, sameRequest) : [];
  });
}

/** The claim that came first under `key`; the first stays. */
function remember(seen: Map<string, EntryClaim>, key: string, claim: EntryClaim): EntryClaim | undefined {
  const first = seen.get(key);
  if (!first) seen.set(key, claim);
  return first;
}

function collision(claim: EntryClaim, first: EntryClaim): Problem {
  const { type } = claim.address;
  return {
    path: claim.path,
    message:
      `${formatAddress(claim.address)} and ${formatAddress(first.address)} (${first.path}) ` +
      `would both become ORGANIZATION/${type} in the private registry.`,
    fix: 'Keep one of them, or synchronize the other to another organization with a config of its own.',
  };
}

function duplicate(claim: EntryClaim, requested: RequestedVersion, first: EntryClaim): Problem {
  return {
    path: claim.path,
    message: `${formatAddress(claim.address)} ${requested.text} is asked for already in ${first.path}.`,
    fix: `Remove this entry, with its platforms added to ${first.path}.`,
  };
}

/** Platforms that stand twice in an entry's list, told at the later place. */
export function duplicatePlatforms(
  platforms: readonly (Platform | undefined)[],
  path: string,
): readonly Problem[] {
  const names = platforms.map((platform) => platform && formatPlatform(platform));
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (name === undefined || first === index) return [];
    return {
      path: jsonPath(path, ['platforms', index]),
      message: `The platform ${name} stands already in ${jsonPath(path, ['platforms', first])}.`,
      fix: 'Remove it.',
    };
  });
}
