import { type AddressInfo, createServer, type Server } from 'node:net';
import { parseNatsInfo, readNatsInfo } from './nats-info';

let server: Server | undefined;

afterEach(() => {
  server?.close();
});

async function serve(...chunks: string[]): Promise<string> {
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    for (const chunk of chunks) socket.write(chunk);
    if (chunks.length === 0) socket.end();
  });
  const listening = server;
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return `nats://user:secret@127.0.0.1:${(listening.address() as AddressInfo).port}`;
}

it('reads what a server says of itself, in however many pieces', async () => {
  const url = await serve('INFO {"server_name":"one","vers', 'ion":"2.15.1","jetstream":true}\r', '\n');
  expect(await readNatsInfo(url, 10_000)).toEqual({ version: '2.15.1', name: 'one', jetstream: true });
});

it('a server that does not speak of JetStream has none', async () => {
  const url = await serve('INFO {"server_name":"one","version":"2.15.1"}\r\n');
  expect(await readNatsInfo(url, 10_000)).toMatchObject({ jetstream: false });
});

it('refuses what is no NATS server', async () => {
  await expect(readNatsInfo(await serve('HTTP/1.1 400 Bad Request\r\n'), 10_000)).rejects.toThrow(
    'no NATS server',
  );
});

it('fails when the connection is closed', async () => {
  await expect(readNatsInfo(await serve(), 10_000)).rejects.toThrow('closed');
});

it('gives up on a server that says nothing', async () => {
  await expect(readNatsInfo(await serve(' '), 20)).rejects.toThrow('no answer after 20 ms');
});

it.each(['INFO {"version":1}', 'INFO {', 'PING'])('takes %s for no such line', (text) => {
  expect(parseNatsInfo(text)).toBeUndefined();
});
