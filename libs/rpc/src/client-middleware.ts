import { internal } from '@weft/errors';
import { type ClientMiddleware, Metadata } from 'nice-grpc-common';
import { callerGone, untilAborted } from './abort';
import { type CallerOptions } from './caller';
import { openDeadline } from './deadline';
import { type IdentityTokens } from './identity-token';
import { metadataKeys } from './metadata-keys';
import { fromClientError } from './status-mapping';

/**
 * Says over the wire who asks and until when, bounds the call on this side as well (a peer that does not answer
 * must not hold its caller), and makes WeftErrors of statuses.
 */
export function callerMiddleware(tokens: IdentityTokens): ClientMiddleware<CallerOptions> {
  return async function* sendCaller(call, options) {
    const { caller, ...rest } = options;
    if (caller === undefined) throw internal(`${call.method.path} was called without a caller`);
    const scope = openDeadline(options.signal, caller.deadline);
    const metadata = Metadata(options.metadata).set(metadataKeys.identity, tokens.mint(caller));
    if (caller.traceparent !== undefined) metadata.set(metadataKeys.traceparent, caller.traceparent);
    metadata.set(metadataKeys.timeout, timeoutText(caller.deadline - Date.now()));
    try {
      const source = call.next(call.request, { ...rest, metadata, signal: scope.signal });
      for (;;) {
        const result = await untilAborted<IteratorResult<never, unknown>>(
          source.next() as never,
          scope.signal,
        );
        if (result.done) return result.value as never;
        yield result.value;
      }
    } catch (error) {
      throw fromClientError(error);
    } finally {
      // A stream whose reader left early must end on the other side too.
      scope.abort(callerGone());
      scope.close();
    }
  };
}

/** A timeout in the form of the gRPC wire: at most eight digits and a unit. */
function timeoutText(milliseconds: number): string {
  const rounded = Math.max(Math.ceil(milliseconds), 1);
  return rounded < 1e8 ? `${rounded}m` : `${Math.min(Math.ceil(rounded / 1000), 99_999_999)}S`;
}
