import { embedding, type events, llm, safety } from '@weft/contracts';
import { notFound } from '@weft/errors';
import { type Database } from '@weft/postgres';
import { implement, type RpcService } from '@weft/rpc';
import { startTestService, type TestService } from '@weft/testing';

import { chatServices, type FakeOrchestrator, fakeOrchestrator } from './fake-orchestrator.fixture';
import { gatewayService } from './service';

type GatewayInstance = Awaited<ReturnType<typeof gatewayService.create>>;

/** A gateway with both doors open on real ports, its own database in memory, and stand-ins behind it. */
export interface GatewayStand {
  readonly httpUrl: string;
  readonly grpcAddress: string;
  readonly adminKey: string;
  /** Greets; what a test makes it answer is forgotten by the next test. */
  readonly orchestrator: FakeOrchestrator;
  readonly instance: GatewayInstance;
  readonly database: Database;
  /** The events that the gateway published, in order. */
  readonly published: events.EventEnvelope[];
  /** Calls an RPC by JSON, with the admin key unless `key` says otherwise. */
  rpc(path: string, body: object, key?: string): Promise<Response>;
  /** Makes a key and returns its secret. */
  makeKey(fields: Record<string, unknown>, maker?: string): Promise<string>;
}

const adminKey = 'weft-admin-key-of-the-tests';

/** A stand for the tests of a file: open while they run. */
export function useGatewayStand(env: Record<string, string> = {}): GatewayStand {
  const orchestrator = fakeOrchestrator();
  const published: events.EventEnvelope[] = [];
  let service: TestService<GatewayInstance>;

  beforeAll(async () => {
    service = await startTestService(gatewayService, {
      env: {
        WEFT_HTTP_PORT: '0',
        WEFT_GRPC_PORT: '0',
        WEFT_KEY_SECRET: 'k'.repeat(32),
        WEFT_ADMIN_KEY: adminKey,
        WEFT_DRAIN_TIMEOUT_MS: '0',
        ...env,
      },
      peers: [...chatServices(orchestrator), ...modelServices(), safetyService()],
    });
    await service.events.subscribe({
      consumer: 'stand',
      subjects: ['weft.gateway.>'],
      handle: (batch) => Promise.resolve(void published.push(...batch)),
    });
  });
  afterAll(() => service.stop());
  beforeEach(() => {
    Object.assign(orchestrator, fakeOrchestrator());
  });

  const httpUrl = () => `http://127.0.0.1:${service.instance.http.port}`;
  const rpc = (path: string, body: object, key = adminKey) =>
    fetch(httpUrl() + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
  return {
    get httpUrl() {
      return httpUrl();
    },
    get grpcAddress() {
      return `127.0.0.1:${service.instance.grpc.port}`;
    },
    adminKey,
    orchestrator,
    get instance() {
      return service.instance;
    },
    get database() {
      return service.database;
    },
    published,
    rpc,
    async makeKey(fields, maker = adminKey) {
      const response = await rpc(
        '/weft.gateway.v1.ApiKeyService/CreateApiKey',
        { displayName: 'test', ...fields },
        maker,
      );
      const { secret } = (await response.json()) as { secret?: string };
      if (secret === undefined) throw new Error(`no key was made: ${response.status}`);
      return secret;
    },
  };
}

function modelServices(): RpcService[] {
  const names = ['extractive', 'org/large', 'small'];
  const modelOf = (name: string) => ({ name, provider: 'builtin' });
  return [
    implement(llm.ModelServiceDefinition, {
      // Two pages, so that whoever lists has to ask for the second.
      listModels: ({ pageToken }) =>
        Promise.resolve(
          pageToken === ''
            ? { models: names.slice(0, 2).map(modelOf), nextPageToken: 'more' }
            : { models: names.slice(2).map(modelOf) },
        ),
      getModel: ({ name }) =>
        names.includes(name)
          ? Promise.resolve({ model: modelOf(name) })
          : Promise.reject(notFound('model', name)),
    }),
    implement(embedding.EmbeddingServiceDefinition, {
      listEmbeddingModels: () => Promise.resolve({ models: [modelOf('mini')] }),
      createEmbeddings: ({ model, inputs }) =>
        Promise.resolve({
          model,
          dimensions: 2,
          embeddings: inputs.map((text) => ({ values: [text.length, 0.5] })),
          usage: { inputTokens: 7 },
        }),
    }),
  ];
}

/** Releases each piece of a text in capitals, as soon as it comes. */
function safetyService(): RpcService {
  return implement(safety.SafetyServiceDefinition, {
    screenText: ({ texts }) => Promise.resolve({ texts }),
    async *streamScreenText(requests) {
      for await (const { text } of requests) yield { released: text.toUpperCase() };
    },
  });
}
