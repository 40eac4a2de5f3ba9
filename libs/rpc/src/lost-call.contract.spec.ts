import { tool } from '@weft/contracts';
import { unavailable } from '@weft/errors';
import { silentLogger } from '@weft/runtime';
import { authenticateInternal } from './authenticate-internal';
import { serviceCaller } from './caller';
import { connectGrpc } from './grpc-transport';
import { createIdentityTokens } from './identity-token';
import { wasNeverProcessed } from './lost-call';
import { implement } from './rpc-service';
import { type RunningServer, serve } from './serve';
import { type Transport } from './transport';

const tokens = createIdentityTokens(Buffer.alloc(32, 1));
const security = { kind: 'insecure' } as const;

let server: RunningServer;
let transport: Transport;
let onInvoke: () => Promise<tool.InvokeToolResponse>;

beforeEach(async () => {
  const service = implement(tool.ToolServiceDefinition, {
    listTools: () => Promise.reject(unavailable('AWAY', 'x')),
    getTool: () => Promise.reject(unavailable('AWAY', 'x')),
    invokeTool: () => onInvoke(),
  });
  server = await serve({
    services: [service],
    address: '127.0.0.1:0',
    authenticate: authenticateInternal(tokens),
    security,
    logger: silentLogger,
  });
  transport = connectGrpc({ target: `127.0.0.1:${server.port}`, tokens, security });
});
afterEach(async () => {
  transport.close();
  await server.drain(0);
  await server.stop();
});

/** Makes a call that may not run twice; resolves with what it fails with. */
function failureOfInvoke(): Promise<unknown> {
  const { caller } = serviceCaller({ service: 'test', tenantId: 'acme', timeoutMs: 10_000 });
  return transport
    .client(tool.ToolServiceDefinition)
    .invokeTool(tool.InvokeToolRequest.fromPartial({ name: 'a' }), { caller })
    .then(
      () => undefined,
      (error: unknown) => error,
    );
}

describe('a call that failed', () => {
  it('was never processed when its server had stopped', async () => {
    await server.drain(0);
    await server.stop();
    expect(wasNeverProcessed(await failureOfInvoke())).toBe(true);
  });

  it('was processed when the service itself says that something is away', async () => {
    onInvoke = () => Promise.reject(unavailable('PROVIDER_AWAY', 'x'));
    expect(wasNeverProcessed(await failureOfInvoke())).toBe(false);
  });

  it('was processed when its server went away meanwhile', async () => {
    onInvoke = async () => {
      await server.drain(0);
      await new Promise(() => undefined);
      throw new Error('nobody waits for this');
    };
    expect(wasNeverProcessed(await failureOfInvoke())).toBe(false);
  });
});
