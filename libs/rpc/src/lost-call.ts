import { status } from '@grpc/grpc-js';
import { ClientError } from 'nice-grpc-common';
import { ErrorInfo } from 'nice-grpc-error-details';

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

/** Reads a failure of a call. `drain` is what the server's trailer says of its drain. */
export function lossOf(error: unknown, drain: string | undefined): Loss {
  if (!(error instanceof ClientError)) return undefined;
  if (drain === 'refused') return 'unprocessed';
  if (drain === 'ended') return 'ended';
  const details = ((error as { extra?: unknown[] }).extra ?? []) as { $type?: string }[];
  if (details.some(({ $type }) => $type === ErrorInfo.$type)) return undefined;
  const unavailable = error.code === (status.UNAVAILABLE as number);
  const reset = error.code === (status.INTERNAL as number) && error.details.includes('HTTP/2 stream');
  if ((unavailable || reset) && unprocessedPattern.test(error.details)) return 'unprocessed';
  return isLost(error) ? 'lost' : undefined;
}

/** Whether a status without details says that the other side went away: a forced shutdown comes as CANCELLED, a reset as INTERNAL. */
export function isLost({ code, details }: ClientError): boolean {
  if (code === (status.UNAVAILABLE as number) || code === (status.CANCELLED as number)) return true;
  return code === (status.INTERNAL as number) && /RST_STREAM|HTTP\/2 stream/.test(details);
}
