import { WeftError } from '@weft/errors';
import { Lifecycle } from './lifecycle';
import { type Logger } from './logger';

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
    // Our own errors say what to do; of any other, where it came from is of use.
    if (error instanceof WeftError) process.stderr.write(`${error.message}\n`);
    else logger.error({ err: error }, 'the start failed');
    await lifecycle.stop();
    process.exit(1);
  }
}
