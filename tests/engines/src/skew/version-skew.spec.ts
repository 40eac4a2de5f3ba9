import * as grpc from '@grpc/grpc-js';
import { createIdentityTokens } from '@weft/rpc';
import { type ComposedWeft, startComposedWeft } from '../composed/composed-weft';
import { chat, streamChat } from '../composed/chat-client';
import { releasedContracts, stream, unary } from './released-contracts';

/*
 * Goal: in a rolling update, processes of the last release and of this build serve each other.
 * Method: clients and a server that know nothing but the contracts image of the last release: as an application at the door, as a peer that
 * calls a service of this build, and as a peer that a service of this build calls.
 */

/* eslint-disable @typescript-eslint/no-explicit-any -- what is loaded from an image has no types */

const released = releasedContracts();
const insecure = grpc.credentials.createInsecure();
const question = { model: 'fake-model', messages: [{ role: 'ROLE_USER', content: 'Hi' }] };
const identitySecret = 'the same secret for this weft and for the peer of the last release';

describe('a client of the last release', () => {
  let weft: ComposedWeft;
  let key: grpc.Metadata;

  beforeAll(async () => {
    weft = await startComposedWeft({ tls: false, env: { WEFT_IDENTITY_SECRET: identitySecret } });
    key = new grpc.Metadata();
    key.set('authorization', `Bearer ${weft.cluster.adminKey}`);
  });
  afterAll(() => weft?.stop());

  const at = (service: any) => new service(weft.cluster.grpcAddress, insecure);

  it('chats', async () => {
    weft.provider.enqueue({ text: 'Hello, old friend' });
    const answer = await unary(at(released.orchestrator.v1.ChatService), 'chat', question, key);
    expect(answer.message.content).toBe('Hello, old friend');
  });

  it('reads a stream to its terminal event', async () => {
    weft.provider.enqueue({ text: ['one ', 'two'] });
    const events = await stream(
      at(released.orchestrator.v1.ChatService),
      'streamChat',
      { call: question },
      key,
    );
    expect([
      events.map(({ text }) => text?.text ?? '').join(''),
      events.at(-1).event,
      events.map(({ sequence }) => sequence),
    ]).toEqual(['one two', 'completed', events.map((_, index) => index + 1)]);
  });

  it('ingests, gets results, and finds what it ingested', async () => {
    await unary(at(released.retrieval.v1.CollectionService), 'createCollection', { name: 'old' }, key);
    const { results } = await unary(
      at(released.retrieval.v1.DocumentService),
      'ingestDocuments',
      { collection: 'old', documents: [{ uri: 'a.md', content: Buffer.from('The launch is on Monday.') }] },
      key,
    );
    const { hits } = await unary(
      at(released.retrieval.v1.SearchService),
      'searchDocuments',
      { collections: ['old'], query: 'launch', mode: 'SEARCH_MODE_KEYWORD' },
      key,
    );
    expect([results[0].outcome, hits[0].passage.uri]).toEqual(['INGEST_OUTCOME_CREATED', 'a.md']);
  });

  it('reads runs and usage', async () => {
    await unary(at(released.orchestrator.v1.ChatService), 'chat', question, key);
    const { runs } = await unary(at(released.orchestrator.v1.RunService), 'listRuns', {}, key);
    expect(runs[0].state).toBe('RUN_STATE_COMPLETED');
  });

  it('calls a service of this build as a peer', async () => {
    weft.provider.enqueue({ text: 'Hello, old peer' });
    const identity = new grpc.Metadata();
    const token = createIdentityTokens(Buffer.from(identitySecret)).mint({
      identity: { tenantId: 'acme', principal: { kind: 'service', id: 'orchestrator' }, scopes: ['*'] },
      requestId: 'of-the-last-release',
      deadline: Date.now() + 30_000,
    });
    identity.set('x-weft-identity', token);
    const { grpcPort } = weft.cluster.replica('llm').place;
    const client = new released.llm.v1.LlmService(`127.0.0.1:${grpcPort}`, insecure);
    const answer = await unary(client, 'generate', question, identity);
    const events = await stream(client, 'streamGenerate', { call: question }, identity);
    expect([answer.message.content, events.at(-1).event]).toEqual(['Hello, old peer', 'completed']);
  });
});

describe('a service of the last release', () => {
  let server: grpc.Server;
  let weft: ComposedWeft;

  beforeAll(async () => {
    server = new grpc.Server();
    server.addService(released.llm.v1.LlmService.service, llmOfLastRelease);
    const port = await new Promise<number>((resolve, reject) =>
      server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
        error === null ? resolve(bound) : reject(error),
      ),
    );
    const otherPeers = { llm: `127.0.0.1:${port}` };
    weft = await startComposedWeft({ tls: false, replicas: { llm: 0 }, otherPeers });
  });
  afterAll(async () => {
    await weft?.stop();
    server?.forceShutdown();
  });

  it('answers this build', async () => {
    const { status, body } = await chat(weft.cluster);
    expect([status, body.choices[0].message.content, body.usage.total_tokens]).toEqual([
      200,
      'from the past',
      7,
    ]);
  });

  it('streams to this build', async () => {
    const body = await (await streamChat(weft.cluster)).ended;
    expect([
      body.includes('from '),
      body.includes('the past'),
      body.trimEnd().endsWith('data: [DONE]'),
    ]).toEqual([true, true, true]);
  });
});

const usage = { input_tokens: 4, output_tokens: 3 };

/** Answers in the words of the last release. Fields have the names that they have in the image. */
const llmOfLastRelease = {
  generate: (_call: unknown, respond: (error: null, response: object) => void) =>
    respond(null, {
      message: { role: 'ROLE_ASSISTANT', content: 'from the past' },
      finish_reason: 'FINISH_REASON_STOP',
      usage,
      provider_model: 'old',
      provider: 'old',
    }),
  streamGenerate: (call: grpc.ServerWritableStream<unknown, object>) => {
    const events = [
      { started: { provider_model: 'old', provider: 'old' } },
      { text: { text: 'from ' } },
      { text: { text: 'the past' } },
      { completed: { finish_reason: 'FINISH_REASON_STOP', usage } },
    ];
    events.forEach((event, index) => call.write({ sequence: index + 1, ...event }));
    call.end();
  },
};
