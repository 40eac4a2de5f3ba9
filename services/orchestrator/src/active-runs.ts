import { type WeftError } from '@weft/errors';
import { runCancelled } from './run-errors';
import { type RunTrace } from './run-trace';

/** A run that goes on in this process. */
export interface ActiveRun {
  trace: RunTrace;
  /** Aborted when the run is to end. */
  signal: AbortSignal;
  /** Resolves when the run is recorded. */
  ended: Promise<void>;
}

interface Entry extends ActiveRun {
  controller: AbortController;
  settle(): void;
}

/** The runs that go on in this process, so that they can be looked at and cancelled. */
export class ActiveRuns {
  private readonly runs = new Map<string, Entry>();

  /** Adds a run whose work ends with the caller's signal, by `abort` or when it is cancelled. `close` when it is recorded. */
  open(
    trace: RunTrace,
    callerSignal: AbortSignal,
  ): ActiveRun & { abort(reason: WeftError): void; close(): void } {
    const controller = new AbortController();
    const onAbort = () => controller.abort(callerSignal.reason);
    if (callerSignal.aborted) onAbort();
    else callerSignal.addEventListener('abort', onAbort, { once: true });
    const { promise, resolve } = Promise.withResolvers<void>();
    const entry: Entry = { trace, signal: controller.signal, ended: promise, controller, settle: resolve };
    this.runs.set(trace.id, entry);
    return {
      ...entry,
      abort: (reason) => controller.abort(reason),
      close: () => {
        callerSignal.removeEventListener('abort', onAbort);
        this.runs.delete(trace.id);
        entry.settle();
      },
    };
  }

  get(tenantId: string, id: string): ActiveRun | undefined {
    const run = this.runs.get(id);
    return run?.trace.caller.identity.tenantId === tenantId ? run : undefined;
  }

  /** Cancels a run and waits until it is recorded; false when there is none that goes on. */
  async cancel(tenantId: string, id: string): Promise<boolean> {
    const run = this.get(tenantId, id) as Entry | undefined;
    if (run === undefined) return false;
    run.controller.abort(runCancelled());
    await run.ended;
    return true;
  }

  /** Waits until every run is recorded. */
  async drain(): Promise<void> {
    await Promise.all([...this.runs.values()].map(({ ended }) => ended));
  }
}
