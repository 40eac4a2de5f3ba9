import { Channel, credentials, experimental } from '@grpc/grpc-js';
import { safety } from '@weft/contracts';
import { notFound, unavailable } from '@weft/errors';
import { balancingOptions } from './balancing';
import { grpcRawCalls } from './grpc-raw-calls';
import { type GrpcTransportOptions, type RunningServer } from './index';
import { testCaller, testTokens } from './testing/both-transports';
import {
  connectToPorts,
  type SafetyClient,
  startNamed,
  tally,
  untilAllAnswer,
  whoAnswers,
} from './testing/named-servers';
import { recordingLogger } from './testing/recording-logger';
import { openTcpProxy, type TcpProxy } from './testing/tcp-proxy';
import { screenRequest } from './testing/test-services';
import { errorOf } from './testing/waiting';
import { typedClient } from './typed-client';
import { registerWatchedBalancer } from './watched-balancer';

const closing: { close(): unknown }[] = [];

afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

async function start(...args: Parameters<typeof startNamed>): Promise<RunningServer> {
  const server = await startNamed(...args);
  closing.push({ close: () => server.stop() });
  return server;
}

/** Servers named a, b, c, …, each behind a proxy of its own. */
async function startBehindProxies(count: number): Promise<TcpProxy[]> {
  return Promise.all(
    ['a', 'b', 'c'].slice(0, count).map(async (name) => {
      const proxy = await openTcpProxy((await start(name)).port);
      closing.push(proxy);
      return proxy;
    }),
  );
}

function clientOf(ports: number[], options: Partial<GrpcTransportOptions> = {}): SafetyClient {
  const transport = connectToPorts(ports, options);
  closing.push(transport);
  return transport.client(safety.SafetyServiceDefinition);
}

