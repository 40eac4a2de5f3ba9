import { type Logger } from './logger';

/** Something to do when the process stops. */
export interface StopStep {
  /** Names the step in logs. */
  name: string;
  stop(): Promise<void> | void;
  /** The longest that the step may take; the stop goes on without it then. */
  timeoutMs: number;
}

/** What a step may take beyond the time it gives to work that goes on. */
const stepTimeoutMsDefault = 10_000;

/**
 * The life of a process: what was started last stops first.
 * A step that fails, or takes too long, is logged and does not keep the others from stopping.
 */
export class Lifecycle {
  private readonly steps: StopStep[] = [];
  private stopping: Promise<boolean> | undefined;
  private stopMsMax = Infinity;

  constructor(private readonly logger: Logger) {}

  /** Bounds the stop as a whole: a step that is still going on then is not waited for. What is durable does not depend on it. */
  bound(stopMsMax: number): void {
    this.stopMsMax = stopMsMax;
  }

  /** @param drainTimeoutMs what the step itself gives to work that goes on; it may take that and ten seconds */
  onStop(name: string, stop: StopStep['stop'], drainTimeoutMs = 0): void {
    this.steps.push({ name, stop, timeoutMs: drainTimeoutMs + stepTimeoutMsDefault });
  }

  /** Runs every step once, last added first. Resolves to whether all of them succeeded. */
  stop(): Promise<boolean> {
    this.stopping ??= this.runSteps();
    return this.stopping;
  }

  private async runSteps(): Promise<boolean> {
    let clean = true;
    const endsAt = performance.now() + this.stopMsMax;
    // A start that is still going on may add steps meanwhile: they are stopped too.
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      try {
        await inTime(step, Math.min(step.timeoutMs, Math.max(endsAt - performance.now(), 0)));
      } catch (error) {
        clean = false;
        this.logger.error({ err: error, step: step.name }, 'a step of the shutdown failed');
      }
    }
    return clean;
  }
}

async function inTime({ stop }: StopStep, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLong = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${Math.round(timeoutMs)} ms`)), timeoutMs);
  });
  try {
    await Promise.race([stop(), tooLong]);
  } finally {
    clearTimeout(timer);
  }
}
