import { internal } from '@weft/errors';
import { type CallOptions, Metadata } from 'nice-grpc-common';
import { abortReason, callerGone } from './abort';
import { type Caller, type RpcCallOptions } from './caller';
import { fromClientError } from './client-error';
import { type DeadlineScope, openDeadline } from './deadline';
import { type IdentityTokens } from './identity-token';
import { metadataKeys } from './metadata-keys';
import { checkMetadataSize } from './metadata-size';
import { type OutboundScope } from './outbound-stream';

/** The form of a W3C trace context. Source: https://www.w3.org/TR/trace-context/#traceparent-header */
const traceparentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The longest timeout of eight digits of milliseconds, 27 hours; no contract allows as much. */
const timeoutMsMax = 99_999_999;

/**
 * One call over the wire: says who asks and until when, and is bounded on this side as well, since a peer that does not answer must
 * not hold its caller.
 */
export class OutboundCall implements OutboundScope {
  /** What nice-grpc is to call with. */
  readonly options: CallOptions;
  private readonly scope: DeadlineScope;

  /** @throws WeftError RESOURCE_EXHAUSTED `METADATA_TOO_LARGE` */
  constructor(path: string, { caller, ...options }: RpcCallOptions, tokens: IdentityTokens) {
    if (caller === undefined) throw internal(`${path} was called without a caller`);
    const metadata = callMetadata(caller, options.metadata, tokens);
    this.scope = openDeadline(options.signal, caller.deadline);
    this.options = { ...options, metadata, signal: this.signal };
  }

  /** Aborted when the caller goes away and at the deadline. */
  get signal(): AbortSignal {
    return this.scope.signal;
  }

  /** Why the call was aborted if it was, else what the peer said. */
  failure(error: unknown): unknown {
    const { signal } = this;
    return signal.aborted ? abortReason(signal) : fromClientError(error);
  }

  cancel(): void {
    this.scope.abort(callerGone());
    this.scope.close();
  }

  /** Gives back what the call holds. */
  end(): void {
    this.scope.close();
  }
}

function callMetadata(caller: Caller, given: Metadata | undefined, tokens: IdentityTokens): Metadata {
  const metadata = Metadata(given).set(metadataKeys.identity, tokens.mint(caller));
  if (caller.traceparent !== undefined && traceparentPattern.test(caller.traceparent)) {
    metadata.set(metadataKeys.traceparent, caller.traceparent);
  }
  const timeoutMs = Math.min(Math.max(Math.ceil(caller.deadline - Date.now()), 1), timeoutMsMax);
  metadata.set(metadataKeys.timeout, `${timeoutMs}m`);
  checkMetadataSize(metadata);
  return metadata;
}
