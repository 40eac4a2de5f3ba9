import { setTimeout as sleep } from 'node:timers/promises';

import { greetingOf, type ScriptedServer, startScriptedServer } from './scripted-server.fixture';
import { parseNatsUrl } from './server-address';
import { probeServer } from './server-probe';

let server: ScriptedServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function probe(greeting: string | undefined) {
  server = await startScriptedServer(greeting);
  const [address] = parseNatsUrl(server.url);
  return probeServer(address!, 200);
}

describe('probeServer', () => {
  it.each(['2.11.0', '2.15.1', '3.0.0', '2.11.0-RC.1'])('takes a server %s', async (version) => {
    await expect(probe(greetingOf(version))).resolves.toBeUndefined();
  });

  it.each(['2.10.29', '1.4.1'])('refuses a server %s, naming it and what is needed', async (version) => {
    await expect(probe(greetingOf(version))).rejects.toMatchObject({
      code: 'FAILED_PRECONDITION',
      reason: 'EVENT_SERVER_TOO_OLD',
      message: expect.stringMatching(/is \d\.\d+\. Events need 2\.11 or later/) as string,
    });
  });

  it.each([
    ['another protocol', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'is not a NATS server'],
    ['a greeting without an end', 'x'.repeat(100_000), 'is not a NATS server'],
    ['silence', undefined, 'did not answer within 200 ms'],
  ])('rejects for %s', async (_, greeting, expected) => {
    await expect(probe(greeting)).rejects.toThrow(expected);
  });

  it('leaves no connection open to a server that is silent', async () => {
    await probe(undefined).catch(() => undefined);
    while (server!.open() > 0) await sleep(1);
    expect(server!.open()).toBe(0);
  });

  it('rejects when nothing listens', async () => {
    const closed = await startScriptedServer();
    await closed.close();
    const [address] = parseNatsUrl(closed.url);
    await expect(probeServer(address!, 200)).rejects.toThrow('ECONNREFUSED');
  });
});
