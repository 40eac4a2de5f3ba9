import { isIP, isIPv4, isIPv6 } from 'node:net';
import { internal } from '@weft/errors';

/** Where a service is, as grpc-js takes it. */
export interface GrpcTarget {
  /** Such as `dns:///retrieval:7001` or `ipv4:10.0.0.1:7001,10.0.0.2:7001`. */
  uri: string;
  /** The name that a certificate can be checked against; undefined for addresses. */
  hostName: string | undefined;
}

const hostPortPattern = /^(\[[^\]]+\]|[^:,[\]/\s]+):(\d{1,5})$/;

/**
 * Reads `host:port`, `dns:///host:port`, or several addresses with commas between, such as `127.0.0.1:7001,127.0.0.1:7002`.
 * A name stands for every address that it resolves to.
 *
 * @throws WeftError INTERNAL when it is none of these
 */
export function grpcTarget(target: string): GrpcTarget {
  const places = target
    .replace(/^dns:\/\/\//, '')
    .split(',')
    .map(readPlace);
  if (places.includes(undefined)) throw unreadable(target);
  const hosts = places.map((place) => place!.host);
  if (hosts.length === 1 && isIP(hosts[0]!) === 0)
    return { uri: `dns:///${places[0]!.text}`, hostName: hosts[0] };
  const family = hosts.every(isIPv4) ? 'ipv4' : hosts.every(isIPv6) ? 'ipv6' : undefined;
  if (family === undefined) throw unreadable(target);
  return { uri: `${family}:${places.map((place) => place!.text).join(',')}`, hostName: undefined };
}

function readPlace(text: string): { text: string; host: string } | undefined {
  const trimmed = text.trim();
  const [, host, port] = hostPortPattern.exec(trimmed) ?? [];
  if (host === undefined || Number(port) > 65535) return undefined;
  return { text: trimmed, host: host.replace(/^\[|\]$/g, '') };
}

function unreadable(target: string) {
  return internal(
    `'${target}' is no target: it must be host:port, dns:///host:port, or IP addresses of one family with ports, commas between`,
  );
}
