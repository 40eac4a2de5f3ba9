import { AsyncLocalStorage } from 'node:async_hooks';
import { isTracing } from './tracing';

const scope = new AsyncLocalStorage<string>();

/** Does work on behalf of a trace: its log lines bear the trace's ids. Costs nothing where no spans are made. */
export function withinTrace<T>(traceparent: string | undefined, work: () => T): T {
  if (traceparent === undefined || !isTracing()) return work();
  // Calls within one process go on with the trace that nobody records as it is: they are within it already.
  return scope.getStore() === traceparent ? work() : scope.run(traceparent, work);
}

/** The trace that the work which asks belongs to, in W3C's form. */
export function currentTraceparent(): string | undefined {
  return scope.getStore();
}
