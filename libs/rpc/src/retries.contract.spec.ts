import dns from 'node:dns';
import { orchestrator, safety } from '@weft/contracts';
import { unavailable } from '@weft/errors';
import fc from 'fast-check';
import { Metadata } from 'nice-grpc-common';
import { connectGrpc, draining, type RpcService, type Transport } from './index';
import { testCaller, testTokens } from './testing/both-transports';
import { callKey, type Fault, faults, type FaultServer, startFaultServer } from './testing/fault-server';
import { connectToPorts, startNamed, whoAnswers } from './testing/named-servers';
import { chatEvent, chatRequest, chatService, screenRequest } from './testing/test-services';
import { errorOf, gate, readAll } from './testing/waiting';

const closing: { close(): unknown }[] = [];

afterEach(async () => {
  jest.restoreAllMocks();
  for (const one of closing.splice(0).reverse()) await one.close();
});

/** A server that follows a script in each call: the last fault happens to every attempt after it. */
async function follow(scripts: Record<string, Fault[]>): Promise<FaultServer> {
  const at = new Map<string, number>();
  const server = await startFaultServer((call) => {
    const index = at.get(call) ?? 0;
    at.set(call, index + 1);
    const script = scripts[call]!;
    return script[Math.min(index, script.length - 1)]!;
  });
  closing.push(server);
  return server;
}

function clientsOf(port: number, timeoutMs = 20_000) {
  const transport = connectToPorts([port]);
  closing.push(transport);
  const options = (call: string) => ({
    caller: testCaller({ deadline: Date.now() + timeoutMs }),
    metadata: Metadata().set(callKey, call),
  });
  const chat = transport.client(orchestrator.ChatServiceDefinition);
  const safe = transport.client(safety.SafetyServiceDefinition);
  return {
    /** A call that must not run twice. */
    once: (call: string) => chat.chat(chatRequest.call, options(call)),
    onceStreaming: (call: string) => readAll(chat.streamChat(chatRequest, options(call))),
    /** A call that may. */
    again: (call: string) => safe.screenText(screenRequest, options(call)),
    againBothWays: (call: string, requests: AsyncIterable<object>) =>
      readAll(safe.streamScreenText(requests as never, options(call))),
  };
}

type Kind = 'once' | 'onceStreaming' | 'again';

describe('a call that must not run twice', () => {
  it.each<[Kind, Fault[]]>([
    ['once', ['keep out', 'ran, answer']],
    ['once', ['refuse', 'ran, answer']],
    ['once', ['refuse', 'refuse', 'ran, answer']],
    ['onceStreaming', ['keep out', 'ran, answer']],
    ['onceStreaming', ['keep out', 'keep out', 'ran, answer']],
  ])('(%s) is tried again when no handler saw it: %j', async (kind, script) => {
    const server = await follow({ one: script });
    await clientsOf(server.port)[kind]('one');
    expect(server.runs.get('one')).toBe(1);
  });

  it.each<[Kind, Fault]>([
    ['once', 'ran, cut'],
    ['once', 'ran, reset'],
    ['once', 'ran, end'],
    ['once', 'ran, unavailable'],
    ['onceStreaming', 'ran, cut'],
    ['onceStreaming', 'ran, end'],
  ])('(%s) is not tried again once a handler may have seen it: %s', async (kind, fault) => {
    const server = await follow({ one: [fault, 'ran, answer'] });
    const error = await errorOf(clientsOf(server.port)[kind]('one'));
    expect([server.attempts(), (error as { code: string }).code]).toEqual([1, 'UNAVAILABLE']);
  });

  async function attemptsOf(transport: Transport): Promise<number> {
    closing.push(transport);
    const chat = transport.client(orchestrator.ChatServiceDefinition);
    let attempts = 0;
    const onTrailer = () => void attempts++;
    await errorOf(chat.chat(chatRequest.call, { caller: testCaller(), onTrailer }));
    return attempts;
  }

  it('is tried again where no server was', async () => {
    const gone = await startNamed('gone');
    await gone.stop();
    expect(await attemptsOf(connectToPorts([gone.port]))).toBe(3);
  });

  it('is tried again where a name stood for nobody', async () => {
    jest.spyOn(dns.promises, 'lookup').mockRejectedValue(new Error('ENOTFOUND') as never);
    const target = 'retrieval:7001';
    const transport = connectGrpc({ target, security: { kind: 'insecure' }, tokens: testTokens });
    expect(await attemptsOf(transport)).toBe(3);
  });
});

