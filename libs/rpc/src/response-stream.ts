import { boundedStream, type BoundedStream } from './bounded-stream';
import { type EndpointCodec, type Handler } from './endpoint';
import { type InboundCall } from './inbound-call';

/**
 * The responses of one call. The call begins when the first is asked for. It ends with the handler, with the signal, or when the
 * reader leaves, and then gives back all it holds at once, also while a slow reader has not come for what is ready.
 */
export class ResponseStream implements AsyncIterableIterator<Uint8Array> {
  private call: InboundCall | undefined;
  private responses: BoundedStream<Uint8Array> | undefined;
  private opening: Promise<BoundedStream<Uint8Array>> | undefined;
  private over = false;
  private released = false;

  constructor(
    private readonly begin: () => InboundCall,
    private readonly request: Uint8Array | AsyncIterable<Uint8Array>,
    private readonly codec: EndpointCodec,
    private readonly handler: Handler,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.over) return { done: true, value: undefined };
    this.call ??= this.begin();
    try {
      const responses = this.responses ?? (await (this.opening ??= this.open(this.call)));
      const result = await this.call.within(() => responses.next());
      if (!result.done) return result;
    } catch (error) {
      throw this.fail(this.call, error);
    }
    this.finish();
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.over) {
      this.over = true;
      this.call?.left();
      this.release();
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<Uint8Array, undefined>> {
    return Promise.reject(this.call === undefined ? (error as Error) : this.fail(this.call, error));
  }

  private async open(call: InboundCall): Promise<BoundedStream<Uint8Array>> {
    call.signal.addEventListener('abort', this.release, { once: true });
    const context = await call.admit();
    const { codec, request } = this;
    const received =
      request instanceof Uint8Array
        ? codec.readRequest(request)
        : boundedStream(request, call.signal, (bytes) => codec.readRequest(bytes));
    const answer = this.handler(received, context) as AsyncIterable<unknown>;
    this.responses = boundedStream(answer, call.signal, (message) => codec.writeResponse(message));
    return this.responses;
  }

  private fail(call: InboundCall, error: unknown): Error {
    const failure = call.failure(error);
    this.over = true;
    // What the handler began and no longer waits for, such as a call to another service, must end too.
    call.abort(failure);
    this.release();
    return failure;
  }

  private finish(): void {
    this.over = true;
    this.release();
  }

  private readonly release = (): void => {
    if (this.released) return;
    this.released = true;
    this.call?.signal.removeEventListener('abort', this.release);
    this.responses?.close();
    this.call?.end();
  };
}
