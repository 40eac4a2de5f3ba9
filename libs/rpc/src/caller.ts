import { type CallContext, type CallOptions } from 'nice-grpc-common';
import { newId } from '@weft/runtime';

/** Who asks, as the gateway found out and every service verifies. */
export interface Identity {
  /** The tenant that every row read or written belongs to. */
  readonly tenantId: string;
  /** The API key or the weft service that asks. */
  readonly principal: { readonly kind: 'api_key' | 'service'; readonly id: string };
  /** What it may do, such as `chat:write`. */
  readonly scopes: readonly string[];
}

/** Who asks and under which limits: what an inbound call hands on to its outbound ones. It never changes; another one is made. */
export interface Caller {
  readonly identity: Identity;
  /** Names the request from the edge to the last hop. */
  readonly requestId: string;
  /** When the answer is no longer wanted, in Unix milliseconds. */
  readonly deadline: number;
  /** The W3C trace context to continue. */
  readonly traceparent?: string;
}

/** What a handler receives besides the request. Its `signal` is aborted when the caller goes away and at the deadline. */
export type RpcContext = CallContext & { caller: Caller };

/** What an outbound call says of its caller. */
export interface CallerOptions {
  caller?: Caller;
}

/** The options of an outbound call. */
export type RpcCallOptions = CallOptions & CallerOptions;

/** Hands the caller, deadline and cancellation of an inbound call on; `timeoutMs` can only shorten the deadline. */
export function callFrom(
  context: { caller: Caller; signal: AbortSignal },
  options: { timeoutMs?: number } = {},
): { caller: Caller; signal: AbortSignal } {
  return { caller: shorten(context.caller, options.timeoutMs), signal: context.signal };
}

/** A call that a service makes in its own name, such as background work. */
export function serviceCaller(options: {
  service: string;
  tenantId: string;
  requestId?: string;
  timeoutMs: number;
  signal?: AbortSignal;
}): { caller: Caller; signal?: AbortSignal } {
  return {
    caller: {
      identity: {
        tenantId: options.tenantId,
        principal: { kind: 'service', id: options.service },
        scopes: ['*'],
      },
      requestId: options.requestId ?? newId(),
      deadline: Date.now() + options.timeoutMs,
    },
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  };
}

function shorten(caller: Caller, timeoutMs: number | undefined): Caller {
  if (timeoutMs === undefined) return caller;
  const deadline = Math.min(caller.deadline, Date.now() + timeoutMs);
  return deadline === caller.deadline ? caller : { ...caller, deadline };
}
