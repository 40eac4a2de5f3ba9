import dns from 'node:dns';
import { tool } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';
import { authenticateInternal } from './authenticate-internal';
import { serviceCaller } from './caller';
import { connectGrpc } from './grpc-transport';
import { createIdentityTokens } from './identity-token';
import { implement } from './rpc-service';
import { type RunningServer, serve } from './serve';
import { type Transport } from './transport';

const tokens = createIdentityTokens(Buffer.alloc(32, 1));
const security = { kind: 'insecure' } as const;

/** What the name of the service stands for: the one part that is not ours. */
let addresses: string[];
let servers: RunningServer[] = [];
let transport: Transport;

/** A replica that says which one it is. */
async function startReplica(name: string, address: string): Promise<RunningServer> {
  const service = implement(tool.ToolServiceDefinition, {
    listTools: () => Promise.resolve({ tools: [], nextPageToken: name }),
    getTool: () => Promise.reject(new Error('nobody asks for it')),
    invokeTool: () => Promise.reject(new Error('nobody asks for it')),
  });
  const authenticate = authenticateInternal(tokens);
  const server = await serve({ services: [service], address, authenticate, security, logger: silentLogger });
  servers.push(server);
  return server;
}

async function whoAnswers(): Promise<string> {
  const { caller } = serviceCaller({ service: 'test', tenantId: 'acme', timeoutMs: 10_000 });
  const { nextPageToken } = await transport
    .client(tool.ToolServiceDefinition)
    .listTools({ pageSize: 0, pageToken: '' }, { caller });
  return nextPageToken;
}

/** As behind a headless Service: every replica has an address of its own, and all have one port. */
beforeEach(async () => {
  const { port } = await startReplica('first', '127.0.0.1:0');
  await startReplica('second', `127.0.0.2:${port}`);
  addresses = ['127.0.0.1', '127.0.0.2'];
  const lookup = (() => Promise.resolve(addresses.map((address) => ({ address, family: 4 })))) as never;
  jest.spyOn(dns.promises, 'lookup').mockImplementation(lookup);
  transport = connectGrpc({ target: `dns:///weft-tool.weft.test:${port}`, tokens, security });
});

afterEach(async () => {
  transport.close();
  jest.restoreAllMocks();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  servers = [];
});

describe('a name with several addresses', () => {
  it('has its calls spread over all of them', async () => {
    await whoAnswers();
    const seen = new Set<string>();
    while (seen.size < 2) seen.add(await whoAnswers());
    expect(seen).toEqual(new Set(['first', 'second']));
  });

  it('has its calls at the one that is left when another has gone', async () => {
    await whoAnswers();
    addresses = ['127.0.0.2'];
    await servers[0]!.drain(0);
    await servers[0]!.stop();
    const answers = await Promise.all(Array.from({ length: 10 }, whoAnswers));
    expect(new Set(answers)).toEqual(new Set(['second']));
  });
});
