import { common, embedding, llm, orchestrator, safety } from '@weft/contracts';
import { notFound } from '@weft/errors';
import { type Database } from '@weft/postgres';
import { implement, type RpcContext, type RpcService } from '@weft/rpc';
import { type gatewayService } from './service';

type GatewayInstance = Awaited<ReturnType<typeof gatewayService.create>>;
type StreamEvent = Parameters<typeof orchestrator.StreamChatResponse.fromPartial>[0];

/** What stands behind the gateway in its contract tests; each test sets what the chat answers. */
export interface FakeOrchestrator {
  /** What the last chat call brought. */
  lastCall: { request: orchestrator.ChatRequest; context: RpcContext } | undefined;
  chat(
    request: orchestrator.ChatRequest,
    context: RpcContext,
  ): Promise<Parameters<typeof orchestrator.ChatResponse.fromPartial>[0]>;
  stream(request: orchestrator.ChatRequest, context: RpcContext): AsyncIterable<StreamEvent>;
}

/** A gateway with both doors open on real ports, its own database in memory, and stand-ins behind it. */
export interface Stand {
  httpUrl: string;
  grpcAddress: string;
  adminKey: string;
  orchestrator: FakeOrchestrator;
  instance: GatewayInstance;
  database: Database;
  /** The events that the gateway published, in order. */
  published: PublishedEvent[];
  /** Calls an RPC by JSON, with the admin key unless `key` says otherwise. */
  rpc(path: string, body: object, key?: string): Promise<Response>;
  /** Makes a key and returns its secret. */
  makeKey(fields: Record<string, unknown>, maker?: string): Promise<string>;
  stop(): Promise<void>;
}

/** An event as it came over the bus. */
export interface PublishedEvent {
  subject: string;
  payload: Uint8Array;
}

interface Bus {
  subscribe(options: {
    consumer: string;
    subjects: string[];
    handle(events: PublishedEvent[]): Promise<void>;
  }): Promise<unknown>;
}

/** `startTestService` of `@weft/testing`, which specs alone may import. */
type Start = (
  definition: typeof gatewayService,
  options: { env: Record<string, string>; peers: RpcService[] },
) => Promise<{ instance: GatewayInstance; database: Database; events: Bus; stop(): Promise<void> }>;

const adminKey = 'weft-admin-key-of-the-tests';

export async function openStand(
  start: Start,
  definition: typeof gatewayService,
  env: Record<string, string> = {},
): Promise<Stand> {
  const orchestratorStandIn = fakeOrchestrator();
  const service = await start(definition, {
    env: {
      WEFT_HTTP_PORT: '0',
      WEFT_GRPC_PORT: '0',
      WEFT_KEY_SECRET: 'k'.repeat(32),
      WEFT_ADMIN_KEY: adminKey,
      WEFT_DRAIN_TIMEOUT_MS: '0',
      ...env,
    },
    peers: [...chatServices(orchestratorStandIn), ...modelServices(), safetyService()],
  });
  const published: PublishedEvent[] = [];
  await service.events.subscribe({
    consumer: 'stand',
    subjects: ['weft.gateway.>'],
    handle: (events) => Promise.resolve(void published.push(...events)),
  });
  const httpUrl = `http://127.0.0.1:${service.instance.http.port}`;
  const rpc = (path: string, body: object, key = adminKey) =>
    fetch(httpUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
      body: JSON.stringify(body),
    });
  return {
    httpUrl,
    grpcAddress: `127.0.0.1:${service.instance.grpc.port}`,
    adminKey,
    orchestrator: orchestratorStandIn,
    instance: service.instance,
    database: service.database,
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
    stop: () => service.stop(),
  };
}

/** An orchestrator that greets. */
export function fakeOrchestrator(): FakeOrchestrator {
  return {
    lastCall: undefined,
    chat: (request) =>
      Promise.resolve({
        runId: 'run-1',
        model: request.model,
        message: { role: common.Role.ASSISTANT, content: 'Hello there' },
        finishReason: common.FinishReason.STOP,
        usage: { inputTokens: 3, outputTokens: 2 },
      }),
    stream: (request) =>
      streamOf(startedEvent(request.model), textEvent('Hello '), textEvent('there'), completedEvent()),
  };
}

export function startedEvent(model = 'm'): StreamEvent {
  return { event: { $case: 'started', value: { runId: 'run-1', model } } };
}

export function textEvent(text: string): StreamEvent {
  return { event: { $case: 'text', value: { text } } };
}

export function completedEvent(): StreamEvent {
  return {
    event: {
      $case: 'completed',
      value: { finishReason: common.FinishReason.STOP, usage: { inputTokens: 3, outputTokens: 2 } },
    },
  };
}

export function failedEvent(error: Partial<common.ErrorStatus>): StreamEvent {
  return { event: { $case: 'failed', value: { error } } };
}

/** A stream of these events, numbered from 1. */
export async function* streamOf(...events: StreamEvent[]): AsyncGenerator<StreamEvent, void, undefined> {
  for (const [index, event] of events.entries())
    yield await Promise.resolve({ sequence: index + 1, ...event });
}

/** The orchestrator's services. */
export function chatServices(fake: FakeOrchestrator): RpcService[] {
  const assistant = { name: 'docs', version: 3, createTime: new Date(1_700_000_000_000) };
  return [
    implement(orchestrator.ChatServiceDefinition, {
      chat(request, context) {
        fake.lastCall = { request, context };
        return fake.chat(request, context);
      },
      async *streamChat(request, context) {
        fake.lastCall = { request: request.call!, context };
        yield* fake.stream(request.call!, context);
      },
    }),
    implement(orchestrator.AssistantServiceDefinition, {
      listAssistants: () => Promise.resolve({ assistants: [assistant] }),
      getAssistant: ({ name }) =>
        name === 'docs' ? Promise.resolve({ assistant }) : Promise.reject(notFound('assistant', name)),
      createAssistant: () => Promise.resolve({ assistant }),
      updateAssistant: () => Promise.resolve({ assistant }),
      deleteAssistant: () => Promise.resolve({}),
    }),
  ];
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
