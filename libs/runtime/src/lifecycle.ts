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
    for (const step of this.steps.toReversed()) {
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

/**
 * Starts a process and stops it on SIGINT or SIGTERM: exit code 0 after a clean stop, 1 when the start or a step of the stop failed.
 * A second signal exits at once.
 */
export async function runProcess(
  logger: Logger,
  start: (lifecycle: Lifecycle) => Promise<void>,
): Promise<void> {
  const lifecycle = new Lifecycle(logger);
  let signalled = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (signalled) process.exit(1);
    signalled = true;
    logger.info({ signal }, 'stopping');
    void lifecycle.stop().then((clean) => process.exit(clean ? 0 : 1));
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('unhandledRejection', (error) => logger.error({ err: error }, 'unhandled rejection'));
  try {
    await start(lifecycle);
  } catch (error) {
    if (signalled) return;
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    logger.debug({ err: error }, 'the start failed');
    await lifecycle.stop();
    process.exit(1);
  }
}
