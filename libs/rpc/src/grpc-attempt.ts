import { type Channel, type experimental, type Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { abortReason } from './abort';

type Call = ReturnType<Channel['createCall']>;
type Listener = Parameters<experimental.CallStream['start']>[1];

/** What an attempt of a call is made with. */
export interface AttemptOptions {
  metadata: Metadata;
  signal: AbortSignal;
  onHeader?(header: Metadata): void;
  onTrailer?(trailer: Metadata): void;
}

/** A status other than OK that ended an attempt. */
export class StatusError extends Error {
  override readonly name = 'StatusError';

  constructor(readonly status: StatusObject) {
    super(`${status.code}: ${status.details}`);
  }
}

/**
 * One attempt of a call, on grpc-js's channel itself: its clients put a stream, two interceptors and a stack trace around every call,
 * which cost more than the call. It ends when its signal is aborted.
 */
abstract class GrpcAttempt implements Listener {
  protected readonly call: Call;

  constructor(
    channel: Channel,
    path: string,
    private readonly options: AttemptOptions,
  ) {
    const { signal, metadata } = options;
    if (signal.aborted) throw abortReason(signal);
    // Deadlines are ours: the signal keeps them here, and the metadata tells them there.
    this.call = channel.createCall(path, Infinity, null, null, null);
    signal.addEventListener('abort', this);
    this.call.start(metadata, this);
  }

  /** The signal was aborted. */
  handleEvent(): void {
    this.call.cancelWithStatus(status.CANCELLED, 'The caller went away.');
  }

  onReceiveMetadata(header: Metadata): void {
    this.options.onHeader?.(header);
  }

  abstract onReceiveMessage(message: Buffer): void;

  onReceiveStatus(received: StatusObject): void {
    this.options.signal.removeEventListener('abort', this);
    this.options.onTrailer?.(received.metadata);
    this.end(received);
  }

  protected abstract end(received: StatusObject): void;
}

/** Makes a call that has one response. */
export function attemptUnary(
  channel: Channel,
  path: string,
  request: Uint8Array,
  options: AttemptOptions,
): Promise<Uint8Array> {
  return new UnaryAttempt(channel, path, options).send(request);
}

class UnaryAttempt extends GrpcAttempt {
  private response: Uint8Array | undefined;
  private readonly answer = Promise.withResolvers<Uint8Array>();

  send(request: Uint8Array): Promise<Uint8Array> {
    this.call.sendMessageWithContext({}, asBuffer(request));
    this.call.halfClose();
    this.call.startRead();
    return this.answer.promise;
  }

  onReceiveMessage(message: Buffer): void {
    this.response = message;
    this.call.startRead();
  }

  protected end(received: StatusObject): void {
    if (received.code !== status.OK) this.answer.reject(new StatusError(received));
    else if (this.response === undefined)
      this.answer.reject(
        new StatusError({ ...received, code: status.INTERNAL, details: 'No response came.' }),
      );
    else this.answer.resolve(this.response);
  }
}

/** Makes a call that has a stream of responses. */
export function attemptStream(
  channel: Channel,
  path: string,
  requests: Uint8Array | AsyncIterable<Uint8Array>,
  options: AttemptOptions,
): AsyncIterableIterator<Uint8Array> {
  const attempt = new StreamAttempt(channel, path, options);
  if (requests instanceof Uint8Array) attempt.sendOnly(requests);
  else void attempt.sendAll(requests);
  return attempt;
}

class StreamAttempt extends GrpcAttempt implements AsyncIterableIterator<Uint8Array> {
  /** At most one is fetched before it is asked for: a reader that does not read holds the sender up. */
  private fetched: Uint8Array | undefined;
  private waiting: PromiseWithResolvers<IteratorResult<Uint8Array, undefined>> | undefined;
  private ended: StatusObject | undefined;
  private sendingFailed: { error: unknown } | undefined;
  private left = false;
  private onSent: (() => void) | undefined;

  [Symbol.asyncIterator](): this {
    return this;
  }

  sendOnly(request: Uint8Array): void {
    this.call.sendMessageWithContext({}, asBuffer(request));
    this.call.halfClose();
    this.call.startRead();
  }

  async sendAll(requests: AsyncIterable<Uint8Array>): Promise<void> {
    this.call.startRead();
    try {
      for await (const request of requests) {
        if (this.ended !== undefined) return;
        await this.sendOne(request);
      }
      this.call.halfClose();
    } catch (error) {
      this.sendingFailed = { error };
      this.handleEvent();
    }
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const { fetched, waiting } = this;
    if (waiting !== undefined) return waiting.promise.then(() => this.next());
    if (fetched !== undefined) {
      this.fetched = undefined;
      this.call.startRead();
      return Promise.resolve({ done: false, value: fetched });
    }
    this.waiting = Promise.withResolvers();
    const { promise } = this.waiting;
    if (this.ended !== undefined || this.left) this.settle();
    return promise;
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.left = true;
    this.fetched = undefined;
    this.handleEvent();
    this.settle();
    return Promise.resolve({ done: true, value: undefined });
  }

  onReceiveMessage(message: Buffer): void {
    const { waiting } = this;
    if (waiting === undefined) {
      this.fetched = message;
      return;
    }
    this.waiting = undefined;
    this.call.startRead();
    waiting.resolve({ done: false, value: message });
  }

  protected end(received: StatusObject): void {
    this.ended = received;
    this.onSent?.();
    this.settle();
  }

  /** Tells a reader that waits how the stream ended. */
  private settle(): void {
    const { waiting, ended } = this;
    if (waiting === undefined) return;
    this.waiting = undefined;
    if (this.left) waiting.resolve({ done: true, value: undefined });
    else if (this.sendingFailed !== undefined) waiting.reject(this.sendingFailed.error);
    else if (ended!.code === status.OK) waiting.resolve({ done: true, value: undefined });
    else waiting.reject(new StatusError(ended!));
  }

  /** Sends one request and waits until the next may follow; when the call is over none is waited for. */
  private sendOne(request: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.onSent = resolve;
      this.call.sendMessageWithContext({ callback: () => resolve() }, asBuffer(request));
    });
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
