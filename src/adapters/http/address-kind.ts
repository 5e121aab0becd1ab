import { BlockList, isIP } from 'node:net';

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

export type AddressKind = 'public' | 'private' | 'loopback' | 'special';

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
