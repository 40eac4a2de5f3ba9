import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';
import { safety } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';
import {
  authenticateInternal,
  connectGrpc,
  type GrpcTransportOptions,
  type RunningServer,
  serve,
  type TlsIdentity,
  type TransportSecurity,
} from './index';
import { testCaller, testTokens } from './testing/both-transports';
import { openTestAuthority, type TestAuthority } from './testing/certificates';
import { recordingLogger } from './testing/recording-logger';
import { safetyService, screenRequest } from './testing/test-services';
import { errorOf } from './testing/waiting';

/** The server is `retrieval`, the client `llm`; both are of one authority unless a test says otherwise. */
let authority: TestAuthority;
let stranger: TestAuthority;
const closing: { close(): unknown }[] = [];

beforeAll(async () => {
  authority = await openTestAuthority();
  stranger = await openTestAuthority();
});

afterAll(async () => {
  await authority.close();
  await stranger.close();
});

afterEach(async () => {
  for (const one of closing.splice(0).reverse()) await one.close();
});

async function start(security: TransportSecurity): Promise<RunningServer> {
  const server = await serve({
    services: [safetyService()],
    address: '127.0.0.1:0',
    security,
    authenticate: authenticateInternal(testTokens),
    logger: silentLogger,
  });
  closing.push({ close: () => server.stop() });
  return server;
}

/** Calls a server once; returns its answer, or throws. */
async function call(server: RunningServer, options: Partial<GrpcTransportOptions>): Promise<string[]> {
  return (await clientOf(server, options).screenText(screenRequest, { caller: testCaller() })).texts;
}

function clientOf({ port }: RunningServer, options: Partial<GrpcTransportOptions>) {
  const target = `127.0.0.1:${port}`;
  const transport = connectGrpc({
    target,
    security: { kind: 'insecure' },
    serverName: 'retrieval',
    tokens: testTokens,
    ...options,
  });
  closing.push(transport);
  return transport.client(safety.SafetyServiceDefinition);
}

const unreachable = { code: 'UNAVAILABLE', reason: 'SERVICE_UNREACHABLE' };

