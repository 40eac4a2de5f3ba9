import { endQuietly } from './bounded-stream';

/**
 * Passes on the responses of a call up to the one that its contract calls the last, and lets the call end by itself. To leave it
 * there would reset its stream, of which a connection bears only so many a second. A call that goes on all the same is left.
 */
export function upToLast<T>(
  responses: AsyncIterable<T>,
  isLast: (response: T) => boolean,
): AsyncIterableIterator<T> {
  return new UpToLast(responses[Symbol.asyncIterator](), isLast);
}

/** Whether an event ends its stream: `completed` and `failed` do, in every stream of events. */
export function isTerminal({ event }: { event?: { $case: string } | undefined }): boolean {
  return event?.$case === 'completed' || event?.$case === 'failed';
}

class UpToLast<T> implements AsyncIterableIterator<T> {
  private over = false;

  constructor(
    private readonly source: AsyncIterator<T>,
    private readonly isLast: (response: T) => boolean,
  ) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<T, undefined>> {
    if (this.over) return { done: true, value: undefined };
    const result = await this.source.next();
    if (result.done) return { done: true, value: undefined };
    if (this.isLast(result.value)) {
      this.over = true;
      this.letEnd();
    }
    return result;
  }

  async return(): Promise<IteratorResult<T, undefined>> {
    if (!this.over) {
      this.over = true;
      await this.source.return?.();
    }
    return { done: true, value: undefined };
  }

  private letEnd(): void {
    this.source.next().then(
      ({ done }) => {
        if (!done) endQuietly(this.source);
      },
      // How a call ends that has said everything concerns nobody.
      () => undefined,
    );
  }
}
