import { type Logger } from './logger';

/** Something to do when the process stops. */
export interface StopStep {
  /** Names the step in logs. */
  name: string;
  stop(): Promise<void> | void;
}

/**
 * The life of a process: what was started last stops first.
 * A step that fails is logged and does not keep the others from stopping.
 */
export class Lifecycle {
  private readonly steps: StopStep[] = [];
  private stopping: Promise<boolean> | undefined;

  constructor(private readonly logger: Logger) {}

  onStop(name: string, stop: StopStep['stop']): void {
    this.steps.push({ name, stop });
  }

  /** Runs every step once, last added first. Resolves to whether all of them succeeded. */
  stop(): Promise<boolean> {
    this.stopping ??= this.runSteps();
    return this.stopping;
  }

  private async runSteps(): Promise<boolean> {
    let clean = true;
    // A start that is still going on may add steps meanwhile: they are stopped too.
    for (let step = this.steps.pop(); step !== undefined; step = this.steps.pop()) {
      try {
        await step.stop();
      } catch (error) {
        clean = false;
        this.logger.error({ err: error, step: step.name }, 'a step of the shutdown failed');
      }
    }
    return clean;
  }
}
