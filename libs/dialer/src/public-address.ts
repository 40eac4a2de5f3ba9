import { BlockList, isIP } from 'node:net';

/**
 * IPv4 blocks that are not globally reachable, or that are no single host.
 * Source: https://www.iana.org/assignments/iana-ipv4-special-registry
 */
const specialIpv4Blocks: [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.31.196.0', 24],
  ['192.52.193.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['192.175.48.0', 24],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
];

/**
 * Blocks inside global unicast (2000::/3) that are not globally reachable, or that carry an IPv4 address inside.
 * Source: https://www.iana.org/assignments/iana-ipv6-special-registry
 */
const specialIpv6Blocks: [network: string, prefix: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['2620:4f:8000::', 48],
  ['3fff::', 20],
];

const special = new BlockList();
for (const [network, prefix] of specialIpv4Blocks) special.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of specialIpv6Blocks) special.addSubnet(network, prefix, 'ipv6');

/** Everything else (loopback, link-local, unique local, multicast, IPv4-mapped, NAT64, …) lies outside. */
const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/**
 * True when an IP address in text form belongs to the public internet.
 * False for IPv4-mapped and otherwise translated addresses, for addresses with a zone, and for text that is no address.
 */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !special.check(address, 'ipv4');
    case 6:
      return (
        !address.includes('%') && globalUnicast.check(address, 'ipv6') && !special.check(address, 'ipv6')
      );
    default:
      return false;
  }
}
