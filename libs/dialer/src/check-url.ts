import { isIP } from 'node:net';
import { destinationForbidden, invalidUrl } from './dialer-errors';
import { type EgressPolicy } from './egress-policy';

/** Longer URLs are refused: in UTF-16 code units, as given. */
const urlLengthMax = 4096;

/** A URL that the policy permits, as far as that can be known before its host is resolved. */
export interface CheckedUrl {
  url: URL;
  /** Without the brackets of an IPv6 address. */
  host: string;
  port: number;
}

/**
 * Reads a URL and checks scheme, credentials, port and host. The WHATWG parser turns every spelling of an IPv4 address
 * (hexadecimal, octal, one number, full-width digits) into the dotted one before it is checked.
 *
 * @throws WeftError INVALID_ARGUMENT `URL_INVALID`, PERMISSION_DENIED `DESTINATION_FORBIDDEN`
 */
export function checkUrl(text: string, policy: EgressPolicy, base?: URL): CheckedUrl {
  if (text.length > urlLengthMax) throw invalidUrl(`has more than ${urlLengthMax} characters`);
  const url = URL.parse(text, base?.href);
  if (url === null) throw invalidUrl('is no absolute URL such as https://api.example.com/v1');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw invalidUrl('must begin with https://');
  if (url.username !== '' || url.password !== '')
    throw invalidUrl('must not contain a user name or password; send them as a header');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!policy.permitsScheme(url.protocol)) throw destinationForbidden(host, 'plain http is not permitted');
  const port = url.port === '' ? defaultPort(url.protocol) : Number(url.port);
  if (!policy.permitsPort(port)) throw destinationForbidden(host, `port ${port} is not permitted`);
  if (!policy.permitsHost(host))
    throw destinationForbidden(host, 'the host is not on the list of permitted hosts');
  // The resolver is not asked about a literal address, so it is checked here.
  if (isIP(host) !== 0 && !policy.permitsAddress(host))
    throw destinationForbidden(host, 'its address is not public', host);
  return { url, host, port };
}

function defaultPort(scheme: string): number {
  return scheme === 'https:' ? 443 : 80;
}
