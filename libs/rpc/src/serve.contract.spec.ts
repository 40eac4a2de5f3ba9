import { connect, createServer, type Server, type Socket } from 'node:net';
import { orchestrator, safety } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';
import * as grpc from '@grpc/grpc-js';
import { createChannel, createClient } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';
import { ServerReflectionService } from 'nice-grpc-server-reflection';
import {
  authenticateInternal,
  connectGrpc,
  implement,
  rawServiceDefinition,
  type RunningServer,
  serve,
  type ServeOptions,
} from './index';
import { type Keepalive } from './grpc-options';
import { testCaller, testTokens } from './testing/both-transports';
import { chatRequest, partialService, safetyService, screenRequest } from './testing/test-services';
import { errorOf, gate } from './testing/waiting';

const caller = testCaller();
const serving = 1;
const notServing = 2;
const closing: { close(): unknown }[] = [];

afterEach(async () => {
  jest.restoreAllMocks();
  for (const one of closing.splice(0).reverse()) await one.close();
});

async function start(options: Partial<ServeOptions> = {}): Promise<RunningServer> {
  const server = await serve({
    services: [safetyService()],
    address: '127.0.0.1:0',
    security: { kind: 'insecure' },
    authenticate: authenticateInternal(testTokens),
    logger: silentLogger,
    ...options,
  });
  closing.push({ close: () => server.stop() });
  return server;
}

function channelTo(port: number) {
  const channel = createChannel(`127.0.0.1:${port}`);
  closing.push(channel);
  return channel;
}

function clientOf(port: number) {
  return transportTo(port).client(safety.SafetyServiceDefinition);
}

/** A client whose calls are never tried again once they may have begun. */
function chatClientOf(port: number, keepalive?: Keepalive) {
  return transportTo(port, keepalive).client(orchestrator.ChatServiceDefinition);
}

function transportTo(port: number, keepalive?: Keepalive) {
  const transport = connectGrpc({
    target: `127.0.0.1:${port}`,
    security: { kind: 'insecure' },
    tokens: testTokens,
    keepalive,
  });
  closing.push(transport);
  return transport;
}

describe('health', () => {
  it.each(['', 'weft.safety.v1.SafetyService'])(
    'of %j is SERVING, asked without an identity',
    async (service) => {
      const { port } = await start();
      const { status } = await createClient(HealthDefinition, channelTo(port)).check({ service });
      expect(status).toBe(serving);
    },
  );

  it('of a service that is not served is NOT_FOUND', async () => {
    const { port } = await start();
    const check = createClient(HealthDefinition, channelTo(port)).check({
      service: 'weft.prompt.v1.PromptService',
    });
    await expect(check).rejects.toMatchObject({ code: grpc.status.NOT_FOUND });
  });

  it('is what the process says, and calls are answered all the same', async () => {
    const server = await start();
    const health = createClient(HealthDefinition, channelTo(server.port));
    server.setServing(false);
    const { status } = await health.check({ service: 'weft.safety.v1.SafetyService' });
    const { texts } = await clientOf(server.port).screenText(screenRequest, { caller });
    expect([status, texts]).toEqual([notServing, ['hello']]);
  });

  it('is NOT_SERVING from the start where it is asked for, until the process says otherwise', async () => {
    const server = await start({ serving: false });
    const health = createClient(HealthDefinition, channelTo(server.port));
    const before = await health.check({ service: '' });
    server.setServing(true);
    const after = await health.check({ service: '' });
    expect([before.status, after.status]).toEqual([notServing, serving]);
  });

  it('tells a watcher when a drain begins', async () => {
    const server = await start();
    const watch = createClient(HealthDefinition, channelTo(server.port))
      .watch({ service: '' })
      [Symbol.asyncIterator]();
    const first = await watch.next();
    const second = watch.next();
    await server.drain(0);
    expect([first.value?.status, (await second).value?.status]).toEqual([serving, notServing]);
  });

  it('stays NOT_SERVING once a drain began, whatever the process says', async () => {
    const server = await start();
    const told: number[] = [];
    const watch = createClient(HealthDefinition, channelTo(server.port)).watch({ service: '' });
    const watching = (async () => {
      for await (const { status } of watch) told.push(status);
    })().catch(() => undefined);
    await server.drain(0);
    server.setServing(true);
    await server.stop();
    await watching;
    expect(told).not.toContain(serving);
  });
});

describe('reflection', () => {
  async function listed(port: number): Promise<string[]> {
    const client = new (grpc.makeGenericClientConstructor(ServerReflectionService as never, 'reflection'))(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
    ) as unknown as grpc.Client & {
      serverReflectionInfo(): grpc.ClientDuplexStream<unknown, ReflectionAnswer>;
    };
    closing.push(client);
    const { ServerReflectionRequest } = reflectionMessages();
    const stream = client.serverReflectionInfo();
    const request = new ServerReflectionRequest();
    request.setListServices('');
    stream.write(request);
    try {
      return await new Promise<string[]>((resolve, reject) => {
        stream.on('data', (answer: ReflectionAnswer) =>
          resolve(answer.toObject().listServicesResponse!.serviceList.map(({ name }) => name)),
        );
        stream.on('error', reject);
      });
    } finally {
      stream.end();
    }
  }

  it('lists the services that are served, when it is on', async () => {
    const { port } = await start({ reflection: true });
    expect(await listed(port)).toEqual(['weft.safety.v1.SafetyService']);
  });

  it('is not there when it is off', async () => {
    const { port } = await start();
    await expect(listed(port)).rejects.toMatchObject({ code: grpc.status.UNIMPLEMENTED });
  });
});

interface ReflectionAnswer {
  toObject(): { listServicesResponse?: { serviceList: { name: string }[] } };
}

