import { status, type StatusObject } from '@grpc/grpc-js';
import { WeftError } from '@weft/errors';
import { StatusError } from './grpc-attempt';
import { metadataKeys } from './metadata-keys';
import { statusDetails } from './status-details';

/**
 * What became of a call that this hop lost: `unprocessed` when no handler can have seen it, `lost` when one may have, `ended` when one
 * had it as its server stopped. Undefined when the service itself answered: what it says is never asked twice.
 */
export type Loss = 'unprocessed' | 'lost' | 'ended' | undefined;

/**
 * What grpc-js 1.14 says when it did not send a call, or when the peer sent it back by REFUSED_STREAM, as it does with what comes
 * after its GOAWAY. Source: RFC 9113, section 8.7.
 */
const unprocessedPattern =
  /No connection established|Stream refused by server|Name resolution failed|No addresses resolved|Failed to start HTTP\/2 stream/;

/** Reads how an attempt failed. */
export function lossOf(error: unknown): Loss {
  if (!(error instanceof StatusError)) return undefined;
  const { code, details, metadata } = error.status;
  const [drain] = metadata.get(metadataKeys.drain);
  if (drain === 'refused') return 'unprocessed';
  if (drain === 'ended') return 'ended';
  if (!isLost(error.status) || statusDetails(metadata).info !== undefined) return undefined;
  return code !== status.CANCELLED && unprocessedPattern.test(details) ? 'unprocessed' : 'lost';
}

/**
 * Whether a call failed before any handler of the other side can have seen it. Of a call that may not run twice this holds for all its
 * attempts: after one that was seen there is no other.
 */
export function wasNeverProcessed(error: unknown): boolean {
  return error instanceof WeftError && lossOf(error.cause) === 'unprocessed';
}

/** Whether a status without details says that the other side went away: a forced shutdown comes as CANCELLED, a reset as INTERNAL. */
export function isLost({ code, details }: StatusObject): boolean {
  if (code === status.UNAVAILABLE || code === status.CANCELLED) return true;
  return code === status.INTERNAL && /RST_STREAM|HTTP\/2 stream/.test(details);
}
