import { endQuietly } from './bounded-stream';

/** Requests that a further attempt of their call can be given, as long as nobody received one of them. */
export class UnreadRequests<T> {
  private readonly source: AsyncIterator<T>;
  private awaited: Promise<IteratorResult<T>> | undefined;
  private reader: object | undefined;
  private touched = false;

  constructor(requests: AsyncIterable<T>) {
    this.source = requests[Symbol.asyncIterator]();
  }

  /** The requests, for one attempt. */
  read(): AsyncIterable<T> {
    const reader = (this.reader = {});
    return { [Symbol.asyncIterator]: () => ({ next: () => this.next(reader) }) };
  }

  /** Lets the attempt that reads get no more. Returns whether nobody received a request, nor their end. */
  takeBack(): boolean {
    this.reader = undefined;
    return !this.touched;
  }

  /** Ends the requests: the call is over. */
  close(): void {
    this.reader = undefined;
    endQuietly(this.source);
  }

  private async next(reader: object): Promise<IteratorResult<T>> {
    if (this.reader === reader) {
      // What an attempt that is over still waited for belongs to the next one.
      this.awaited ??= this.source.next();
      await this.awaited.then(undefined, () => undefined);
    }
    if (this.reader !== reader) return { done: true, value: undefined };
    const received = this.awaited!;
    this.awaited = undefined;
    this.touched = true;
    return received;
  }
}
