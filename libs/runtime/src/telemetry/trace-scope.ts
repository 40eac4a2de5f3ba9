import { AsyncLocalStorage } from 'node:async_hooks';
import { isTracing } from './tracing';

const current = new AsyncLocalStorage<string>();

/** Work on behalf of a trace: its log lines bear the trace's ids. Costs nothing where no spans are made. */
export class TraceScope {
  constructor(private readonly traceparent: string | undefined) {}

  /** Does a piece of the work; there may be many, such as the messages of a stream. */
  run<T>(work: () => T): T {
    const { traceparent } = this;
    if (traceparent === undefined || !isTracing()) return work();
    // Calls within one process go on with the trace that nobody records as it is: they are within it already.
    if (current.getStore() === traceparent) return work();
    return current.run(traceparent, work);
  }
}

/** The trace that the work which asks belongs to, in W3C's form. */
export function currentTraceparent(): string | undefined {
  return current.getStore();
}
