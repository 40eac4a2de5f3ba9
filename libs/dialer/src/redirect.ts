import { destinationForbidden } from './dialer-errors';
import { type CheckedUrl, checkUrl } from './check-url';
import { type EgressPolicy } from './egress-policy';
import { headersForOtherOrigin, headersWithoutBody, type OutboundHeaders } from './outbound-headers';

/** One request on its way through redirects. */
export interface Hop {
  target: CheckedUrl;
  method: string;
  headers: OutboundHeaders;
  body: string | Uint8Array | undefined;
}

const redirectStatuses = new Set([301, 302, 303, 307, 308]);

/** The `Location` of a response that redirects; undefined for every other response. */
export function redirectLocation(
  status: number,
  headers: Record<string, string | string[] | undefined>,
): string | undefined {
  const location = headers['location'];
  return redirectStatuses.has(status) && typeof location === 'string' ? location : undefined;
}

/**
 * The request that follows a redirect, checked like the first one. To another origin go no credentials; from https to
 * http nothing goes. 303, and 301 or 302 after POST, continue as GET without the body, as browsers do.
 *
 * @throws WeftError INVALID_ARGUMENT `URL_INVALID`, PERMISSION_DENIED `DESTINATION_FORBIDDEN`
 */
export function nextHop(hop: Hop, status: number, location: string, policy: EgressPolicy): Hop {
  const target = checkUrl(location, policy, hop.target.url);
  if (hop.target.url.protocol === 'https:' && target.url.protocol === 'http:')
    throw destinationForbidden(target.host, 'a redirect from https to http is not followed');
  const headers =
    target.url.origin === hop.target.url.origin ? hop.headers : headersForOtherOrigin(hop.headers);
  const becomesGet =
    (status === 303 && hop.method !== 'HEAD') ||
    ((status === 301 || status === 302) && hop.method === 'POST');
  if (!becomesGet) return { ...hop, target, headers };
  return { target, method: 'GET', headers: headersWithoutBody(headers), body: undefined };
}
