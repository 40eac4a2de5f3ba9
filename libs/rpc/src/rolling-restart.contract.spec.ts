import { orchestrator } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';
import { authenticateInternal, type RunningServer, serve, type WeftClient } from './index';
import { testCaller, testTokens } from './testing/both-transports';
import { connectToPorts } from './testing/named-servers';
import { chatEvent, chatRequest, partialService } from './testing/test-services';
import { errorOf, gate, readAll } from './testing/waiting';

/** Neither of its calls is tried again once a handler may have seen it. */
type ChatClient = WeftClient<orchestrator.ChatServiceDefinition>;

const closing: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

/** A server whose chats answer with its name, and whose streams end when it is told. `callers` are the connections that called. */
async function start(name: string, port = 0, connectionAgeMsMax?: number) {
  const finish = gate();
  const callers = new Set<string>();
  const server = await serve({
    services: [
      partialService(orchestrator.ChatServiceDefinition, {
        chat(_request, { peer }) {
          callers.add(peer);
          return Promise.resolve({ message: { content: name } });
        },
        async *streamChat() {
          yield chatEvent(1, name);
          await finish.opened;
          yield chatEvent(2, name);
        },
      }),
    ],
    address: `127.0.0.1:${port}`,
    security: { kind: 'insecure' },
    authenticate: authenticateInternal(testTokens),
    logger: silentLogger,
    connectionAgeMsMax,
  });
  closing.push({ close: () => server.stop() });
  return { name, server, callers, finish: () => finish.open() };
}

function clientOf(servers: { server: RunningServer }[]): ChatClient {
  const transport = connectToPorts(servers.map(({ server }) => server.port));
  closing.push(transport);
  return transport.client(orchestrator.ChatServiceDefinition);
}

async function whoChats(client: ChatClient): Promise<string> {
  const { message } = await client.chat(chatRequest.call, { caller: testCaller() });
  return message!.content;
}

/** Opens a stream and reads its first event; `rest` are the events after it. */
async function openStream(client: ChatClient) {
  const events = client.streamChat(chatRequest, { caller: testCaller() })[Symbol.asyncIterator]();
  const { value } = await events.next();
  const rest = readAll({ [Symbol.asyncIterator]: () => events });
  return { name: (value as { event: { value: { text: string } } }).event.value.text, rest };
}

/** Calls without a pause, several at a time, until it is stopped. */
function constantLoad(client: ChatClient) {
  const waiting = new Map<string, () => void>();
  const failures: unknown[] = [];
  let going = true;
  const workers = Array.from({ length: 8 }, async () => {
    while (going) {
      try {
        const name = await whoChats(client);
        waiting.get(name)?.();
      } catch (error) {
        failures.push(error);
      }
    }
  });
  return {
    failures,
    /** Resolves when a server answers from now on. */
    answerOf: (name: string) => new Promise<void>((resolve) => waiting.set(name, resolve)),
    async stop() {
      going = false;
      await Promise.all(workers);
    },
  };
}

describe('servers that are restarted one after the other', () => {
  it('fail no call and cut no stream', async () => {
    const servers = [await start('a'), await start('b')];
    const client = clientOf(servers);
    const load = constantLoad(client);
    await Promise.all([load.answerOf('a'), load.answerOf('b')]);
    const rests: Promise<unknown[]>[] = [];
    for (const { name, server, finish } of servers) {
      const streams = await Promise.all(Array.from({ length: 6 }, () => openStream(client)));
      rests.push(...streams.map(({ rest }) => rest));
      const drained = server.drain(30_000);
      // Streams that are open elsewhere go on; those on this server end now.
      finish();
      await drained;
      await server.stop();
      const again = await start(`${name} again`, server.port);
      closing.push({ close: again.finish });
      await load.answerOf(`${name} again`);
      again.finish();
    }
    await load.stop();
    expect([load.failures, (await Promise.all(rests)).map((rest) => rest.length)]).toEqual([
      [],
      rests.map(() => 1),
    ]);
  });

  it('are left by clients as soon as their drain begins', async () => {
    const [a, b] = [await start('a'), await start('b')];
    const client = clientOf([a, b]);
    const load = constantLoad(client);
    await Promise.all([load.answerOf('a'), load.answerOf('b')]);
    await load.stop();
    const open = await Promise.all([openStream(client), openStream(client)]);
    const drained = a.server.drain(30_000);
    const names: string[] = [];
    for (let call = 0; call < 20; call++) names.push(await whoChats(client));
    a.finish();
    b.finish();
    await Promise.all([drained, ...open.map(({ rest }) => rest)]);
    expect(names).toEqual(names.map(() => 'b'));
  });

  it('end streams that outlive their drain with a retryable error', async () => {
    const { server } = await start('a');
    const { rest } = await openStream(clientOf([{ server }]));
    const failed = errorOf(rest);
    await server.drain(20);
    await server.stop();
    expect(await failed).toMatchObject({ code: 'UNAVAILABLE', reason: 'DRAINING', retryDelayMs: 1000 });
  });
});

describe('connections that are as old as they may become', () => {
  it('are replaced without a call that fails, and their streams go on', async () => {
    const one = await start('a', 0, 20);
    const client = clientOf([one]);
    const stream = await openStream(client);
    const load = constantLoad(client);
    // Fifteen ages, at the most.
    await new Promise((resolve) => setTimeout(resolve, 300));
    await load.stop();
    one.finish();
    expect([load.failures, (await stream.rest).length]).toEqual([[], 1]);
  });

  it('are replaced', async () => {
    const one = await start('a', 0, 20);
    const client = clientOf([one]);
    while (one.callers.size < 2) await whoChats(client);
    expect(one.callers.size).toBe(2);
  });
});
