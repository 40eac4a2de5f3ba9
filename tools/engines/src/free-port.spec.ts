import { createServer } from 'node:net';
import { unavailable } from '@weft/errors';
import { withFreePort } from './free-port';

it('gives a port of 127.0.0.1 that nobody listens on, below those of outgoing connections', async () => {
  const port = await withFreePort(async (free) => {
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(free, '127.0.0.1', resolve);
    });
    await new Promise((resolve) => server.close(resolve));
    return free;
  });
  expect(port).toBeLessThan(32_768);
});

it('begins again with another port when somebody took the first', async () => {
  const tried: number[] = [];
  await withFreePort((port) => {
    tried.push(port);
    return tried.length < 3 ? Promise.reject(unavailable('PORT_TAKEN', 'taken')) : Promise.resolve();
  });
  expect(new Set(tried).size).toBe(3);
});

it('does not begin again after any other failure', async () => {
  const start = jest.fn(() => Promise.reject(unavailable('ENGINE_NOT_STARTED', 'broken')));
  await withFreePort(start).catch(() => undefined);
  expect(start).toHaveBeenCalledTimes(1);
});
