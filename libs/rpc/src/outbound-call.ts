import { internal, WeftError } from '@weft/errors';
import { Metadata as GrpcMetadata } from '@grpc/grpc-js';
import { type CallOptions, Metadata } from 'nice-grpc-common';
import { abortReason, callerGone } from './abort';
import { CallObservation } from './call-observation';
import { type Caller, type RpcCallOptions } from './caller';
import { fromClientError } from './client-error';
import { type AttemptOptions } from './grpc-attempt';
import { type DeadlineScope, openDeadline } from './deadline';
import { type IdentityTokens } from './identity-token';
import { metadataKeys } from './metadata-keys';
import { checkMetadataSize } from './metadata-size';
import { type Idempotency, type MethodPolicy } from './method-policy';
import { type OutboundScope } from './outbound-stream';
import { type FailedCall } from './retries';

/** The form of a W3C trace context. Source: https://www.w3.org/TR/trace-context/#traceparent-header */
const traceparentPattern = /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/;

/** The longest timeout of eight digits of milliseconds, 27 hours; no contract allows as much. */
const timeoutMsMax = 99_999_999;

/**
 * One call over the wire, in one or more attempts: says who asks and until when, and is bounded on this side as well, since a peer
 * that does not answer must not hold its caller.
 */
export class OutboundCall implements OutboundScope, FailedCall {
  readonly deadline: number;
  readonly idempotency: Idempotency;
  attempts = 0;
  private readonly given: CallOptions;
  private readonly metadata: Metadata;
  private readonly scope: DeadlineScope;
  private readonly observation: CallObservation | undefined;
  private failedWith: string | undefined;

  /** @throws WeftError RESOURCE_EXHAUSTED `METADATA_TOO_LARGE` */
  constructor(policy: MethodPolicy, { caller, ...given }: RpcCallOptions, tokens: IdentityTokens) {
    if (caller === undefined) throw internal(`${policy.path} was called without a caller`);
    this.given = given;
    this.deadline = caller.deadline;
    this.idempotency = policy.idempotency;
    this.observation = CallObservation.begin('client', policy, caller.traceparent);
    const traceparent = this.observation?.traceparent ?? caller.traceparent;
    this.metadata = callMetadata(caller, traceparent, given.metadata, tokens);
    this.scope = openDeadline(given.signal, caller.deadline);
  }

  /** Aborted when the caller goes away and at the deadline. */
  get signal(): AbortSignal {
    return this.scope.signal;
  }

  /** Begins an attempt. */
  attempt(): AttemptOptions {
    this.attempts++;
    this.failedWith = undefined;
    this.metadata.set(metadataKeys.timeout, timeoutUntil(this.deadline));
    const { onHeader, onTrailer } = this.given;
    return {
      metadata: toGrpcMetadata(this.metadata),
      signal: this.signal,
      ...(onHeader && { onHeader: (header) => onHeader(fromGrpcMetadata(header)) }),
      ...(onTrailer && { onTrailer: (trailer) => onTrailer(fromGrpcMetadata(trailer)) }),
    };
  }

  /** Why the call was aborted if it was, else what the peer said. */
  failure(error: unknown): unknown {
    const { signal } = this;
    const failure = signal.aborted ? abortReason(signal) : fromClientError(error);
    this.failedWith = failure instanceof WeftError ? failure.code : 'UNKNOWN';
    return failure;
  }

  cancel(): void {
    this.observe();
    this.scope.abort(callerGone());
    this.scope.close();
  }

  /** Gives back what the call holds. */
  end(): void {
    this.observe();
    this.scope.close();
  }

  private observe(): void {
    const { signal } = this;
    this.observation?.end(this.failedWith ?? (signal.aborted ? abortReason(signal).code : 'OK'));
  }
}

function callMetadata(
  caller: Caller,
  traceparent: string | undefined,
  given: Metadata | undefined,
  tokens: IdentityTokens,
): Metadata {
  const metadata = Metadata(given).set(metadataKeys.identity, tokens.mint(caller));
  if (traceparent !== undefined && traceparentPattern.test(traceparent)) {
    metadata.set(metadataKeys.traceparent, traceparent);
  }
  metadata.set(metadataKeys.timeout, timeoutUntil(caller.deadline));
  checkMetadataSize(metadata);
  return metadata;
}

function timeoutUntil(deadline: number): string {
  return `${Math.min(Math.max(Math.ceil(deadline - Date.now()), 1), timeoutMsMax)}m`;
}

function toGrpcMetadata(metadata: Metadata): GrpcMetadata {
  const made = new GrpcMetadata();
  for (const [key, values] of metadata)
    for (const value of values) made.add(key, typeof value === 'string' ? value : Buffer.from(value));
  return made;
}

function fromGrpcMetadata(metadata: GrpcMetadata): Metadata {
  const read = Metadata();
  for (const key of Object.keys(metadata.getMap())) read.set(key, metadata.get(key));
  return read;
}
