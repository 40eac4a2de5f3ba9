import { type ServerResponse } from 'node:http';
import { internal } from '@weft/errors';
import { type Caller, callerGone, type RpcCallOptions } from '@weft/rpc';
import { type ParamNaming } from '../openai/openai-error';
import { type RequestObservation } from './request-observation';

/** One HTTP request and its answer. Its signal is aborted as soon as the client hangs up. */
export class Exchange {
  readonly startedAt = performance.now();
  /** The route that takes it; undefined where none does. Logs tell of it, and not of the path, in which anything may stand. */
  route: string | undefined;
  /** How errors name the fields of the body that was read. */
  paramOf: ParamNaming | undefined;
  /** What telemetry sees of it; undefined where nobody looks. */
  observation: RequestObservation | undefined;
  private readonly controller = new AbortController();
  private admitted: Caller | undefined;

  constructor(
    readonly requestId: string,
    readonly response: ServerResponse,
  ) {}

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Who asks. */
  get caller(): Caller {
    if (this.admitted === undefined) throw internal('a route without admission asked who calls');
    return this.admitted;
  }

  set caller(caller: Caller) {
    this.admitted = caller;
  }

  /** The options of the calls that this request needs. */
  get callOptions(): RpcCallOptions {
    return { caller: this.caller, signal: this.signal };
  }

  abort(reason: Error): void {
    this.controller.abort(reason);
  }

  /** Why the exchange failed: once it was aborted that is the reason, whatever the work that it ended says of it. */
  reasonOf(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : error;
  }

  /** Tells the client, where that is still possible, to use another connection for its next request. */
  closeConnectionAfterwards(): void {
    if (!this.response.headersSent) this.response.setHeader('connection', 'close');
  }

  /** Whether the client went away before it had the whole answer. */
  get hungUp(): boolean {
    return this.response.destroyed && !this.response.writableFinished;
  }

  /** To be called when the response is closed: whatever still works for it must end. */
  closed(): void {
    if (this.hungUp) this.abort(callerGone());
  }
}

declare module 'fastify' {
  interface FastifyRequest {
    exchange: Exchange;
  }
}
