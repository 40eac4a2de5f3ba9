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

/** How often work is begun again that was stopped because others had the processor. */
const attemptsMax = 4;

/**
 * Bounds work that a tenant's templates, schemas and patterns can make endless: loops, recursion and backtracking alike.
 * V8's own watchdog stops it (`timeout` of `vm.Script`), which costs about 0.1 ms a call and needs no thread of ours. The watchdog looks at
 * the clock, and on a busy machine a thread gets little of it: work that was stopped before it had half of its time is done again, so it has
 * to be work without effects.
 */
export function createTimeLimit(timeoutMs: number): WithinTime {
  let work: () => unknown = () => undefined;
  const context = createContext({ run: () => work() });
  const script = new Script('run()');
  return <T>(limited: () => T): T => {
    work = limited;
    for (let attempt = 1; ; attempt += 1) {
      const before = process.threadCpuUsage();
      try {
        return script.runInContext(context, { timeout: timeoutMs }) as T;
      } catch (error) {
        if ((error as { code?: string }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
        if (attempt === attemptsMax || usedMsSince(before) >= timeoutMs / 2)
          throw new TimeLimitExceeded(timeoutMs);
      }
    }
  };
}

/** The processor time of this thread. */
function usedMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}
