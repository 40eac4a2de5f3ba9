import { endQuietly } from './bounded-stream';

/** What bounds a stream on its reader's side. */
export interface OutboundScope {
  /** What the reader gets to know of an error. */
  failure(error: unknown): unknown;
  /** Ends what still goes on: the call on the other side, and the requests that are still being sent. */
  cancel(): void;
}

/** How a call to elsewhere is made. */
export interface OutboundStreamOptions<Scope extends OutboundScope> {
  begin(): Scope;
  open(call: Scope): AsyncIterable<Uint8Array>;
  /** Waits until a call that failed before its first response may be opened again; throws what its reader gets to know when it may not. */
  again?(call: Scope, error: unknown): Promise<void>;
}

/**
 * The responses of a call to elsewhere. The call begins when the first is asked for; a reader that leaves ends it on the other
 * side too, also while it awaits a response.
 */
export function outboundStream<Scope extends OutboundScope>(
  options: OutboundStreamOptions<Scope>,
): AsyncIterableIterator<Uint8Array> {
  return new OutboundStream(options);
}

class OutboundStream<Scope extends OutboundScope> implements AsyncIterableIterator<Uint8Array> {
  private call: Scope | undefined;
  private source: AsyncIterator<Uint8Array> | undefined;
  private first: Promise<IteratorResult<Uint8Array>> | undefined;
  private answered = false;
  private over = false;

  constructor(private readonly options: OutboundStreamOptions<Scope>) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (this.over) return { done: true, value: undefined };
    try {
      const result = await this.read();
      if (!result.done) return result;
    } catch (error) {
      this.over = true;
      this.call?.cancel();
      throw error;
    }
    this.over = true;
    this.call?.cancel();
    return { done: true, value: undefined };
  }

  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.over = true;
    this.call?.cancel();
    if (this.source !== undefined) endQuietly(this.source);
    return Promise.resolve({ done: true, value: undefined });
  }

  private async read(): Promise<IteratorResult<Uint8Array>> {
    if (!this.answered) {
      if (this.first === undefined) return await (this.first = this.readFirst());
      // Asked for the second before the first is there: there may be another attempt until then.
      await this.first;
    }
    try {
      return await this.source!.next();
    } catch (error) {
      throw this.call!.failure(error);
    }
  }

  private async readFirst(): Promise<IteratorResult<Uint8Array>> {
    const call = (this.call = this.options.begin());
    for (;;) {
      try {
        this.source = this.options.open(call)[Symbol.asyncIterator]();
        const result = await this.source.next();
        this.answered = true;
        return result;
      } catch (error) {
        if (this.options.again === undefined) throw call.failure(error);
        await this.options.again(call, error);
      }
    }
  }
}
