import { type LookupAddress, lookup as systemLookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { SyncError } from '../../domain/errors.ts';
import { hostOf } from './address.ts';
import type { Side } from './contract.ts';
import { causesOf, responseInvalid } from './failures.ts';

/** Addresses within an organization or a machine, which a host may link to that is such a one itself. */
const PRIVATE = blockList([
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
]);
const LOOPBACK = blockList([
  ['127.0.0.0', 8, 'ipv4'],
  ['::1', 128, 'ipv6'],
]);
/**
 * The rest of IANA's special-purpose registries, and what clouds answer on: link-local with the metadata services,
 * multicast, reserved, documentation. Nobody but the operator leads there.
 */
const SPECIAL = blockList([
  ['0.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 3, 'ipv4'],
  // AWS's services within an instance.
  ['fd00:ec2::', 32, 'ipv6'],
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

type AddressKind = 'public' | 'private' | 'loopback' | 'special';

/** Ports of other protocols, to which a request could say what it should not (the Fetch Standard, "port blocking"). */
const BAD_PORTS: ReadonlySet<string> = new Set(
  (
    '0 1 7 9 11 13 15 17 19 20 21 22 23 25 37 42 43 53 69 77 79 87 95 101 102 103 104 109 110 111 113 115 117 119 123 ' +
    '135 137 139 143 161 179 389 427 465 512 513 514 515 526 530 531 532 540 548 554 556 563 587 601 636 989 990 993 ' +
    '995 1719 1720 1723 2049 3659 4045 4190 5060 5061 6000 6566 6665 6666 6667 6668 6669 6679 6697 10080'
  ).split(' '),
);

/** What kind of an address (no name) this is; what cannot be read is special. */
export function kindOfAddress(address: string): AddressKind {
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return 'special';
  const name = family === 4 ? 'ipv4' : 'ipv6';
  if (family === 6 && (IPV4_MAPPED.check(address, name) || NAT64.check(address, name))) {
    return kindOfAddress(lastFourBytes(address));
  }
  if (SPECIAL.check(address, name)) return 'special';
  if (LOOPBACK.check(address, name)) return 'loopback';
  if (PRIVATE.check(address, name)) return 'private';
  return family === 4 || GLOBAL_UNICAST.check(address, name) ? 'public' : 'special';
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
