import { BlockList, isIP } from 'node:net';
import { isPublicAddress } from './public-address';

/** Which destinations a dialer may reach. Every default is the strict one. */
export interface EgressPolicySettings {
  /**
   * The only hosts that may be named: `api.example.com`, or `*.example.com` for every host below it.
   * Unset: every host whose addresses are public.
   */
  allowedHosts?: string[];
  /**
   * Networks that may be reached although they are not public, such as `10.20.0.0/16` or `fd00:1::/64`. For operators only:
   * a tenant must never choose them. Default: none.
   */
  allowedNetworks?: string[];
  /** The TCP ports that may be reached. Default: 80, 443, 8080 and 8443. */
  allowedPorts?: number[];
  /** Whether plain `http:` may be used. Default: false. */
  allowPlainHttp?: boolean;
}

/** Decides about names, ports and addresses. Holds no connection. */
export interface EgressPolicy {
  permitsScheme(scheme: string): boolean;
  permitsPort(port: number): boolean;
  /** Whether a host may be named; says nothing about its addresses. */
  permitsHost(host: string): boolean;
  /** Whether a connection to this IP address may be opened. */
  permitsAddress(address: string): boolean;
}

/** @throws TypeError for a host pattern, network or port that cannot be read; the message quotes it */
export function createEgressPolicy(settings: EgressPolicySettings = {}): EgressPolicy {
  const hosts = settings.allowedHosts?.map(hostMatcher);
  const networks = blockListOf(settings.allowedNetworks ?? []);
  const ports = new Set(settings.allowedPorts ?? [80, 443, 8080, 8443]);
  for (const port of ports)
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new TypeError(`allowedPorts: ${port} is no TCP port; ports are 1 to 65535.`);
  return {
    permitsScheme: (scheme) =>
      scheme === 'https:' || (scheme === 'http:' && settings.allowPlainHttp === true),
    permitsPort: (port) => ports.has(port),
    permitsHost: (host) => hosts === undefined || hosts.some((matches) => matches(host)),
    permitsAddress: (address) => isPublicAddress(address) || isListed(networks, address),
  };
}

/** Compares without case and without the dot that may end a fully qualified name. */
function hostMatcher(pattern: string): (host: string) => boolean {
  const isWildcard = pattern.startsWith('*.');
  const name = normalHost(isWildcard ? pattern.slice(2) : pattern);
  if (name === '' || name.includes('*'))
    throw new TypeError(`allowedHosts: '${pattern}' is neither a host nor '*.' and a domain.`);
  if (isWildcard) return (host) => normalHost(host).endsWith(`.${name}`);
  return (host) => normalHost(host) === name;
}

function normalHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, '');
}

function blockListOf(networks: string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefixText = ''] = network.split('/');
    const family = isIP(address);
    const prefix = /^\d{1,3}$/.test(prefixText) ? Number(prefixText) : NaN;
    if (family === 0 || !(prefix <= (family === 4 ? 32 : 128)))
      throw new TypeError(`allowedNetworks: '${network}' is no network such as 10.20.0.0/16.`);
    list.addSubnet(address, prefix, family === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}

/** An IPv4-mapped IPv6 address is never listed: Node would match it against IPv4 networks. */
function isListed(networks: BlockList, address: string): boolean {
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return false;
  if (family === 4) return networks.check(address, 'ipv4');
  return !isIpv4Mapped.check(address, 'ipv6') && networks.check(address, 'ipv6');
}

const isIpv4Mapped = new BlockList();
isIpv4Mapped.addSubnet('::ffff:0:0', 96, 'ipv6');
