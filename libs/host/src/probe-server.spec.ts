import { createReadiness, type Readiness } from '@weft/runtime';
import { type PlainHttpServer } from './plain-http-server';
import { openProbeServer } from './probe-server';

let readiness: Readiness;
let probes: PlainHttpServer;

beforeEach(async () => {
  readiness = createReadiness();
  probes = await openProbeServer('127.0.0.1:0', readiness);
});
afterEach(() => probes.close());

const get = async (path: string, method = 'GET') => {
  const response = await fetch(`http://127.0.0.1:${probes.port}${path}`, { method });
  return [response.status, await response.json()];
};

describe('probes', () => {
  it('say that a process is ready', async () => {
    expect(await get('/readyz')).toEqual([200, { status: 'ok' }]);
  });

  it('name what is not ready', async () => {
    readiness.add('database', () => Promise.reject(new Error('down')));
    expect(await get('/readyz')).toEqual([503, { status: 'unavailable', problems: ['database'] }]);
  });

  it('say that a process lives which is not ready', async () => {
    readiness.add('database', () => Promise.reject(new Error('down')));
    expect(await get('/livez')).toEqual([200, { status: 'ok' }]);
  });

  it.each([
    ['another path', '/metrics', 'GET', 404],
    ['another method', '/readyz', 'POST', 405],
  ])('know no %s', async (_, path, method, status) => {
    expect((await get(path, method))[0]).toBe(status);
  });

  it('refuse an address that is taken, naming it', async () => {
    await expect(openProbeServer(`127.0.0.1:${probes.port}`, readiness)).rejects.toThrow(
      `The probes cannot listen on 127.0.0.1:${probes.port}`,
    );
  });
});