function reflectionMessages() {
  const { serverReflectionInfo } = ServerReflectionService as unknown as {
    serverReflectionInfo: { requestType: new () => { setListServices(text: string): void } };
  };
  return { ServerReflectionRequest: serverReflectionInfo.requestType };
}

describe('a server', () => {
  it('says which address it cannot listen on', async () => {
    const { port } = await start();
    const address = `127.0.0.1:${port}`;
    // grpc-js says it on stderr as well.
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    await expect(start({ address })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      reason: 'ADDRESS_IN_USE',
      message: expect.stringContaining(address),
    });
  });

  it('does not start with a method that has no handler', async () => {
    const services = [implement(safety.SafetyServiceDefinition, {} as never)];
    await expect(start({ services })).rejects.toThrow('screenText has no handler');
  });

  it('does not start with a service that is served twice', async () => {
    await expect(start({ services: [safetyService(), safetyService()] })).rejects.toThrow('served twice');
  });

  it('sends the answers that are on their way before it stops', async () => {
    const inside = gate();
    const server = await start({
      services: [
        safetyService({
          async screenText() {
            inside.open();
            await new Promise((resolve) => setImmediate(resolve));
            return { texts: ['x'.repeat(4_000_000)] };
          },
        }),
      ],
    });
    const call = clientOf(server.port).screenText(screenRequest, { caller });
    await inside.opened;
    await server.drain(10_000);
    await server.stop();
    expect((await call).texts[0]).toHaveLength(4_000_000);
  });

  it('counts the calls that are inside', async () => {
    const inside = gate();
    const finish = gate();
    const server = await start({
      services: [
        safetyService({
          async screenText() {
            inside.open();
            await finish.opened;
            return {};
          },
        }),
      ],
    });
    const call = clientOf(server.port).screenText(screenRequest, { caller });
    await inside.opened;
    const during = server.callsInFlight();
    finish.open();
    await call;
    expect([during, server.callsInFlight()]).toEqual([1, 0]);
  });

  it('passes bytes on undecoded when it is raw', async () => {
    const requests: Uint8Array[] = [];
    const methods = rawServiceDefinition('weft.safety.v1.SafetyService');
    const { port } = await start({
      raw: true,
      services: [
        implement(methods, {
          ScreenText(bytes: Uint8Array) {
            requests.push(bytes);
            return Promise.resolve(
              safety.ScreenTextResponse.encode({ ...emptyVerdict, texts: ['raw'] }).finish(),
            );
          },
          async *StreamScreenText() {},
        } as never),
      ],
    });
    // A request that breaks its rules: who owns them checks them.
    const { texts } = await clientOf(port).screenText({ texts: [] }, { caller });
    expect([texts, requests.map((bytes) => bytes.length)]).toEqual([['raw'], [0]]);
  });

  it('says UNAVAILABLE, not CANCELLED, to callers it cuts off', async () => {
    const inside = gate();
    const server = await start({
      services: [
        partialService(orchestrator.ChatServiceDefinition, {
          chat() {
            inside.open();
            return new Promise(() => undefined);
          },
        }),
      ],
    });
    const call = errorOf(chatClientOf(server.port).chat(chatRequest.call, { caller }));
    await inside.opened;
    await server.stop();
    expect(await call).toMatchObject({ code: 'UNAVAILABLE', reason: 'SERVICE_UNREACHABLE' });
  });

  it('that is not there is UNAVAILABLE, without its address', async () => {
    const server = await start();
    await server.stop();
    const error = await errorOf(clientOf(server.port).screenText(screenRequest, { caller }));
    expect(error).toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.not.stringContaining(String(server.port)),
    });
  });
});

const emptyVerdict = { texts: [], blocked: false, findings: [], policy: '', policyVersion: 0 };

describe('a connection whose other end vanished without a word', () => {
  let proxy: Server;
  let sockets: Socket[];

  /** Passes bytes on until it is frozen; then it neither passes any nor closes. */
  async function freezableProxyTo(port: number): Promise<{ port: number; freeze(): void }> {
    sockets = [];
    proxy = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      near.pipe(far).pipe(near);
      for (const socket of [near, far]) socket.on('error', () => undefined);
      sockets.push(near, far);
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    closing.push({
      close() {
        for (const socket of sockets) socket.destroy();
        proxy.close();
      },
    });
    const { port: proxyPort } = proxy.address() as { port: number };
    const freeze = () => sockets.forEach((socket) => socket.unpipe());
    return { port: proxyPort, freeze };
  }

  it('fails calls with UNAVAILABLE within the keepalive', async () => {
    const inside = gate();
    const server = await start({
      services: [
        partialService(orchestrator.ChatServiceDefinition, {
          chat() {
            inside.open();
            return new Promise(() => undefined);
          },
        }),
      ],
    });
    const { port, freeze } = await freezableProxyTo(server.port);
    const client = chatClientOf(port, { intervalMs: 100, timeoutMs: 100 });
    const call = errorOf(client.chat(chatRequest.call, { caller }));
    await inside.opened;
    freeze();
    expect(await call).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('aborts the handlers of the calls that came over it', async () => {
    const inside = gate();
    const signalled = gate();
    const server = await start({
      keepalive: { intervalMs: 100, timeoutMs: 100 },
      services: [
        safetyService({
          screenText(_request, { signal }) {
            signal.addEventListener('abort', () => signalled.open());
            inside.open();
            return new Promise(() => undefined);
          },
        }),
      ],
    });
    const { port, freeze } = await freezableProxyTo(server.port);
    void errorOf(clientOf(port).screenText(screenRequest, { caller }));
    await inside.opened;
    freeze();
    await expect(signalled.opened).resolves.toBeUndefined();
  });
});
