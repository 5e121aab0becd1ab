import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { SyncError } from '../../domain/errors.ts';
import { hostOf } from './address.ts';
import { type AddressKind, kindOfAddress } from './address-kind.ts';
import type { Side } from './contract.ts';
import { causesOf, responseInvalid } from './failures.ts';

/** Ports of other protocols, to which a request could say what it should not (the Fetch Standard, "port blocking"). */
const BAD_PORTS: ReadonlySet<string> = new Set(
  (
    '0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 ' +
    '135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 ' +
    '995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080'
  ).split(' '),
);

/** Thrown within a connection that would have led to an address that is not public. */
class ForbiddenAddress extends Error {
  readonly host: string;
  readonly address: string;

  constructor(host: string, address: string) {
    super(`${host} has the address ${address}`);
    this.name = 'ForbiddenAddress';
    this.host = host;
    this.address = address;
  }
}

/**
 * Says where connections may lead: to any public address, and to others only where the operator named the host.
 * What a host links to that the operator named and that is private itself may be private too (the storage behind a
 * Terraform Enterprise), and on this machine where that host is on it; but never link-local, where the clouds'
 * metadata services are.
 */
export interface AddressGuard {
  /** Throws for an address, no name, that must not be connected to. Names are judged when they are looked up. */
  requireAllowed(url: URL): void;
  /** Looks names up for a connection and keeps back what must not be connected to, whatever was looked up before. */
  readonly lookup: LookupFunction;
  /** Remembers that a document or redirect at `from` led to `link`. */
  readonly noteLink: (link: URL, from: URL) => void;
  /** What to say of a refusal within `error`; undefined when it is about something else. */
  refusalIn(error: unknown, about: { readonly target: string; readonly url: URL }): SyncError | undefined;
}

export interface AddressGuardOptions {
  readonly side: Side;
  /** Hosts that the operator named. Undefined: this machine itself is allowed and nothing else that is private. */
  readonly allowedHosts: readonly string[] | undefined;
  /** Default: the system's. */
  readonly lookup?: LookupFunction | undefined;
}

export function createAddressGuard(options: AddressGuardOptions): AddressGuard {
  const { side, allowedHosts, lookup = systemLookup } = options;
  const named = new Set((allowedHosts ?? []).map((host) => host.toLowerCase()));
  /** The kinds of addresses that hosts have whose links are trusted so far. */
  const trusted = new Map<string, ReadonlySet<AddressKind>>();
  const linked = new Map<string, string>();

  const trust = (host: string, kind: AddressKind): void => {
    if (kind === 'private' || kind === 'loopback') {
      trusted.set(host, new Set([...(trusted.get(host) ?? []), 'private', kind]));
    }
  };
  for (const host of named) {
    const address = addressOf(host);
    if (address !== undefined) trust(host, kindOfAddress(address));
  }
  const isAllowed = (host: string, address: string): boolean => {
    const kind = kindOfAddress(address);
    if (kind === 'public' || named.has(host) || trusted.get(host)?.has(kind)) return true;
    if (allowedHosts === undefined) return kind === 'loopback';
    // All that a destination is asked for is either its API, which is named, or what that linked to.
    return side === 'destination' && [...trusted.values()].some((kinds) => kinds.has(kind));
  };
  return {
    requireAllowed(url) {
      if (BAD_PORTS.has(url.port)) throw Object.assign(new Error('bad port'), { code: 'BAD_PORT' });
      const host = hostOf(url);
      const address = addressOf(host);
      if (address !== undefined && !isAllowed(host, address)) throw new ForbiddenAddress(host, address);
    },
    lookup(hostname, wanted, callback) {
      const host = hostname.toLowerCase();
      lookup(hostname, { ...wanted, all: true }, (error, found) => {
        if (error) return callback(error, []);
        const addresses = found as readonly LookupAddress[];
        if (named.has(host)) for (const { address } of addresses) trust(host, kindOfAddress(address));
        const allowed = addresses.filter(({ address }) => isAllowed(host, address));
        const [first] = allowed;
        if (first === undefined) {
          return callback(new ForbiddenAddress(host, addresses[0]?.address ?? 'none'), []);
        }
        if (wanted.all) return callback(null, allowed);
        return callback(null, first.address, first.family);
      });
    },
    noteLink(link, from) {
      const host = hostOf(link);
      if (host === hostOf(from)) return;
      linked.set(host, from.host);
      const kinds = trusted.get(hostOf(from));
      if (kinds !== undefined) trusted.set(host, new Set([...kinds, ...(trusted.get(host) ?? [])]));
    },
    refusalIn(error, { target, url }) {
      const forbidden = [...causesOf(error)].find((each) => each instanceof ForbiddenAddress);
      if (forbidden === undefined) return undefined;
      const { host, address } = forbidden;
      const which =
        host === address ? 'which is a private address' : `which has the private address ${address}`;
      const remedy = `If that is meant, name the host: --allow-host ${host} (AllowHosts on AWS)`;
      // All that a destination is asked for and nobody named, it linked to itself.
      const from =
        linked.get(host) ??
        (side === 'destination' && !named.has(host) ? 'a link of the registry' : undefined);
      if (from !== undefined) {
        return responseInvalid(
          side,
          target,
          `${from} points to ${host}, ${which}; it is not asked. ${remedy}`,
        );
      }
      return new SyncError(
        'AddressRefused',
        `${target}: the address ${url.host} leads to ${host}, ${which}; it is not asked. ${remedy}.`,
      );
    },
  };
}

/** The address of a host that is one, or that means this machine by its name. */
function addressOf(host: string): string | undefined {
  if (host === 'localhost' || host.endsWith('.localhost')) return '127.0.0.1';
  return isIP(host) === 0 ? undefined : host;
}
