import { createContext, Script } from 'node:vm';

/** Runs synchronous work. What takes too long is stopped where it stands, and `TimeLimitExceeded` is thrown. */
export type WithinTime = <T>(work: () => T) => T;

/** Work took longer than it may. */
export class TimeLimitExceeded extends Error {
  override readonly name = 'TimeLimitExceeded';

  constructor(readonly timeoutMs: number) {
    super(`stopped after ${timeoutMs} ms`);
  }
}

/**
 * Bounds work that a tenant's templates, schemas and patterns can make endless: loops, recursion and backtracking alike.
 * V8's own watchdog stops it (`timeout` of `vm.Script`), which costs about 0.1 ms a call and needs no thread of ours.
 */
export function createTimeLimit(timeoutMs: number): WithinTime {
  let work: () => unknown = () => undefined;
  const context = createContext({ run: () => work() });
  const script = new Script('run()');
  return <T>(limited: () => T): T => {
    work = limited;
    try {
      return script.runInContext(context, { timeout: timeoutMs }) as T;
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT')
        throw new TimeLimitExceeded(timeoutMs);
      throw error;
    }
  };
}
