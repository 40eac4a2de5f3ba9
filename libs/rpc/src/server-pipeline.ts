import { invalidFields, type FieldViolation, WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';
import { type CallContext, type Metadata, type ServerMiddleware } from 'nice-grpc-common';
import { abortReason, isAbortError, untilAborted } from './abort';
import { type Admission } from './admission';
import { type Caller } from './caller';
import { type DeadlineScope, openDeadline } from './deadline';
import { type MethodPolicy, methodPolicy } from './method-policy';
import { requestCheck } from './request-rules';
import { publicError } from './status-mapping';

/** What a door knows of a call before it lets it in. */
export interface Arrival {
  metadata: Metadata;
  /** The network address of the peer; `in-process` within one process. */
  peer: string;
  signal: AbortSignal;
  policy: MethodPolicy;
  /** What the client asked for, in Unix milliseconds; undefined when it set none. */
  deadline: number | undefined;
  /** The caller, where the transport hands it over itself: within one process. */
  handedOver: Caller | undefined;
}

/** Finds out who calls. Throws UNAUTHENTICATED, PERMISSION_DENIED or RESOURCE_EXHAUSTED. */
export type Authenticate = (arrival: Arrival) => Caller | Promise<Caller>;

export interface PipelineOptions {
  authenticate: Authenticate;
  admission: Admission;
  logger: Logger;
  /** Whether messages are bytes that this process only passes on; their owner checks them. */
  raw?: boolean;
}

/** A call's context with what the transport tells of it: the client's deadline, and its caller within one process. */
export type ArrivingContext = CallContext & { deadline?: number; handedOver?: Caller };

/**
 * What every inbound call passes, whatever transport it came by: admission, identity, deadline, request rules, and
 * errors that say no more than they may. Fails with WeftErrors alone.
 */
export function serverPipeline(options: PipelineOptions): ServerMiddleware<{ caller: Caller }> {
  return async function* pipeline(call, context: ArrivingContext) {
    const policy = methodPolicy(call.method.path);
    if (policy === undefined)
      throw new WeftError('UNIMPLEMENTED', 'UNKNOWN_METHOD', `There is no method ${call.method.path}.`);
    const latest = Date.now() + policy.deadlineMs;
    const deadline = Math.min(context.deadline ?? latest, latest);
    const scope = openDeadline(context.signal, deadline);
    try {
      options.admission.enter(scope);
      const caller = await authenticated(options, policy, context, deadline);
      if (!options.raw && !call.requestStream) checkRequest(policy, call.request);
      const request = call.requestStream && !options.raw ? checkedStream(policy, call.request) : call.request;
      const bounded = Object.assign(context, { caller, signal: scope.signal });
      if (!call.responseStream) {
        const result = await untilAborted(call.next(request, bounded).next(), scope.signal);
        return result.value;
      }
      yield* boundedStream(call.next(request, bounded), scope);
      return;
    } catch (error) {
      throw leaving(error, scope, policy, options.logger);
    } finally {
      options.admission.leave(scope);
      scope.close();
    }
  };
}

async function authenticated(
  options: PipelineOptions,
  policy: MethodPolicy,
  context: ArrivingContext,
  deadline: number,
): Promise<Caller> {
  const caller = await options.authenticate({
    metadata: context.metadata,
    peer: context.peer,
    signal: context.signal,
    policy,
    deadline: context.deadline,
    handedOver: context.handedOver,
  });
  return caller.deadline === deadline ? caller : { ...caller, deadline: Math.min(caller.deadline, deadline) };
}

function checkRequest(policy: MethodPolicy, request: unknown): void {
  const check = requestCheck(policy.descriptor.input.typeName);
  if (check === undefined) return;
  const violations: FieldViolation[] = [];
  check(request as Record<string, unknown>, '', violations);
  if (violations.length > 0) throw invalidFields(violations);
}

async function* checkedStream<Request>(
  policy: MethodPolicy,
  requests: AsyncIterable<Request>,
): AsyncGenerator<Request> {
  for await (const request of requests) {
    checkRequest(policy, request);
    yield request;
  }
}

/** Passes a stream on as long as its scope lives. A source that ignores the signal is left behind, not waited for. */
async function* boundedStream<Response>(
  source: AsyncGenerator<Response, void, undefined>,
  scope: DeadlineScope,
): AsyncGenerator<Response, void, undefined> {
  let finished = false;
  try {
    for (;;) {
      const result = await untilAborted(source.next(), scope.signal);
      if (result.done) {
        finished = true;
        return;
      }
      yield result.value;
    }
  } finally {
    if (!finished) {
      // The reader is gone or the source failed: whatever the source waits for must end now.
      scope.abort(abortedByReader(scope));
      source.return().catch(() => undefined);
    }
  }
}

function abortedByReader(scope: DeadlineScope): WeftError {
  return scope.signal.aborted
    ? abortReason(scope.signal)
    : new WeftError('CANCELLED', 'CALLER_GONE', 'The reader of the stream went away.');
}

/** What leaves: our own errors, the reason of the abort where that is what stopped the work, a bare INTERNAL else. */
function leaving(error: unknown, scope: DeadlineScope, policy: MethodPolicy, logger: Logger): WeftError {
  if (
    !(error instanceof WeftError) &&
    scope.signal.aborted &&
    (isAbortError(error) || error === scope.signal.reason)
  ) {
    return abortReason(scope.signal);
  }
  const leaves = publicError(error);
  if (leaves.code === 'INTERNAL') logger.error({ err: error, method: policy.path }, 'a call failed');
  return leaves;
}
