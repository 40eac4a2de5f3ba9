import { type WeftError } from '@weft/errors';
import { abortReason } from '@weft/rpc';
import { type Dispatcher } from 'undici';
import { connectionLost, stalled, unreachable } from './provider-errors';

/** A request to the provider. */
export interface ExchangeRequest {
  method: 'GET' | 'POST';
  /** Such as `https://api.openai.com`. */
  origin: string;
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** The longest wait for the answer's headers; undefined leaves it to the signal. */
  headersTimeoutMs: number | undefined;
  /** The longest silence after them, counted from the last call of `touch`. */
  idleTimeoutMs: number;
  signal: AbortSignal;
  /** Told when the request goes out over a connection. */
  onDispatch?: () => void;
}

/** The beginning of an answer. */
export interface AnswerHead {
  status: number;
  headers: Record<string, string | string[] | undefined>;
}

/** Takes the body of an answer. */
export interface BodyReceiver {
  data(chunk: Buffer): void;
  end(): void;
  /** The body will not end: the connection broke, nothing came for too long, or the signal was aborted. */
  fail(error: WeftError): void;
}

/** What the receiver of a body can do about it. */
export interface BodyControl {
  /** Says that content came: the idle time begins again. */
  touch(): void;
  /** Stops reading from the connection, and with it the idle time. To be called within `data`. */
  pause(): void;
  resume(): void;
  /** Nothing more is wanted: closes the connection, and no receiver is called again. */
  abort(): void;
}

/** Takes an answer, or the reason why there is none. */
export interface AnswerReceiver {
  head(head: AnswerHead, control: BodyControl): BodyReceiver;
  /** There is no answer: not reached, broken before the headers, too late, or aborted. */
  fail(error: WeftError): void;
}

/**
 * Makes one HTTP request over undici's dispatch interface: no stream objects, no promises for each chunk.
 * Exactly one of the receiver's `fail`, the body's `end` and the body's `fail` ends it, unless it is aborted by `abort`.
 */
export function exchange(dispatcher: Dispatcher, request: ExchangeRequest, receiver: AnswerReceiver): void {
  new Exchange(request, receiver).start(dispatcher);
}

class Exchange implements Dispatcher.DispatchHandler, BodyControl {
  private controller: Dispatcher.DispatchController | undefined;
  private body: BodyReceiver | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isOver = false;
  private touches = 0;
  private readonly onAbort = () => this.giveUp(abortReason(this.request.signal));

  constructor(
    private readonly request: ExchangeRequest,
    private readonly receiver: AnswerReceiver,
  ) {}

  start(dispatcher: Dispatcher): void {
    const { method, origin, path, headers, body, signal, headersTimeoutMs } = this.request;
    if (signal.aborted) {
      this.giveUp(abortReason(signal));
      return;
    }
    signal.addEventListener('abort', this.onAbort, { once: true });
    if (headersTimeoutMs !== undefined) {
      this.timer = setTimeout(() => this.giveUp(stalled(headersTimeoutMs)), headersTimeoutMs);
    }
    // The timeouts of our own count content; undici's count bytes and are coarse.
    dispatcher.dispatch({ method, origin, path, headers, body, headersTimeout: 0, bodyTimeout: 0 }, this);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // Nobody waits any more: aborted here, the request is not even written.
    if (this.isOver) controller.abort(new Error('the request is no longer wanted'));
    else this.request.onDispatch?.();
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: AnswerHead['headers']): void {
    if (this.isOver || status < 200) return;
    this.startIdleTimer();
    this.body = this.receiver.head({ status, headers }, this);
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.isOver) this.body?.data(chunk);
  }

  onResponseEnd(): void {
    if (this.isOver) return;
    this.finish();
    this.body?.end();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.isOver) return;
    this.fail(this.body ? connectionLost(error) : unreachable(error));
  }

  touch(): void {
    this.touches += 1;
    this.timer?.refresh();
  }

  pause(): void {
    this.controller?.pause();
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  resume(): void {
    if (this.isOver) return;
    this.startIdleTimer();
    this.controller?.resume();
  }

  abort(): void {
    if (this.isOver) return;
    this.finish();
    this.controller?.abort(new Error('the rest of the answer is not wanted'));
  }

  private startIdleTimer(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.onIdle(), this.request.idleTimeoutMs);
  }

  /**
   * After a busy spell of this process, timers run before what arrived meanwhile is read. So that is read first, and
   * only then is silence believed.
   */
  private onIdle(): void {
    const { touches, timer } = this;
    setImmediate(() => {
      if (this.touches === touches && this.timer === timer) this.giveUp(stalled(this.request.idleTimeoutMs));
    });
  }

  private giveUp(error: WeftError): void {
    if (this.isOver) return;
    this.fail(error);
    this.controller?.abort(error);
  }

  private fail(error: WeftError): void {
    this.finish();
    if (this.body) this.body.fail(error);
    else this.receiver.fail(error);
  }

  private finish(): void {
    this.isOver = true;
    clearTimeout(this.timer);
    this.request.signal.removeEventListener('abort', this.onAbort);
  }
}
