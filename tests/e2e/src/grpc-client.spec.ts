import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import { adminKey, root, startWeft, type WeftProcess } from './weft-process';

/* eslint-disable @typescript-eslint/no-explicit-any -- a client that knows nothing of our generated code has no types of it */

let provider: FakeProvider;
let weft: WeftProcess;
let services: any;

beforeAll(async () => {
  provider = await startFakeProvider();
  weft = await startWeft({ OPENAI_BASE_URL: provider.baseUrl });
  const files = [
    'orchestrator/v1/chat_service',
    'orchestrator/v1/run_service',
    'llm/v1/llm_service',
    'prompt/v1/prompt_service',
  ];
  const definition = loadSync(
    files.map((file) => `weft/${file}.proto`),
    { includeDirs: [join(root, 'proto')], longs: Number, enums: String, oneofs: true },
  );
  services = grpc.loadPackageDefinition(definition)['weft'];
});

afterAll(async () => {
  await weft?.stop();
  await provider?.close();
});

const credentials = grpc.credentials.createInsecure();
const chatClient = () => new services.orchestrator.v1.ChatService(weft.grpcAddress, credentials);
const question = { model: 'fake-model', messages: [{ role: 'ROLE_USER', content: 'Hi' }] };

function withKey(key: string = adminKey): grpc.Metadata {
  const metadata = new grpc.Metadata();
  if (key !== '') metadata.set('authorization', `Bearer ${key}`);
  return metadata;
}

function streamChat(
  key: string = adminKey,
): Promise<{ events: any[]; error: grpc.ServiceError | undefined }> {
  return new Promise((resolve) => {
    const events: any[] = [];
    const stream = chatClient().streamChat({ call: question }, withKey(key));
    stream.on('data', (event: any) => events.push(event));
    stream.on('error', (error: grpc.ServiceError) => resolve({ events, error }));
    stream.on('end', () => resolve({ events, error: undefined }));
  });
}

function unary(client: any, method: string, request: object, metadata = withKey()): Promise<any> {
  return new Promise((resolve, reject) => {
    client[method](request, metadata, (error: grpc.ServiceError | null, response: any) =>
      error ? reject(error) : resolve(response),
    );
  });
}

describe('a gRPC client that loads the contracts at run time', () => {
  it('gets a stream whose sequence has no holes and that ends in exactly one terminal event', async () => {
    provider.enqueue({
      text: Array.from({ length: 50 }, (_, index) => `word${index} `),
      delayBetweenTokensMs: 1,
    });
    const { events } = await streamChat();
    const terminal = events.filter(({ event }) => event === 'completed' || event === 'failed');
    expect([events.map(({ sequence }) => sequence), terminal, events.at(-1).event]).toEqual([
      events.map((_, index) => index + 1),
      [events.at(-1)],
      'completed',
    ]);
  });

  it('gets a failed event, last, when the provider breaks', async () => {
    provider.enqueue({ text: ['a ', 'b ', 'c '], cut: { at: 2, how: 'reset' } });
    const { events } = await streamChat();
    expect(events.at(-1)).toMatchObject({
      event: 'failed',
      failed: { error: { code: grpc.status.UNAVAILABLE } },
    });
  });

  it('gets the run of its chat with its steps', async () => {
    const { runId } = await unary(chatClient(), 'chat', question);
    const runs = new services.orchestrator.v1.RunService(weft.grpcAddress, credentials);
    const { run } = await unary(runs, 'getRun', { id: runId });
    expect(run).toMatchObject({
      state: 'RUN_STATE_COMPLETED',
      steps: [{ name: 'screen_input' }, { name: 'generate' }],
    });
  });

  it('is refused without a key', async () => {
    await expect(unary(chatClient(), 'chat', question, withKey(''))).rejects.toMatchObject({
      code: grpc.status.UNAUTHENTICATED,
    });
  });

  it('cannot reach an internal service', async () => {
    const client = new services.llm.v1.LlmService(weft.grpcAddress, credentials);
    await expect(unary(client, 'generate', question)).rejects.toMatchObject({
      code: grpc.status.UNIMPLEMENTED,
    });
  });

  it('gets the details of an error: the reason and the field', async () => {
    const error = await unary(chatClient(), 'chat', { ...question, messages: [] }).catch(
      (caught: unknown) => caught,
    );
    const details = (error as grpc.ServiceError).metadata.get('grpc-status-details-bin')[0]!.toString();
    expect([
      (error as grpc.ServiceError).code,
      details.includes('INVALID_REQUEST'),
      details.includes('messages'),
    ]).toEqual([grpc.status.INVALID_ARGUMENT, true, true]);
  });

  it("cancels the provider's work when it cancels its call", async () => {
    provider.enqueue({ text: ['one ', 'two '], stall: { at: 2 } });
    const stream = chatClient().streamChat({ call: question }, withKey());
    stream.on('error', () => undefined);
    stream.once('data', () => stream.cancel());
    const seen = await provider.waitForRequest(({ outcome }) => outcome === 'hung-up');
    expect(seen.tokensSent).toBe(2);
  });
});
