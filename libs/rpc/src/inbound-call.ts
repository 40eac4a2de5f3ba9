import { WeftError } from '@weft/errors';
import { type Logger, TraceScope } from '@weft/runtime';
import { type CallContext, type Metadata } from 'nice-grpc-common';
import { abortReason, callerGone, isAbortError, untilAborted } from './abort';
import { type Admission } from './admission';
import { CallObservation } from './call-observation';
import { type Caller, type RpcContext } from './caller';
import { type DeadlineScope, openDeadline } from './deadline';
import { metadataKeys } from './metadata-keys';
import { type MethodPolicy } from './method-policy';
import { publicError } from './public-error';

const ownMetadataKeys = [metadataKeys.identity, metadataKeys.deadline];

/** What a door knows of a call before it lets it in. */
export interface Arrival {
  metadata: Metadata;
  /** What the answer says before anything else, a refusal as well. */
  header: Metadata;
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

/** A call's context with what the transport tells of it: the client's deadline, and its caller within one process. */
export type ArrivingContext = CallContext & { deadline?: number; handedOver?: Caller };

/** What the calls of one server share. */
export interface InboundOptions {
  authenticate: Authenticate;
  admission: Admission;
  logger: Logger;
}

/** One call that came in, whatever transport it came by: when it ends, who makes it, and what leaves when it fails. */
export class InboundCall {
  private readonly scope: DeadlineScope;
  private readonly deadline: number;
  private readonly observation: CallObservation | undefined;
  private trace: TraceScope | undefined;
  private endedWith: string | undefined;

  constructor(
    private readonly policy: MethodPolicy,
    private readonly context: ArrivingContext,
    private readonly options: InboundOptions,
  ) {
    const latest = Date.now() + policy.deadlineMs;
    this.deadline = Math.min(context.deadline ?? latest, latest);
    this.scope = openDeadline(context.signal, this.deadline);
    const parent = context.handedOver?.traceparent ?? context.metadata.get(metadataKeys.traceparent);
    this.observation = CallObservation.begin('server', policy, parent);
  }

  /** Does work of this call's: what it logs bears the call's trace. */
  within<T>(work: () => T): T {
    this.trace ??= new TraceScope(this.observation?.traceparent);
    return this.trace.run(work);
  }

  /** Aborted when the caller goes away, at the deadline, and at the end of a drain. */
  get signal(): AbortSignal {
    return this.scope.signal;
  }

  /**
   * Lets the call in.
   *
   * @returns the handler's context
   * @throws WeftError UNAVAILABLE while draining; whatever `authenticate` throws; the abort's reason when nobody waits any more
   */
  async admit(): Promise<RpcContext> {
    this.options.admission.enter(this.scope);
    const { context, policy } = this;
    const found = this.options.authenticate({
      metadata: context.metadata,
      header: context.header,
      peer: context.peer,
      signal: this.signal,
      policy,
      deadline: context.deadline,
      handedOver: context.handedOver,
    });
    const caller = found instanceof Promise ? await untilAborted(found, this.signal) : found;
    if (this.signal.aborted) throw abortReason(this.signal);
    // Handlers see what their callers sent them, and nothing that they could pass on or log by mistake.
    for (const key of ownMetadataKeys) context.metadata.delete(key);
    // nice-grpc waits for a slow reader as long as its own context's signal lives: it is this one, so not beyond the deadline.
    return Object.assign(context, { caller: this.bounded(caller), signal: this.signal });
  }

  /** Ends whatever still works for this call. */
  abort(reason: WeftError): void {
    this.scope.abort(reason);
  }

  /** The reader wants no more, which is its own business: nothing has failed. */
  left(): void {
    if (!this.signal.aborted) this.endedWith ??= 'OK';
    this.abort(callerGone());
  }

  /** What leaves: our own errors, the abort's reason where that is what stopped the work, a bare INTERNAL else. */
  failure(error: unknown): WeftError {
    const failure = this.failureOf(error);
    this.endedWith = failure.code;
    return failure;
  }

  /** Gives back what the call holds. Call it once the call is over. */
  end(): void {
    this.options.admission.leave(this.scope);
    this.scope.close();
    const { signal } = this;
    this.observation?.end(this.endedWith ?? (signal.aborted ? abortReason(signal).code : 'OK'));
  }

  private failureOf(error: unknown): WeftError {
    const { signal, context } = this;
    const stopped = !(error instanceof WeftError) && signal.aborted && isReasonOf(error, signal);
    const fate = this.options.admission.fateOf(stopped ? signal.reason : error, this.scope);
    if (fate !== undefined) context.trailer.set(metadataKeys.drain, fate);
    if (stopped) return abortReason(signal);
    const leaves = publicError(error);
    if (leaves.code === 'INTERNAL') {
      this.within(() => this.options.logger.error({ err: error, method: this.policy.path }, 'a call failed'));
    }
    return leaves;
  }

  private bounded(caller: Caller): Caller {
    const traceparent = this.observation?.traceparent;
    if (traceparent !== caller.traceparent && traceparent !== undefined)
      return { ...caller, deadline: Math.min(caller.deadline, this.deadline), traceparent };
    return caller.deadline <= this.deadline ? caller : { ...caller, deadline: this.deadline };
  }
}

function isReasonOf(error: unknown, signal: AbortSignal): boolean {
  return isAbortError(error) || error === signal.reason;
}
