import { once } from 'node:events';
import { Agent, type IncomingMessage, request as httpRequest } from 'node:http';
import { connect, createServer } from 'node:net';
import { createInProcessTransport, createPeers } from '@weft/rpc';
import { createReadiness, type Readiness, silentLogger } from '@weft/runtime';
import { type EntryPipeline } from '../entry/entry-pipeline';
import {
  chatServices,
  type FakeOrchestrator,
  fakeOrchestrator,
  heldStream,
} from '../fake-orchestrator.fixture';
import { type HttpDoor, type HttpDoorOptions, openHttpDoor } from './http-door';

let orchestrator: FakeOrchestrator;
let readiness: Readiness;
let door: HttpDoor;
let url: string;

const everybody: EntryPipeline = ({ requestId, deadline }) => ({
  identity: { tenantId: 'acme', principal: { kind: 'api_key', id: 'key' }, scopes: ['*'] },
  requestId,
  deadline,
});

function doorOptions(): HttpDoorOptions {
  const transport = createInProcessTransport({ logger: silentLogger });
  transport.add(chatServices(orchestrator));
  const peers = createPeers(() => transport);
  return {
    host: '127.0.0.1',
    port: 0,
    bodyLimitBytes: 65_536,
    ingestBodyLimitBytes: 65_536,
    enter: everybody,
    peers,
    raw: peers.raw,
    readiness,
    logger: silentLogger,
  };
}

beforeEach(async () => {
  orchestrator = fakeOrchestrator();
  readiness = createReadiness();
  door = await openHttpDoor(doorOptions());
  url = `http://127.0.0.1:${door.port}`;
});

afterEach(async () => {
  await door.drain(0);
  await door.close();
});

const body = (stream: boolean) =>
  JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hi' }], stream });

function post(stream: boolean): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: body(stream),
  });
}

/** A chat stream that stands still after its first text until it is let go on. */
function holdStream(): () => void {
  const goOn = Promise.withResolvers<void>();
  orchestrator.stream = () => heldStream(goOn.promise);
  return goOn.resolve;
}

/** A chat that answers when it is let, and tells when it was asked. */
function holdChat() {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  orchestrator.chat = async () => {
    asked.resolve();
    await answer.promise;
    return { runId: 'run-1' };
  };
  return { asked: asked.promise, answer: answer.resolve };
}

describe('drain of the HTTP door', () => {
  test('lets a stream under way end well, and waits no longer than that', async () => {
    const goOn = holdStream();
    const response = await post(true);
    const drained = door.drain(600_000);
    goOn();
    const text = await response.text();
    await drained;
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  test('lets a request under way end well', async () => {
    const { asked, answer } = holdChat();
    const response = post(false);
    await asked;
    const drained = door.drain(600_000);
    answer();
    await drained;
    expect((await response).status).toBe(200);
  });

  test('tells a request under way to use another connection next', async () => {
    const { asked, answer } = holdChat();
    const agent = new Agent({ keepAlive: true });
    const headers = { 'content-type': 'application/json' };
    const request = httpRequest(`${url}/v1/chat/completions`, { method: 'POST', headers, agent }).end(
      body(false),
    );
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    await asked;
    const drained = door.drain(600_000);
    answer();
    const [response] = await answered;
    response.resume();
    await drained;
    agent.destroy();
    expect(response.headers.connection).toBe('close');
  });

  test('ends a stream that takes too long with a retryable error, never with [DONE]', async () => {
    holdStream();
    const response = await post(true);
    await door.drain(0);
    const text = await response.text();
    expect([text.includes('"code":"draining"'), text.includes('[DONE]')]).toEqual([true, false]);
  });

  test('answers a request that takes too long with 503 and Retry-After', async () => {
    const { asked } = holdChat();
    const response = post(false);
    await asked;
    await door.drain(0);
    const { status, headers } = await response;
    expect([status, headers.get('retry-after')]).toEqual([503, '1']);
  });

  test('accepts no new connection', async () => {
    await door.drain(0);
    await expect(fetch(`${url}/livez`)).rejects.toThrow('fetch failed');
  });

  test('closes an idle connection at once, while others are busy', async () => {
    const goOn = holdStream();
    const streaming = await post(true);
    const idle = connect(door.port, '127.0.0.1');
    idle.write('GET /livez HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(idle, 'data');
    const drained = door.drain(600_000);
    await once(idle, 'close');
    goOn();
    const text = await streaming.text();
    await drained;
    expect(text).toContain('[DONE]');
  });
});

describe('readyz', () => {
  test('answers 503 and names what is not ready', async () => {
    readiness.add('retrieval', () => Promise.reject(new Error('down')));
    const response = await fetch(`${url}/readyz`);
    expect([response.status, await response.json()]).toEqual([
      503,
      { status: 'unavailable', problems: ['retrieval'] },
    ]);
  });

  test('livez does not mind', async () => {
    readiness.close();
    expect((await fetch(`${url}/livez`)).status).toBe(200);
  });
});

describe('opening the HTTP door', () => {
  test('says which address is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(openHttpDoor({ ...doorOptions(), port })).rejects.toThrow(
      `HTTP cannot listen on 127.0.0.1:${port}`,
    );
    taken.close();
  });
});