describe('calls to several servers', () => {
  it.each([
    [['a', 'b'], { a: 15, b: 15 }],
    [['a', 'b', 'c'], { a: 10, b: 10, c: 10 }],
  ])('are spread evenly over %j', async (names, expected) => {
    const servers = await Promise.all(names.map((name) => start(name)));
    const client = clientOf(servers.map(({ port }) => port));
    await untilAllAnswer(client, names);
    expect(await tally(client, 30)).toEqual(expected);
  });

  it('none of which is there fail at once', async () => {
    const [a, b] = await startBehindProxies(2);
    await Promise.all([a!.cut(), b!.cut()]);
    const error = await errorOf(whoAnswers(clientOf([a!.port, b!.port])));
    expect(error).toMatchObject({ code: 'UNAVAILABLE', reason: 'SERVICE_UNREACHABLE' });
  });

  it('reach those that are there when one is not', async () => {
    const [a, b] = await startBehindProxies(2);
    await b!.cut();
    expect(await tally(clientOf([a!.port, b!.port]), 10)).toEqual({ a: 10 });
  });

  it('go to the others, and none fails, when one dies', async () => {
    const [a, b] = await startBehindProxies(2);
    const client = clientOf([a!.port, b!.port]);
    await untilAllAnswer(client, ['a', 'b']);
    const during = Promise.all(Array.from({ length: 20 }, () => whoAnswers(client)));
    await b!.cut();
    await during;
    expect(await tally(client, 10)).toEqual({ a: 10 });
  });

  it('reach one that came back', async () => {
    const [a, b] = await startBehindProxies(2);
    const client = clientOf([a!.port, b!.port]);
    await untilAllAnswer(client, ['a', 'b']);
    await b!.cut();
    expect(await tally(client, 4)).toEqual({ a: 4 });
    await b!.restore();
    await expect(untilAllAnswer(client, ['b'])).resolves.toBeUndefined();
  });

  it('find the only one again once it is back', async () => {
    const [a] = await startBehindProxies(1);
    const client = clientOf([a!.port]);
    await whoAnswers(client);
    await a!.cut();
    await errorOf(whoAnswers(client));
    await a!.restore();
    let name: string | undefined;
    while (name === undefined) name = await whoAnswers(client).catch(() => undefined);
    expect(name).toBe('a');
  });

  it('are answered by the others when one falls silent', async () => {
    const [a, b] = await startBehindProxies(2);
    const client = clientOf([a!.port, b!.port], { keepalive: { intervalMs: 50, timeoutMs: 50 } });
    await untilAllAnswer(client, ['a', 'b']);
    b!.freeze();
    expect(await tally(client, 10)).toEqual({ a: 10 });
  });

  it('end within their deadline when all fall silent', async () => {
    const [a] = await startBehindProxies(1);
    const client = clientOf([a!.port]);
    await whoAnswers(client);
    a!.freeze();
    const caller = testCaller({ deadline: Date.now() + 100 });
    const error = await errorOf(client.screenText(screenRequest, { caller }));
    expect(error).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('tell the log of a server that cannot be reached, though others can', async () => {
    const [a, b] = await startBehindProxies(2);
    await b!.cut();
    const { logger, lines } = recordingLogger();
    const client = clientOf([a!.port, b!.port], { logger });
    while (lines.length === 0) await whoAnswers(client);
    expect(lines[0]!.fields).toMatchObject({
      address: `127.0.0.1:${b!.port}`,
      cause: expect.stringContaining('ECONNREFUSED'),
    });
  });
});

describe('a server that answers', () => {
  const ejection = { intervalMs: 50, durationMs: 60_000 };

  it('UNAVAILABLE to every call gets no more of them', async () => {
    const good = await start('good');
    const bad = await start('bad', () => Promise.reject(unavailable('DATABASE_UNAVAILABLE', 'No.')));
    const client = clientOf([good.port, bad.port], { ejection });
    let inARow = 0;
    while (inARow < 20) {
      inARow = await whoAnswers(client).then(
        () => inARow + 1,
        () => 0,
      );
    }
    expect(await tally(client, 10)).toEqual({ good: 10 });
  });

  it('NOT_FOUND to every call goes on getting them', async () => {
    let asked = 0;
    const other = await start('other');
    const finding = await start('nothing', () => {
      asked++;
      return Promise.reject(notFound('DOCUMENT_NOT_FOUND', 'No.'));
    });
    const client = clientOf([other.port, finding.port], { ejection });
    const end = Date.now() + 4 * ejection.intervalMs;
    while (Date.now() < end) await whoAnswers(client).catch(() => undefined);
    asked = 0;
    for (let call = 0; call < 10; call++) await whoAnswers(client).catch(() => undefined);
    expect(asked).toBe(5);
  });

  it('UNAVAILABLE goes on getting calls when there is no other', async () => {
    let asked = 0;
    const only = await start('only', () => {
      asked++;
      return Promise.reject(unavailable('DATABASE_UNAVAILABLE', 'No.'));
    });
    const client = clientOf([only.port], { ejection });
    const end = Date.now() + 4 * ejection.intervalMs;
    while (Date.now() < end) await errorOf(whoAnswers(client));
    asked = 0;
    for (let call = 0; call < 10; call++) await errorOf(whoAnswers(client));
    expect(asked).toBe(10);
  });
});

describe('a name that comes to stand for more servers', () => {
  let ports: number[];
  let resolve: () => void;

  /** Resolves to the ports that a test gives, where there would be DNS. */
  class GivenResolver implements experimental.Resolver {
    private asked = false;

    constructor(_target: experimental.GrpcUri, listener: experimental.ResolverListener) {
      resolve = () => {
        const endpoints = ports.map((port) => ({ addresses: [{ host: '127.0.0.1', port }] }));
        listener(experimental.statusOrFromValue(endpoints), {}, null, '');
      };
    }

    /** Asked at every change of a connection; a resolver has to limit how often it answers. */
    updateResolution(): void {
      if (!this.asked) process.nextTick(resolve);
      this.asked = true;
    }

    destroy(): void {}

    static getDefaultAuthority(): string {
      return 'given';
    }
  }

  it('spreads calls over the new ones too, and none fails meanwhile', async () => {
    experimental.registerResolver('given', GivenResolver as never);
    registerWatchedBalancer();
    const [a, b] = [await start('a'), await start('b')];
    ports = [a.port];
    const options = balancingOptions({}, () => undefined);
    const channel = new Channel('given:servers', credentials.createInsecure(), options);
    closing.push({ close: () => channel.close() });
    const client = typedClient(
      safety.SafetyServiceDefinition,
      grpcRawCalls(channel, testTokens),
    ) as SafetyClient;
    const before = await tally(client, 4);
    ports = [a.port, b.port];
    resolve();
    await untilAllAnswer(client, ['a', 'b']);
    expect([before, await tally(client, 10)]).toEqual([{ a: 4 }, { a: 5, b: 5 }]);
  });
});
