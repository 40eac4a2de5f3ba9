import { orchestrator, safety } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';
import { createChannel, createClient, Metadata } from 'nice-grpc';
import {
  authenticateInternal,
  type Caller,
  callFrom,
  connectGrpc,
  createIdentityTokens,
  metadataKeys,
  methodPolicies,
  type RpcContext,
  type RpcService,
  rawServiceDefinition,
  type RunningServer,
  serve,
  serviceCaller,
} from './index';
import { describeOverBoth, testCaller, testTokens } from './testing/both-transports';
import { chatEvent, chatRequest, chatService, safetyService, screenRequest } from './testing/test-services';
import { readAll } from './testing/waiting';

describeOverBoth('identity', (open) => {
  async function seenBy(caller: Caller): Promise<Caller> {
    let seen: RpcContext | undefined;
    const service = safetyService({
      screenText(_request, context) {
        seen = context;
        return Promise.resolve({});
      },
    });
    const { transport } = await open([service]);
    await transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller });
    return seen!.caller;
  }

  it('reaches the handler whole', async () => {
    const caller = testCaller({ traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` });
    const { identity, requestId, traceparent } = await seenBy(caller);
    expect({ identity, requestId, traceparent }).toEqual({
      identity: caller.identity,
      requestId: caller.requestId,
      traceparent: caller.traceparent,
    });
  });

  it('is not among the metadata that the handler sees', async () => {
    let keys: string[] | undefined;
    const { transport } = await open([
      safetyService({
        screenText(_request, { metadata }) {
          keys = [...metadata].map(([key]) => key).filter((key) => key.startsWith('x-'));
          return Promise.resolve({});
        },
      }),
    ]);
    const metadata = Metadata({ 'x-note': 'mine' });
    await transport
      .client(safety.SafetyServiceDefinition)
      .screenText(screenRequest, { caller: testCaller(), metadata });
    expect(keys).toEqual(['x-note']);
  });

  it('may be named in any script', async () => {
    const identity = { ...testCaller().identity, tenantId: 'größe-株式会社' };
    expect((await seenBy(testCaller({ identity }))).identity.tenantId).toBe('größe-株式会社');
  });

  it('is the service itself in background work', async () => {
    const { caller } = serviceCaller({ service: 'memory', tenantId: 'acme', timeoutMs: 1000 });
    const { identity } = await seenBy(caller);
    expect(identity).toEqual({
      tenantId: 'acme',
      principal: { kind: 'service', id: 'memory' },
      scopes: ['*'],
    });
  });

  it('goes on to the services that a handler calls', async () => {
    let nested: Caller | undefined;
    const inner = await open([
      safetyService({
        screenText(_request, context) {
          nested = context.caller;
          return Promise.resolve({});
        },
      }),
    ]);
    const outer = await open([
      chatService(async function* (_request, context) {
        const peer = inner.transport.client(safety.SafetyServiceDefinition);
        await peer.screenText(screenRequest, callFrom(context, { timeoutMs: 1000 }));
        yield chatEvent(1);
      }),
    ]);
    const caller = testCaller();
    await readAll(
      outer.transport.client(orchestrator.ChatServiceDefinition).streamChat(chatRequest, { caller }),
    );
    expect([nested?.identity, nested?.requestId]).toEqual([caller.identity, caller.requestId]);
  });
});

describe('identity on the wire', () => {
  let server: RunningServer;
  let handled: number;
  const closing: { close(): void }[] = [];

  beforeEach(async () => {
    handled = 0;
    const count = () => {
      handled += 1;
      return Promise.resolve({});
    };
    const services: RpcService[] = [safetyService({ screenText: count })];
    const authenticate = authenticateInternal(testTokens);
    server = await serve({
      services,
      address: '127.0.0.1:0',
      security: { kind: 'insecure' },
      authenticate,
      logger: silentLogger,
    });
  });

  afterEach(async () => {
    for (const one of closing.splice(0)) one.close();
    await server.stop();
  });

  function bareClient() {
    const channel = createChannel(`127.0.0.1:${server.port}`);
    closing.push(channel);
    return createClient(safety.SafetyServiceDefinition, channel);
  }

  const unauthenticated = { code: 16 };

  it('refuses a call without a token', async () => {
    await expect(bareClient().screenText(screenRequest)).rejects.toMatchObject(unauthenticated);
  });

  it('refuses a token whose claims were changed', async () => {
    const [body, signature] = testTokens.mint(testCaller()).split('.') as [string, string];
    const claims = Buffer.from(body, 'base64url').toString().replace('acme', 'evil');
    const metadata = Metadata({
      [metadataKeys.identity]: `${Buffer.from(claims).toString('base64url')}.${signature}`,
    });
    await expect(bareClient().screenText(screenRequest, { metadata })).rejects.toMatchObject(unauthenticated);
  });

  it('refuses a token that another weft signed', async () => {
    const tokens = createIdentityTokens(Buffer.alloc(32, 8));
    const transport = connectGrpc({
      security: { kind: 'insecure' },
      target: `127.0.0.1:${server.port}`,
      tokens,
    });
    closing.push(transport);
    const call = transport
      .client(safety.SafetyServiceDefinition)
      .screenText(screenRequest, { caller: testCaller() });
    await expect(call).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      reason: 'INTERNAL_IDENTITY_INVALID',
    });
  });

  it('refuses a token past its deadline', async () => {
    const token = testTokens.mint(testCaller({ deadline: Date.now() - 60_000 }));
    const metadata = Metadata({ [metadataKeys.identity]: token });
    await expect(bareClient().screenText(screenRequest, { metadata })).rejects.toMatchObject(unauthenticated);
  });

  it('refuses two tokens in one call', async () => {
    const metadata = Metadata();
    metadata.append(metadataKeys.identity, testTokens.mint(testCaller()));
    metadata.append(metadataKeys.identity, testTokens.mint(testCaller()));
    await expect(bareClient().screenText(screenRequest, { metadata })).rejects.toMatchObject(unauthenticated);
  });

  it('never reaches a handler without an identity', async () => {
    await bareClient()
      .screenText(screenRequest)
      .catch(() => undefined);
    expect(handled).toBe(0);
  });

  it('sends no trace context that is none', async () => {
    let traceparent: string | undefined = 'unset';
    const other = await serve({
      services: [
        safetyService({
          screenText(_request, context) {
            traceparent = context.caller.traceparent;
            return Promise.resolve({});
          },
        }),
      ],
      address: '127.0.0.1:0',
      security: { kind: 'insecure' },
      authenticate: authenticateInternal(testTokens),
      logger: silentLogger,
    });
    const transport = connectGrpc({
      security: { kind: 'insecure' },
      target: `127.0.0.1:${other.port}`,
      tokens: testTokens,
    });
    closing.push(transport);
    const caller = testCaller({ traceparent: 'injected\r\nx-weft-identity: forged' });
    await transport.client(safety.SafetyServiceDefinition).screenText(screenRequest, { caller });
    await other.stop();
    expect(traceparent).toBeUndefined();
  });
});

describe('every method of every contract', () => {
  const services = [
    ...new Set([...methodPolicies().values()].map(({ descriptor }) => descriptor.parent.typeName)),
  ];
  let server: RunningServer;
  let reached: string[];

  beforeAll(async () => {
    reached = [];
    server = await serve({
      raw: true,
      services: services.map((service) => ({
        definition: rawServiceDefinition(service),
        implementation: Object.fromEntries(
          Object.values(rawServiceDefinition(service)).map(({ path }) => [
            path.split('/')[2]!,
            () => {
              reached.push(path);
              return Promise.resolve(new Uint8Array());
            },
          ]),
        ),
      })),
      address: '127.0.0.1:0',
      security: { kind: 'insecure' },
      authenticate: authenticateInternal(testTokens),
      logger: silentLogger,
    });
  });

  afterAll(() => server.stop());

  it.each([...methodPolicies().values()].map(({ path, kind, descriptor }) => ({ path, kind, descriptor })))(
    'refuses a call of $path without an identity',
    async ({ path, kind, descriptor }) => {
      const channel = createChannel(`127.0.0.1:${server.port}`);
      const client = createClient(rawServiceDefinition(descriptor.parent.typeName), channel) as Record<
        string,
        (request: unknown) => unknown
      >;
      const answer = client[path.split('/')[2]!]!(
        kind === 'bidi_streaming' ? oneEmptyMessage() : new Uint8Array(),
      );
      const call =
        kind === 'unary' ? (answer as Promise<unknown>) : readAll(answer as AsyncIterable<unknown>);
      await expect(call).rejects.toMatchObject({ code: 16 });
      channel.close();
      expect(reached).toEqual([]);
    },
  );
});

async function* oneEmptyMessage() {
  yield await Promise.resolve(new Uint8Array());
}
