import { type Logger } from '@weft/runtime';
import { type ReportConnectionFailure } from './watched-balancer';

/** How often a target's failures are told at most. */
const quietMs = 60_000;

/** Warns of connections that cannot be made: callers get to know no more than that, and an operator needs the cause. */
export function warnOfConnectionFailures(
  target: string,
  logger: Logger | undefined,
  now = Date.now,
): ReportConnectionFailure {
  let quietUntil = 0;
  let untold = 0;
  return (address, cause) => {
    if (now() < quietUntil) {
      untold++;
      return;
    }
    logger?.warn({ target, address, cause, untold }, 'a connection to a service cannot be made');
    quietUntil = now() + quietMs;
    untold = 0;
  };
}
