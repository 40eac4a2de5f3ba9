import { Lifecycle, type Logger, silentLogger } from './index';

describe('Lifecycle', () => {
  it('stops last what was started first', async () => {
    const stopped: string[] = [];
    const lifecycle = new Lifecycle(silentLogger);
    for (const name of ['database', 'service', 'server'])
      lifecycle.onStop(name, async () => {
        await new Promise((resolve) => setImmediate(resolve));
        stopped.push(name);
      });
    await lifecycle.stop();
    expect(stopped).toEqual(['server', 'service', 'database']);
  });

  it('goes on without a step that takes too long, and says that it was not clean', async () => {
    jest.useFakeTimers();
    try {
      const log: string[] = [];
      const lifecycle = new Lifecycle(silentLogger);
      lifecycle.onStop('last', () => void log.push('last'));
      lifecycle.onStop('hangs', () => new Promise(() => undefined), 5000);
      const stopped = lifecycle.stop();
      await jest.advanceTimersByTimeAsync(15_000);
      expect([await stopped, log]).toEqual([false, ['last']]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('bounds the stop as a whole', async () => {
    jest.useFakeTimers();
    try {
      const log: string[] = [];
      const lifecycle = new Lifecycle(silentLogger);
      lifecycle.bound(3000);
      lifecycle.onStop('last', () => void log.push('last'));
      lifecycle.onStop('hangs too', () => new Promise(() => undefined), 5000);
      lifecycle.onStop('hangs', () => new Promise(() => undefined), 5000);
      const stopped = lifecycle.stop();
      // A turn more: a step that comes after the end gets no time at all.
      await jest.advanceTimersByTimeAsync(3001);
      expect([await stopped, log]).toEqual([false, ['last']]);
    } finally {
      jest.useRealTimers();
    }
  });

  it('waits for each step before the next', async () => {
    const log: string[] = [];
    const lifecycle = new Lifecycle(silentLogger);
    lifecycle.onStop('first', () => void log.push('first'));
    lifecycle.onStop('second', async () => {
      log.push('second begins');
      await new Promise((resolve) => setImmediate(resolve));
      log.push('second ends');
    });
    await lifecycle.stop();
    expect(log).toEqual(['second begins', 'second ends', 'first']);
  });

  it('stops the others when one fails, and says that it was not clean', async () => {
    const stopped: string[] = [];
    const lifecycle = new Lifecycle(silentLogger);
    lifecycle.onStop('database', () => void stopped.push('database'));
    lifecycle.onStop('server', () => {
      throw new Error('stuck');
    });
    const clean = await lifecycle.stop();
    expect([clean, stopped]).toEqual([false, ['database']]);
  });

  it('logs the step that failed', async () => {
    const logged: object[] = [];
    const logger: Logger = { ...silentLogger, error: (fields) => void logged.push(fields) };
    const lifecycle = new Lifecycle(logger);
    lifecycle.onStop('server', () => Promise.reject(new Error('stuck')));
    await lifecycle.stop();
    expect(logged).toMatchObject([{ step: 'server', err: { message: 'stuck' } }]);
  });

  it('stops each step once, however often it is asked', async () => {
    let stops = 0;
    const lifecycle = new Lifecycle(silentLogger);
    lifecycle.onStop('server', () => void (stops += 1));
    const clean = await Promise.all([lifecycle.stop(), lifecycle.stop()]);
    expect([clean, stops]).toEqual([[true, true], 1]);
  });

  it('stops what is started while it stops', async () => {
    const stopped: string[] = [];
    const lifecycle = new Lifecycle(silentLogger);
    lifecycle.onStop('database', () => void lifecycle.onStop('late', () => void stopped.push('late')));
    await lifecycle.stop();
    expect(stopped).toEqual(['late']);
  });
});
