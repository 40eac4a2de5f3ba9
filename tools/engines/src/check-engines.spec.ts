import { type AddressInfo, createServer, type Server } from 'node:net';
import { checkDatabase, checkNats } from './check-engines';

let server: Server | undefined;

afterEach(() => {
  server?.close();
});

async function natsThatSays(info: object): Promise<string> {
  const listening = createServer((socket) =>
    socket.on('error', () => undefined).end(`INFO ${JSON.stringify(info)}\r\n`),
  );
  server = listening;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `nats://user:hunter2@127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

it('accepts NATS 2.11 with JetStream', async () => {
  await expect(
    checkNats(await natsThatSays({ version: '2.11.0', jetstream: true })),
  ).resolves.toBeUndefined();
});

it.each([
  ['NATS_TOO_OLD', { version: '2.10.26', jetstream: true }, '2.10.26'],
  ['JETSTREAM_OFF', { version: '2.15.1' }, 'nats-server -js'],
])('refuses with %s what says %j', async (reason, info, text) => {
  await expect(checkNats(await natsThatSays(info))).rejects.toMatchObject({
    reason,
    message: expect.stringContaining(text),
  });
});

// Nobody listens on port 1 of 127.0.0.1 but who is root and means it.
it.each([
  ['NATS_UNREACHABLE', 'WEFT_NATS_URL', () => checkNats('nats://user:hunter2@127.0.0.1:1')],
  [
    'DATABASE_UNREACHABLE',
    'WEFT_DATABASE_URL',
    () => checkDatabase('postgres://user:hunter2@127.0.0.1:1/weft'),
  ],
])('says %s and names %s when nobody answers', async (reason, variable, check) => {
  await expect(check()).rejects.toMatchObject({ reason, message: expect.stringContaining(variable) });
});

it.each([
  () => checkNats('nats://user:hunter2@127.0.0.1:1'),
  () => checkDatabase('postgres://user:hunter2@127.0.0.1:1/weft'),
])('does not tell the password', async (check) => {
  await expect(check()).rejects.toMatchObject({ message: expect.not.stringContaining('hunter2') });
});
