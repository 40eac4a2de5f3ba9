import { type Logger } from '@weft/runtime';
import { type TransportSecurity } from './transport-security';
import { type ReportConnectionFailure } from './watched-balancer';

/** How often a target's failures are told at most. */
const quietMs = 60_000;

/** What grpc-js says of a connection that was made, and that the other side closed before it spoke HTTP/2. */
const closedPattern = /^(Error: )?(Failed to connect|Socket closed|read ECONNRESET|socket hang up)/;

/** Why that may be: Node's TLS servers close without a word on a certificate they do not believe. */
const hints: Record<TransportSecurity['kind'], string> = {
  insecure: 'The other side closed the connection: it may expect TLS.',
  tls: 'The other side closed the connection: it may not believe the certificate of this side.',
};

/** Warns of connections that cannot be made: callers get to know no more than that, and an operator needs the cause. */
export function warnOfConnectionFailures(
  target: string,
  security: TransportSecurity['kind'],
  logger: Logger | undefined,
  now = Date.now,
): ReportConnectionFailure {
  let quietUntil = -Infinity;
  let untold = 0;
  return (address, cause) => {
    if (now() < quietUntil) {
      untold++;
      return;
    }
    const hint = closedPattern.test(cause) ? { hint: hints[security] } : {};
    logger?.warn({ target, address, cause, untold, ...hint }, 'a connection to a service cannot be made');
    quietUntil = now() + quietMs;
    untold = 0;
  };
}