describe('a call that may run twice', () => {
  it.each<[Fault[]]>([
    [['ran, cut', 'ran, answer']],
    [['ran, reset', 'ran, answer']],
    [['ran, unavailable', 'ran, unavailable', 'ran, answer']],
  ])('is tried again when its connection was lost: %j', async (script) => {
    const server = await follow({ one: script });
    await clientsOf(server.port).again('one');
    expect(server.runs.get('one')).toBe(script.length);
  });

  it('is tried three times and not more', async () => {
    const server = await follow({ one: ['ran, unavailable'] });
    await errorOf(clientsOf(server.port).again('one'));
    expect(server.runs.get('one')).toBe(3);
  });

  it('is tried again elsewhere when the drain of its server ended it', async () => {
    const inside = gate<string>();
    let held = false;
    const holdTheFirst = (name: string) => () => {
      if (held) return undefined;
      held = true;
      inside.open(name);
      return new Promise<void>(() => undefined);
    };
    const servers = await Promise.all(['a', 'b'].map((name) => startNamed(name, holdTheFirst(name))));
    closing.push(...servers.map((server) => ({ close: () => server.stop() })));
    const transport = connectToPorts(servers.map(({ port }) => port));
    closing.push(transport);
    const answer = whoAnswers(transport.client(safety.SafetyServiceDefinition));
    const first = await inside.opened;
    await servers[first === 'a' ? 0 : 1]!.drain(10);
    expect(await answer).toBe(first === 'a' ? 'b' : 'a');
  });

  it.each([
    ['that it is UNAVAILABLE', unavailable('PROVIDER_UNAVAILABLE', 'No.')],
    ['that a service further on drains', draining()],
  ])('is not tried again when its service says %s', async (_what, error) => {
    let asked = 0;
    const server = await startNamed('a', () => {
      asked++;
      return Promise.reject(error);
    });
    closing.push({ close: () => server.stop() });
    const transport = connectToPorts([server.port]);
    closing.push(transport);
    await errorOf(whoAnswers(transport.client(safety.SafetyServiceDefinition)));
    expect(asked).toBe(1);
  });
});

describe('a stream', () => {
  it('is not begun again after its first response', async () => {
    let asked = 0;
    const answered = gate();
    const services: RpcService[] = [
      chatService(async function* () {
        asked++;
        yield await Promise.resolve(chatEvent(1));
        answered.open();
        await new Promise(() => undefined);
      }),
    ];
    const server = await startNamed('a', undefined, { services });
    const transport = connectToPorts([server.port]);
    closing.push(transport);
    const chat = transport.client(orchestrator.ChatServiceDefinition);
    const reading = errorOf(readAll(chat.streamChat(chatRequest, { caller: testCaller() })));
    await answered.opened;
    await server.stop();
    expect([asked, ((await reading) as { code: string }).code]).toEqual([1, 'UNAVAILABLE']);
  });

  it('of requests is begun again as long as none was sent', async () => {
    const server = await follow({ one: ['keep out', 'ran, answer'] });
    const tried = gate();
    async function* requests() {
      while (server.attempts() < 2) await new Promise((resolve) => setImmediate(resolve));
      tried.open();
      yield { text: 'hello' };
    }
    await clientsOf(server.port).againBothWays('one', requests());
    expect([server.attempts(), await tried.opened]).toEqual([2, undefined]);
  });

  it('of requests is not begun again once one was sent', async () => {
    const sent = gate();
    const server = await startFaultServer(() => 'keep out');
    closing.push(server);
    async function* requests() {
      yield await Promise.resolve({ text: 'hello' });
      sent.open();
      await new Promise(() => undefined);
    }
    const error = errorOf(clientsOf(server.port).againBothWays('one', requests()));
    expect([((await error) as { code: string }).code, server.attempts()]).toEqual(['UNAVAILABLE', 1]);
  });
});

describe('whatever happens to calls', () => {
  const scripts = fc.array(
    fc.tuple(
      fc.constantFrom<Kind>('once', 'onceStreaming', 'again'),
      fc.array(fc.constantFrom(...faults), { minLength: 1, maxLength: 5 }),
    ),
    {
      minLength: 1,
      maxLength: 8,
    },
  );

  it('those that must not run twice do not, and no other runs more than three times', async () => {
    await fc.assert(
      fc.asyncProperty(scripts, async (calls) => {
        const server = await follow(
          Object.fromEntries(calls.map(([, script], call) => [String(call), script])),
        );
        const clients = clientsOf(server.port, 300);
        await Promise.all(calls.map(([kind], call) => clients[kind](String(call)).catch(() => undefined)));
        for (const [call, [kind]] of calls.entries())
          if ((server.runs.get(String(call)) ?? 0) > (kind === 'again' ? 3 : 1)) return false;
        return true;
      }),
      { numRuns: 30 },
    );
  });

  it('attempts stay within the budget when every one of them fails', async () => {
    const server = await startFaultServer(() => 'ran, unavailable');
    closing.push(server);
    const clients = clientsOf(server.port);
    const calls = 400;
    for (let done = 0; done < calls; done += 50)
      await Promise.all(Array.from({ length: 50 }, () => errorOf(clients.again('one'))));
    expect(server.attempts()).toBeLessThanOrEqual(1.1 * calls + 20);
  });
});
