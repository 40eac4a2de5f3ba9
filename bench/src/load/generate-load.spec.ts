import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Endpoint } from '../system/system-under-test';
import { type Exchange, streamedChat, wholeChat } from './exchange';
import { generateLoad } from './generate-load';

const scripted = { model: 'm', answer: 'one two', tokenCount: 2 };
const endpoint: Endpoint = { name: 'direct', origin: '', apiKey: 'k', pid: 0 };

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

async function listen(listener: RequestListener): Promise<string> {
  server = createServer(listener);
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function load(origin: string, exchange: Exchange, connections = 2) {
  return generateLoad(origin, exchange, { connections, seconds: 0.1 });
}

function whole(content: string): string {
  return JSON.stringify({ choices: [{ message: { content } }] });
}

it('counts every answer but the first of each connection, which opens it', async () => {
  let answers = 0;
  const origin = await listen((_request, response) => {
    answers += 1;
    response.end(whole('one two'));
  });
  const { latenciesMs, errorCount } = await load(origin, wholeChat(endpoint, scripted));
  expect([latenciesMs.length, errorCount]).toEqual([answers - 2, 0]);
});

it('opens as many connections as it is told, and keeps them', async () => {
  const sockets = new Set<unknown>();
  const origin = await listen((request, response) => {
    sockets.add(request.socket);
    response.end(whole('one two'));
  });
  await load(origin, wholeChat(endpoint, scripted), 3);
  expect(sockets.size).toBe(3);
});

it.each<[string, RequestListener]>([
  ['a refusal', (_request, response) => response.writeHead(503).end('{}')],
  ['another answer', (_request, response) => response.end(whole('one'))],
  ['a broken connection', (_request, response) => response.destroy()],
])('counts %s as an error, and not as an answer', async (_name, listener) => {
  const origin = await listen(listener);
  const { latenciesMs, errorCount } = await load(origin, wholeChat(endpoint, scripted));
  expect([latenciesMs.length, errorCount > 0]).toEqual([0, true]);
});

it('counts a stream without [DONE] as an error', async () => {
  const origin = await listen((_request, response) => {
    response.end('data: {"choices":[{"delta":{"content":"one two"}}]}\n\n');
  });
  const { errors } = await load(origin, streamedChat(endpoint, scripted), 1);
  expect(errors[0]).toContain('without [DONE]');
});
