import { type Readable } from 'node:stream';
import { WeftError } from '@weft/errors';
import { Agent, errors, type Dispatcher } from 'undici';
import { boundedBody } from './bounded-body';
import { checkedConnector } from './checked-connector';
import { checkUrl } from './check-url';
import { destinationTooSlow, destinationUnreachable, tooManyRedirects } from './dialer-errors';
import { createEgressPolicy, type EgressPolicy, type EgressPolicySettings } from './egress-policy';
import { checkHeaders } from './outbound-headers';
import { type Hop, nextHop, redirectLocation } from './redirect';
import { dnsResolver, type ResolveHost } from './resolve-host';

/** Settings of a dialer. */
export interface SafeDialerOptions {
  policy?: EgressPolicySettings;
  /** Default: DNS. */
  resolve?: ResolveHost;
  /** The longest time to open a connection, TLS included. Default: 5,000. */
  connectTimeoutMs?: number;
  /** Certificate authorities in PEM form, instead of the public ones. */
  certificateAuthority?: string;
}

/** A request to an address that somebody else named. */
export interface OutboundRequest {
  url: string;
  method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  /** The longest wait for the response's headers, redirects included. */
  timeoutMs: number;
  /** The longest silence within the body. Default: `timeoutMs`. */
  idleTimeoutMs?: number;
  /** More bytes of the body are refused. */
  responseBytesMax: number;
  /** Default: 5; 0 returns the redirect itself. */
  redirectsMax?: number;
  signal: AbortSignal;
}

/** What came back. */
export interface OutboundResponse {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  /** Where the response came from, after redirects. */
  url: string;
  /** Must be read to its end, or left early, or the connection stays open until it is idle for too long. */
  body: AsyncGenerator<Buffer>;
}

/** Makes requests that cannot reach what the policy forbids. */
export interface SafeDialer {
  /**
   * @throws WeftError INVALID_ARGUMENT `URL_INVALID` or `HEADER_INVALID`, PERMISSION_DENIED `DESTINATION_FORBIDDEN`,
   * UNAVAILABLE `HOST_NOT_FOUND` or `DESTINATION_UNREACHABLE`, DEADLINE_EXCEEDED `DESTINATION_TOO_SLOW`,
   * FAILED_PRECONDITION `TOO_MANY_REDIRECTS`; the signal's reason when it is aborted. Reading the body may also throw
   * FAILED_PRECONDITION `RESPONSE_TOO_LARGE`.
   */
  request(request: OutboundRequest): Promise<OutboundResponse>;
  /** Closes every connection. */
  close(): Promise<void>;
}

/**
 * Makes a dialer for one policy. Connections are kept and reused, so dialers of different policies must not be one:
 * a connection that one tenant may use could be forbidden to the next.
 */
export function createSafeDialer(options: SafeDialerOptions = {}): SafeDialer {
  const policy = createEgressPolicy(options.policy);
  const connector = checkedConnector(
    policy,
    options.resolve ?? dnsResolver(),
    options.connectTimeoutMs ?? 5_000,
    options.certificateAuthority,
  );
  const agent = new Agent({ connect: connector, connections: 32, maxOrigins: 1_024, pipelining: 1 });
  return {
    request: (request) => followRedirects(agent, policy, request),
    close: () => agent.destroy(),
  };
}

async function followRedirects(
  agent: Agent,
  policy: EgressPolicy,
  request: OutboundRequest,
): Promise<OutboundResponse> {
  const redirectsMax = request.redirectsMax ?? 5;
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), request.timeoutMs);
  const signal = AbortSignal.any([request.signal, deadline.signal]);
  let hop: Hop = {
    target: checkUrl(request.url, policy),
    method: request.method,
    headers: checkHeaders(request.headers ?? {}),
    body: request.body,
  };
  try {
    for (let redirects = 0; ; redirects += 1) {
      const response = await send(agent, hop, request, signal);
      const location = redirectLocation(response.statusCode, response.headers);
      if (location === undefined || redirectsMax === 0) return outboundResponse(response, hop, request);
      response.body.on('error', () => undefined).destroy();
      if (redirects === redirectsMax) throw tooManyRedirects(redirectsMax);
      hop = nextHop(hop, response.statusCode, location, policy);
    }
  } catch (error) {
    if (request.signal.aborted) throw request.signal.reason;
    if (deadline.signal.aborted) throw destinationTooSlow(hop.target.host, request.timeoutMs, error);
    throw asDialerError(error, hop.target.host);
  } finally {
    clearTimeout(timer);
  }
}

function send(
  agent: Agent,
  { target, method, headers, body }: Hop,
  request: OutboundRequest,
  signal: AbortSignal,
): Promise<Dispatcher.ResponseData> {
  return agent.request({
    origin: target.url.origin,
    path: `${target.url.pathname}${target.url.search}`,
    method: method as Dispatcher.HttpMethod,
    headers,
    body: body ?? null,
    signal,
    headersTimeout: request.timeoutMs,
    bodyTimeout: idleTimeoutMsOf(request),
  });
}

function outboundResponse(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  { target }: Hop,
  request: OutboundRequest,
): OutboundResponse {
  const explain = (cause: unknown): Error => {
    if (request.signal.aborted) return request.signal.reason as Error;
    if (cause instanceof errors.BodyTimeoutError)
      return destinationTooSlow(target.host, idleTimeoutMsOf(request), cause);
    return destinationUnreachable(target.host, cause);
  };
  // A body that nobody reads may still fail; without a listener that would end the process.
  body.on('error', () => undefined);
  return {
    status: statusCode,
    headers,
    url: target.url.href,
    body: boundedBody(body as Readable, target.host, request.responseBytesMax, explain),
  };
}

function idleTimeoutMsOf({ timeoutMs, idleTimeoutMs }: OutboundRequest): number {
  return idleTimeoutMs ?? timeoutMs;
}

/** Errors of this library come through undici unchanged; any other is a failed connection. */
function asDialerError(error: unknown, host: string): Error {
  return error instanceof WeftError ? error : destinationUnreachable(host, error);
}
