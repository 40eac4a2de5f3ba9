/** Hands values from one that makes them to one that reads them. A full channel makes the maker wait. */
export class EventChannel<Value> implements AsyncIterable<Value> {
  private readonly values: Value[] = [];
  private readonly writers: (() => void)[] = [];
  private reader: (() => void) | undefined;
  private end: { error?: unknown } | undefined;

  constructor(private readonly capacity: number) {}

  /** Resolves when there is room for more. What is pushed after the end is dropped. */
  async push(value: Value): Promise<void> {
    if (this.end !== undefined) return;
    this.values.push(value);
    this.wakeReader();
    if (this.values.length >= this.capacity) await new Promise<void>((resolve) => this.writers.push(resolve));
  }

  /** No more values come; the reader gets those that are there first. */
  close(): void {
    this.finish({});
  }

  /** As `close`, and then the reader fails. */
  fail(error: unknown): void {
    this.finish({ error });
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Value, void, undefined> {
    for (;;) {
      const value = this.values.shift();
      if (value !== undefined) {
        this.writers.shift()?.();
        yield value;
      } else if (this.end === undefined) {
        await new Promise<void>((resolve) => (this.reader = resolve));
      } else if ('error' in this.end) {
        throw this.end.error;
      } else {
        return;
      }
    }
  }

  private finish(end: { error?: unknown }): void {
    this.end ??= end;
    for (const wake of this.writers.splice(0)) wake();
    this.wakeReader();
  }

  private wakeReader(): void {
    this.reader?.();
    this.reader = undefined;
  }
}
