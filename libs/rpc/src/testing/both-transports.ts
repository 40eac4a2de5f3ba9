import { type Logger, silentLogger } from '@weft/runtime';
import {
  authenticateInternal,
  type Caller,
  connectGrpc,
  createIdentityTokens,
  createInProcessTransport,
  type RpcService,
  serve,
  type Transport,
} from '../index';

/** Services under test and the way to them. */
export interface OpenServices {
  transport: Transport;
  drain(timeoutMs: number): Promise<void>;
}

export interface OpenOptions {
  logger?: Logger;
  messageBytesMax?: number;
}

export type Open = (services: RpcService[], options?: OpenOptions) => Promise<OpenServices>;

export const testTokens = createIdentityTokens(Buffer.alloc(32, 7));

const kinds = { gRPC: openGrpc, 'in-process': openInProcess };

/** Runs the same tests over each transport, so that none can differ from the other. What is opened is closed after each test. */
export function describeOverBoth(title: string, body: (open: Open) => void): void {
  describe.each(Object.entries(kinds))(`${title}, over %s`, (_kind, openKind) => {
    const opened: { close(): Promise<void> }[] = [];
    afterEach(async () => {
      for (const services of opened.splice(0).reverse()) await services.close();
    });
    body(async (services, options = {}) => {
      const one = await openKind(services, options);
      opened.push(one);
      return one;
    });
  });
}

/** A caller of the tenant `acme`. */
export function testCaller(overrides: Partial<Caller> = {}): Caller {
  return {
    identity: {
      tenantId: 'acme',
      principal: { kind: 'api_key', id: 'key-1' },
      scopes: ['chat:write', 'safety:screen'],
    },
    requestId: 'request-1',
    deadline: Date.now() + 20_000,
    ...overrides,
  };
}

async function openGrpc(services: RpcService[], { logger = silentLogger, messageBytesMax }: OpenOptions) {
  const authenticate = authenticateInternal(testTokens);
  const server = await serve({
    services,
    address: '127.0.0.1:0',
    security: { kind: 'insecure' },
    authenticate,
    logger,
    messageBytesMax,
  });
  const target = `127.0.0.1:${server.port}`;
  const transport = connectGrpc({
    target,
    security: { kind: 'insecure' },
    tokens: testTokens,
    messageBytesMax,
  });
  return {
    transport,
    drain: (timeoutMs: number) => server.drain(timeoutMs),
    async close() {
      transport.close();
      await server.stop();
    },
  };
}

function openInProcess(services: RpcService[], { logger = silentLogger, messageBytesMax }: OpenOptions) {
  const transport = createInProcessTransport({ logger, messageBytesMax });
  transport.add(services);
  return Promise.resolve({
    transport,
    drain: (timeoutMs: number) => transport.drain(timeoutMs),
    close: () => Promise.resolve(transport.close()),
  });
}