describe('mutual TLS', () => {
  it('lets a client in whose certificate is of the same authority', async () => {
    const server = await start(await authority.securityOf('retrieval'));
    expect(await call(server, { security: await authority.securityOf('llm') })).toEqual(['hello']);
  });

  it('checks the host of the target when no name is given', async () => {
    const server = await start(await authority.securityOf('retrieval'));
    const options = { target: `localhost:${server.port}`, serverName: undefined };
    expect(await call(server, { ...options, security: await authority.securityOf('llm') })).toEqual([
      'hello',
    ]);
  });

  const refused: [string, () => Promise<Partial<GrpcTransportOptions>>, RegExp][] = [
    [
      'a client that speaks plaintext',
      () => Promise.resolve({ security: { kind: 'insecure' } }),
      /expect TLS/,
    ],
    [
      'a client that trusts another authority',
      async () => ({
        security: {
          ...(await authority.securityOf('llm')),
          authority: (await stranger.identityOf('llm')).authority,
        },
      }),
      /unable to verify|self-signed|certificate/i,
    ],
    [
      'a client whose certificate is of another authority',
      async () => ({
        security: {
          ...(await stranger.securityOf('llm')),
          authority: (await authority.identityOf('llm')).authority,
        },
      }),
      /believe the certificate/,
    ],
    [
      'a client that expects another service',
      async () => ({ security: await authority.securityOf('llm'), serverName: 'safety' }),
      /altnames/i,
    ],
  ];

  it.each(refused)('refuses %s', async (_who, options) => {
    const server = await start(await authority.securityOf('retrieval'));
    expect(await errorOf(call(server, await options()))).toMatchObject(unreachable);
  });

  it.each(refused)('tells the log why it refuses %s', async (_who, options, why) => {
    const server = await start(await authority.securityOf('retrieval'));
    const { logger, lines } = recordingLogger();
    await errorOf(call(server, { ...(await options()), logger }));
    const { target, cause, hint } = lines[0]!.fields;
    expect([target, `${cause} ${hint}`]).toEqual([`127.0.0.1:${server.port}`, expect.stringMatching(why)]);
  });

  it('refuses a server that speaks plaintext', async () => {
    const server = await start({ kind: 'insecure' });
    const error = await errorOf(call(server, { security: await authority.securityOf('llm') }));
    expect(error).toMatchObject(unreachable);
  });

  it('refuses a client that shows no certificate', async () => {
    const server = await start(await authority.securityOf('retrieval'));
    const { authority: ca } = await authority.identityOf('llm');
    const socket = connect({
      host: '127.0.0.1',
      port: server.port,
      ca,
      servername: 'retrieval',
      ALPNProtocols: ['h2'],
    });
    closing.push({ close: () => socket.destroy() });
    // In TLS 1.3 a client is done before the server has looked at its certificate: the refusal comes after.
    socket.on('secureConnect', () => socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'));
    const [error] = (await once(socket, 'error').catch((thrown: unknown) => [thrown])) as [Error];
    expect(error.message).toMatch(/certificate required/i);
  });

  it('does not begin with an address that no name is given for', async () => {
    const security = await authority.securityOf('llm');
    const begin = () => connectGrpc({ target: '127.0.0.1:7001', security, tokens: testTokens });
    expect(begin).toThrow('needs a serverName');
  });

  it('does not begin with a key of another certificate', async () => {
    const { key } = await authority.identityOf('safety');
    const security = { ...(await authority.securityOf('retrieval')), key };
    await expect(start(security)).rejects.toThrow(/key values mismatch/i);
  });
});

describe('certificates that are replaced', () => {
  /** The certificate that a server shows to a new connection. */
  async function shownBy({ port }: RunningServer): Promise<string> {
    const { authority: ca, certificate: cert, key } = await authority.identityOf('llm');
    const socket: TLSSocket = connect({ host: '127.0.0.1', port, ca, cert, key, servername: 'retrieval' });
    closing.push({ close: () => socket.destroy() });
    await once(socket, 'secureConnect');
    return socket.getPeerCertificate().serialNumber;
  }

  /** Security that asks for its certificates every few milliseconds, and says when it was asked. */
  async function reloaded(first: TlsIdentity) {
    let current: TlsIdentity | undefined = first;
    const asked: (() => void)[] = [];
    const security: TransportSecurity = {
      kind: 'tls',
      ...first,
      reloadIntervalMs: 5,
      reload() {
        for (const wake of asked.splice(0)) setImmediate(wake);
        if (current === undefined) throw new Error('ENOENT');
        return current;
      },
    };
    const replace = async (next: TlsIdentity | undefined) => {
      current = next;
      for (let times = 0; times < 2; times++) await new Promise<void>((resolve) => asked.push(resolve));
    };
    return { security, replace };
  }

  it('are shown to connections that begin later', async () => {
    const { security, replace } = await reloaded(await authority.identityOf('retrieval'));
    const server = await start(security);
    const before = await shownBy(server);
    await replace(await authority.identityOf('retrieval'));
    expect(await shownBy(server)).not.toBe(before);
  });

  it.each<[string, () => Promise<TlsIdentity | undefined>]>([
    ['cannot be read', () => Promise.resolve(undefined)],
    [
      'do not fit together',
      async () => ({
        ...(await authority.identityOf('retrieval')),
        key: (await authority.identityOf('safety')).key,
      }),
    ],
  ])('are passed over while they %s', async (_how, broken) => {
    const { security, replace } = await reloaded(await authority.identityOf('retrieval'));
    const server = await start(security);
    const before = await shownBy(server);
    await replace(await broken());
    expect(await shownBy(server)).toBe(before);
  });

  it('are what a client shows from then on', async () => {
    const { security, replace } = await reloaded({
      ...(await stranger.identityOf('llm')),
      authority: (await authority.identityOf('llm')).authority,
    });
    const server = await start(await authority.securityOf('retrieval'));
    const client = clientOf(server, { security });
    const before = await errorOf(client.screenText(screenRequest, { caller: testCaller() }));
    await replace(await authority.identityOf('llm'));
    let texts: string[] | undefined;
    // It connects again by itself, and refuses calls until it has.
    while (texts === undefined)
      ({ texts } = await client
        .screenText(screenRequest, { caller: testCaller() })
        .catch(() => ({ texts: undefined })));
    expect([(before as { code: string }).code, texts]).toEqual(['UNAVAILABLE', ['hello']]);
  });
});
