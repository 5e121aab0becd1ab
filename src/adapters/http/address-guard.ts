import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { SyncError } from '../../domain/errors.ts';
import { hostOf } from './address.ts';
import type { Side } from './contract.ts';
import { causesOf, responseInvalid } from './failures.ts';

/** IANA's special-purpose registries, and what clouds answer on: nothing of it is another party on the internet. */
const SPECIAL = blockList([
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  // Link-local, with the metadata services of the clouds.
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  // Multicast, reserved and broadcast.
  ['224.0.0.0', 3, 'ipv4'],
  // Teredo, 6to4 and documentation within the global unicast addresses.
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
]);
/** All that is given out of IPv6 so far; loopback, private, link-local and multicast addresses lie outside. */
const GLOBAL_UNICAST = blockList([['2000::', 3, 'ipv6']]);
const IPV4_MAPPED = blockList([['::ffff:0:0', 96, 'ipv6']]);
/** An IPv4 address as IPv6-only networks reach it (RFC 6052). */
const NAT64 = blockList([['64:ff9b::', 96, 'ipv6']]);

type Subnet = readonly [network: string, prefix: number, family: 'ipv4' | 'ipv6'];

function blockList(subnets: readonly Subnet[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix, family] of subnets) list.addSubnet(network, prefix, family);
  return list;
}

/** True for an address (no name) of another party on the internet; false for any that is private or special. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !SPECIAL.check(address);
  if (family !== 6 || address.includes('%')) return false;
  if (IPV4_MAPPED.check(address, 'ipv6') || NAT64.check(address, 'ipv6')) {
    return isPublicAddress(lastFourBytes(address));
  }
  return GLOBAL_UNICAST.check(address, 'ipv6') && !SPECIAL.check(address, 'ipv6');
}

/** The IPv4 address at the end of an IPv6 one, which `URL` writes as two groups of hex digits. */
function lastFourBytes(address: string): string {
  const groups = new URL(`http://[${address}]/`).hostname.slice(1, -1).split(':');
  const [high = 0, low = 0] = groups.slice(-2).map((group) => Number.parseInt(group || '0', 16));
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

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
 * What a host has named that the operator named and that is private itself (the storage behind a Terraform
 * Enterprise, the download server of a registry on this machine) may be private too.
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
  /** Allowed hosts of which it is known that they are private themselves. */
  const knownPrivate = new Set([...named].filter((host) => isLocalName(host) || isPrivate(host)));
  const linked = new Map<string, string>();

  const isAllowed = (host: string, address: string): boolean => {
    if (isPublicAddress(address) || named.has(host) || knownPrivate.has(host)) return true;
    if (allowedHosts === undefined) return isLoopbackAddress(address);
    // All that a destination is asked for is either its API, which is named, or what that linked to.
    return side === 'destination' && knownPrivate.size > 0;
  };
  return {
    requireAllowed(url) {
      const host = hostOf(url);
      const address = isLocalName(host) ? '127.0.0.1' : host;
      if (isIP(address) !== 0 && !isAllowed(host, address)) throw new ForbiddenAddress(host, address);
    },
    lookup(hostname, wanted, callback) {
      const host = hostname.toLowerCase();
      lookup(hostname, { ...wanted, all: true }, (error, found) => {
        if (error) return callback(error, []);
        const addresses = found as readonly LookupAddress[];
        if (named.has(host) && addresses.some(({ address }) => isPrivate(address))) knownPrivate.add(host);
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
      if (knownPrivate.has(hostOf(from))) knownPrivate.add(host);
    },
    refusalIn(error, { target, url }) {
      const forbidden = [...causesOf(error)].find((each) => each instanceof ForbiddenAddress);
      if (forbidden === undefined) return undefined;
      const { host, address } = forbidden;
      const which =
        host === address ? 'which is a private address' : `which has the private address ${address}`;
      const remedy = `If that is meant, name the host: --allow-host ${host} (AllowedHosts on AWS)`;
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

function isPrivate(text: string): boolean {
  return isIP(text) !== 0 && !isPublicAddress(text);
}

function isLocalName(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost');
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(?:::ffff:)?127\./.test(address);
}
