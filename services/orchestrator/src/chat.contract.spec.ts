import { common, events, orchestrator } from '@weft/contracts';
import { decodeEvent } from '@weft/events';
import { type TestClient, startTestService, type TestService } from '@weft/testing';
import { orchestratorService } from './service';
import { createFakePeers, type FakePeers } from './testing/fake-peers';
import { until } from './testing/until';

const caller = { tenantId: 'acme' };
const ask = (content: string) => [{ role: common.Role.USER, content }];

let fake: FakePeers;
let service: TestService;
let chat: TestClient<typeof orchestrator.ChatServiceDefinition>;
let runs: TestClient<typeof orchestrator.RunServiceDefinition>;
let assistants: TestClient<typeof orchestrator.AssistantServiceDefinition>;

beforeAll(async () => {
  // One service for the file; each test gets stand-ins of its own through these stable ones.
  fake = createFakePeers();
  service = await startTestService(orchestratorService, { peers: fake.services });
  chat = service.client(orchestrator.ChatServiceDefinition, caller);
  runs = service.client(orchestrator.RunServiceDefinition, caller);
  assistants = service.client(orchestrator.AssistantServiceDefinition, caller);
});

afterAll(() => service.stop());

beforeEach(() => {
  const { services: _, ...fresh } = createFakePeers();
  Object.assign(fake, fresh);
});

async function collect(model: string, content = 'Hi', options?: { signal?: AbortSignal }) {
  const responses: orchestrator.StreamChatResponse[] = [];
  for await (const response of chat.streamChat({ call: { model, messages: ask(content) } }, options))
    responses.push(response);
  return responses;
}

const textOf = (responses: orchestrator.StreamChatResponse[]) =>
  responses.map(({ event }) => (event?.$case === 'text' ? event.value.text : '')).join('');

async function assistant(name: string, spec: Parameters<typeof assistants.createAssistant>[0]['spec']) {
  await assistants.createAssistant({ name, spec: { model: 'fake-model', ...spec } });
  return `assistant:${name}`;
}

describe('a streamed chat with a model alone', () => {
  it('numbers its events from 1 without holes and ends in one terminal event', async () => {
    const responses = await collect('fake-model');
    expect(responses.map(({ sequence, event }) => [sequence, event?.$case])).toEqual([
      [1, 'started'],
      [2, 'text'],
      [3, 'text'],
      [4, 'completed'],
    ]);
  });

  it('tells the usage that the provider counted', async () => {
    const last = (await collect('fake-model')).at(-1)!;
    expect(last.event).toMatchObject({
      $case: 'completed',
      value: { usage: { inputTokens: 10, outputTokens: 5 } },
    });
  });

  it('never looks complete when the model stream was cut', async () => {
    fake.turns = [{ texts: ['half ', 'an answer'], end: 'cut' }];
    const last = (await collect('fake-model')).at(-1)!;
    expect(last.event).toMatchObject({
      $case: 'failed',
      value: { error: { reason: 'MODEL_STREAM_TRUNCATED' } },
    });
  });

  it('passes the failure of the provider on with the usage until then', async () => {
    fake.turns = [{ texts: ['half '], end: 'failed' }];
    const last = (await collect('fake-model')).at(-1)!;
    expect(last.event).toMatchObject({
      $case: 'failed',
      value: { error: { code: 14, reason: 'PROVIDER_STREAM_TRUNCATED' }, usage: { outputTokens: 5 } },
    });
  });

  it('is refused with the error of the provider when nothing was told yet', async () => {
    fake.turns = [{ end: 'refuse' }];
    await expect(collect('fake-model')).rejects.toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'PROVIDER_RATE_LIMITED',
      retryDelayMs: 3000,
    });
  });

  it('sends heartbeats while the model is silent', async () => {
    const quick = await startTestService(orchestratorService, {
      peers: fake.services,
      env: { WEFT_ORCHESTRATOR_HEARTBEAT_MS: '20' },
    });
    fake.turns = [{ texts: ['wait '], end: 'stall' }];
    const abort = new AbortController();
    const kinds: (string | undefined)[] = [];
    const stream = quick
      .client(orchestrator.ChatServiceDefinition, caller)
      .streamChat({ call: { model: 'fake-model', messages: ask('Hi') } }, { signal: abort.signal });
    await expect(async () => {
      for await (const { event } of stream) {
        kinds.push(event?.$case);
        if (kinds.filter((kind) => kind === 'heartbeat').length === 2) abort.abort();
      }
    }).rejects.toMatchObject({ code: 'CANCELLED' });
    await quick.stop();
    expect(kinds.filter((kind) => kind !== 'text')).toEqual(['started', 'heartbeat', 'heartbeat']);
  });

  it('releases nothing that the screen holds back, and redacts across deltas', async () => {
    fake.turns = [{ texts: ['my SEC', 'RET is', ' out'], end: 'completed' }];
    expect(textOf(await collect('fake-model'))).toBe('my [SECRET] is out');
  });

  it('ends as filtered when the policy blocks the output, and says nothing after it', async () => {
    fake.turns = [{ texts: ['good ', 'FORBIDDEN ', 'more'], end: 'completed' }];
    const responses = await collect('fake-model');
    expect([textOf(responses), responses.at(-1)!.event]).toMatchObject([
      'good ',
      { $case: 'completed', value: { finishReason: common.FinishReason.CONTENT_FILTER } },
    ]);
  });
});

describe('screening of the input', () => {
  it('refuses blocked input before a model is called', async () => {
    await expect(collect('fake-model', 'FORBIDDEN')).rejects.toMatchObject({
      code: 'PERMISSION_DENIED',
      reason: 'CONTENT_BLOCKED',
      violations: [{ field: 'messages[0].content' }],
    });
    expect(fake.modelRequests).toEqual([]);
  });

  it('shows the model the redacted text alone', async () => {
    await chat.chat({ model: 'fake-model', messages: ask('my SECRET') });
    expect(fake.modelRequests[0]!.messages[0]!.content).toBe('my [SECRET]');
  });
});

describe('the record of a run', () => {
  it('holds the steps, the usage and the end of a completed run', async () => {
    const { runId } = await chat.chat({ model: 'fake-model', messages: ask('Hi') });
    const { run } = await runs.getRun({ id: runId });
    expect(run).toMatchObject({
      state: orchestrator.RunState.COMPLETED,
      model: 'fake-model',
      usage: { inputTokens: 10, outputTokens: 5, estimated: false },
      steps: [{ name: 'screen_input' }, { name: 'generate' }],
    });
  });

  it('is written as cancelled, with estimated usage, when the client goes away', async () => {
    fake.turns = [{ texts: ['one two three '], end: 'stall' }];
    const abort = new AbortController();
    let runId = '';
    const reading = (async () => {
      for await (const { event } of chat.streamChat(
        { call: { model: 'fake-model', messages: ask('Hi') } },
        { signal: abort.signal },
      )) {
        if (event?.$case === 'started') runId = event.value.runId;
        if (event?.$case === 'text') abort.abort();
      }
    })();
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    const run = await endedRun(runId);
    expect(run).toMatchObject({
      state: orchestrator.RunState.CANCELLED,
      usage: { estimated: true, outputTokens: 4 },
    });
  });

  it('aborts the model call when the client goes away', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const abort = new AbortController();
    const reading = collect('fake-model', 'Hi', { signal: abort.signal });
    await fake.stall.promise;
    abort.abort();
    await expect(reading).rejects.toMatchObject({ code: 'CANCELLED' });
    await until(() => fake.modelAborts === 1);
  });

  it('publishes one event that has one call a model call', async () => {
    const seen: events.RunFinished[] = [];
    const subscription = await service.events.subscribe({
      consumer: 'test',
      subjects: ['weft.orchestrator.run_finished.v1'],
      handle: (batch) => {
        seen.push(...batch.map((event) => decodeEvent(events.RunFinished, event)));
        return Promise.resolve();
      },
    });
    const { runId } = await chat.chat({ model: 'fake-model', messages: ask('Hi') });
    await until(() => seen.some((event) => event.runId === runId));
    await subscription.close();
    expect(seen.filter((event) => event.runId === runId)).toMatchObject([
      {
        state: 'completed',
        calls: [{ attempt: 1, provider: 'fake', outcome: 'completed', usage: { inputTokens: 10 } }],
      },
    ]);
  });

  describe.each(['whole', 'stream'] as const)('of a %s answer', (mode) => {
    const answer = async () => {
      if (mode === 'whole') return await chat.chat({ model: 'fake-model', messages: ask('Hi') });
      return await collect('fake-model');
    };
    const failed = { provider: 'fake', providerModel: 'other-model', usage: common.Usage.fromPartial({}) };

    it('has a call for each that failed before the provider answered', async () => {
      fake.turns = [{ texts: ['ok'], end: 'completed', failedCalls: [failed, failed] }];
      const calls = await callsOfNext(answer);
      expect(calls.map((call) => [call.attempt, call.model, call.outcome])).toEqual([
        [1, 'other-model', 'failed'],
        [2, 'other-model', 'failed'],
        [3, 'fake-model', 'completed'],
      ]);
    });

    it('has a call for each that went out before the provider gave up, and none was generated by those it refused', async () => {
      fake.turns = [
        { end: 'refuse', refusal: { provider_calls: '2', provider_refusals: '1', provider: 'fake' } },
      ];
      const calls = await callsOfNext(() => answer().catch(() => undefined));
      expect(calls).toMatchObject([
        { attempt: 1, provider: 'fake', outcome: 'failed', usage: { inputTokens: 0, outputTokens: 0 } },
        { attempt: 2, provider: 'fake', outcome: 'failed', usage: { inputTokens: 5, outputTokens: 0 } },
      ]);
    });

    it('has no call when none went out', async () => {
      fake.turns = [
        { end: 'refuse', refusal: { provider_calls: '0', provider_refusals: '0', provider: 'fake' } },
      ];
      expect(await callsOfNext(() => answer().catch(() => undefined))).toEqual([]);
    });

    it('has one call when nobody can say how many went out', async () => {
      fake.turns = [{ end: 'refuse' }];
      expect(await callsOfNext(() => answer().catch(() => undefined))).toMatchObject([
        { attempt: 1, outcome: 'failed', usage: { estimated: true } },
      ]);
    });

    it('tells the client nothing of how often the provider was called', async () => {
      fake.turns = [
        { end: 'refuse', refusal: { provider_calls: '2', provider_refusals: '2', provider: 'fake' } },
      ];
      await expect(answer()).rejects.toMatchObject({
        metadata: { hint: 'later', run_id: expect.any(String) },
      });
      const error = (await answer().catch((thrown: unknown) => thrown)) as { metadata: object };
      expect(Object.keys(error.metadata).sort()).toEqual(['hint', 'run_id']);
    });
  });

  it('is not found by another tenant', async () => {
    const { runId } = await chat.chat({ model: 'fake-model', messages: ask('Hi') });
    const other = service.client(orchestrator.RunServiceDefinition, { tenantId: 'other' });
    await expect(other.getRun({ id: runId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('keeps nothing of the conversation', async () => {
    await chat.chat({ model: 'fake-model', messages: ask('a canary sentence') });
    const rows = await service.database.query<{ hit: boolean }>(
      'acme',
      `select position('canary'::bytea in record) > 0 as hit from runs`,
    );
    expect(rows.some(({ hit }) => hit)).toBe(false);
  });
});

describe('CancelRun', () => {
  it('ends a stream with a failed event and records the run as cancelled', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const kinds: string[] = [];
    for await (const { event } of chat.streamChat({ call: { model: 'fake-model', messages: ask('Hi') } })) {
      kinds.push(event?.$case === 'failed' ? event.value.error!.reason : event!.$case);
      if (event?.$case === 'started') {
        const { runId } = event.value;
        void fake.stall.promise.then(() => runs.cancelRun({ id: runId }));
      }
    }
    expect(kinds.at(-1)).toBe('RUN_CANCELLED');
  });

  it('leaves an ended run as it is', async () => {
    const { runId } = await chat.chat({ model: 'fake-model', messages: ask('Hi') });
    const { run } = await runs.cancelRun({ id: runId });
    expect(run!.state).toBe(orchestrator.RunState.COMPLETED);
  });

  it("does not find another tenant's run", async () => {
    const { runId } = await chat.chat({ model: 'fake-model', messages: ask('Hi') });
    const other = service.client(orchestrator.RunServiceDefinition, { tenantId: 'other' });
    await expect(other.cancelRun({ id: runId })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('an assistant', () => {
  it('answers from passages and cites those that the answer names', async () => {
    const model = await assistant('cites', { retrieval: { collections: ['docs'] } });
    fake.passages = [
      { documentId: 'd1', text: 'Weft streams.' },
      { documentId: 'd2', text: 'Weft bills.' },
    ];
    fake.turns = [{ texts: ['It bills [2], not [7].'], end: 'completed' }];
    const answer = await chat.chat({ model, messages: ask('What does it do?') });
    expect(answer.citations).toMatchObject([
      { passage: { documentId: 'd2', number: 2 }, answerOffsets: [9] },
    ]);
  });

  it('searches for the question as it was screened', async () => {
    const model = await assistant('screened', { retrieval: { collections: ['docs'] } });
    await chat.chat({ model, messages: ask('where is SECRET') });
    expect(fake.searches).toEqual(['where is [SECRET]']);
  });

  it('renders its prompt with the passages and the question, in place of the question', async () => {
    const model = await assistant('prompted', {
      retrieval: { collections: ['docs'] },
      prompt: { name: 'rag' },
    });
    fake.passages = [{ documentId: 'd1', title: 'T', text: 'Weft streams.' }];
    await chat.chat({ model, messages: ask('why?') });
    expect(fake.modelRequests[0]!.messages.map(({ content }) => content)).toEqual([
      'Sources:\n[1] T\nWeft streams.',
      'Q: why?',
    ]);
  });

  it('runs the tools its model asks for with its own collections as the grant, and goes on', async () => {
    const model = await assistant('tooled', { tools: ['calculator'], retrieval: { collections: ['docs'] } });
    fake.turns = [
      {
        toolCalls: [{ id: 'c1', name: 'calculator', argumentsJson: '{"expression":"2+2"}' }],
        end: 'completed',
      },
      { texts: ['It is 4.'], end: 'completed' },
    ];
    const answer = await chat.chat({ model, messages: ask('2+2?') });
    expect([answer.message!.content, fake.toolCalls, fake.modelRequests[1]!.messages.at(-1)]).toMatchObject([
      'It is 4.',
      [{ name: 'calculator', argumentsJson: '{"expression":"2+2"}', collections: ['docs'] }],
      { role: common.Role.TOOL, toolCallId: 'c1', content: '{"value":4}' },
    ]);
  });

  it('names each tool call of a run by a key of its own', async () => {
    const model = await assistant('keyed', { tools: ['calculator'] });
    const call = { name: 'calculator', argumentsJson: '{}' };
    fake.turns = [
      {
        toolCalls: [
          { id: 'a', ...call },
          { id: 'b', ...call },
        ],
        end: 'completed',
      },
      { toolCalls: [{ id: 'a', ...call }], end: 'completed' },
      { texts: ['4'], end: 'completed' },
    ];
    const { runId } = await chat.chat({ model, messages: ask('2+2?') });
    expect(fake.toolKeys).toEqual([`${runId}:1`, `${runId}:2`, `${runId}:3`]);
  });

  it('never runs a tool that it was not given', async () => {
    const model = await assistant('obedient', { tools: ['calculator'] });
    fake.turns = [
      { toolCalls: [{ id: 'c1', name: 'delete_everything', argumentsJson: '{}' }], end: 'completed' },
      { texts: ['no'], end: 'completed' },
    ];
    await chat.chat({ model, messages: ask('obey the document') });
    expect(fake.toolCalls).toEqual([]);
  });

  it('stops a model that asks for tools for ever', async () => {
    const model = await assistant('looping', { tools: ['calculator'], maxModelCalls: 3 });
    fake.turns = [{ toolCalls: [{ id: 'c', name: 'calculator', argumentsJson: '{}' }], end: 'completed' }];
    await expect(chat.chat({ model, messages: ask('loop') })).rejects.toMatchObject({
      reason: 'TOOL_LOOP_LIMIT',
    });
    expect(fake.modelRequests).toHaveLength(3);
  });

  it('shows the model what memory holds and appends the question and the answer', async () => {
    const model = await assistant('remembering', { memory: {} });
    await chat.chat({ model, messages: ask('now'), conversationId: 'known' });
    expect(
      [fake.modelRequests[0]!.messages, fake.appended].map((list) => list.map(({ content }) => content)),
    ).toEqual([
      ['earlier', 'now'],
      ['now', 'Hello world'],
    ]);
  });

  it('serves an answer again from the cache without a model call', async () => {
    const model = await assistant('cached', { cache: {}, retrieval: { collections: ['docs'] } });
    await chat.chat({ model, messages: ask('same') });
    const again = await chat.chat({ model, messages: ask('same') });
    expect([again.cached, again.message!.content, fake.modelRequests.length]).toEqual([
      true,
      'Hello world',
      1,
    ]);
  });

  it('does not serve an answer again when its documents changed', async () => {
    const model = await assistant('revised', { cache: {}, retrieval: { collections: ['docs'] } });
    await chat.chat({ model, messages: ask('same') });
    fake.revision += 1;
    const again = await chat.chat({ model, messages: ask('same') });
    expect(again.cached).toBe(false);
  });

  it('never stores an answer that failed', async () => {
    const model = await assistant('failing', { cache: {} });
    fake.turns = [{ texts: ['half '], end: 'failed' }];
    await collect(model);
    expect(fake.cacheEntries.size).toBe(0);
  });

  it('is not found by another tenant', async () => {
    const model = await assistant('private', {});
    const other = service.client(orchestrator.ChatServiceDefinition, { tenantId: 'other' });
    await expect(other.chat({ model, messages: ask('Hi') })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a request that does not fit its target', () => {
  it.each([
    ['conversation_id', { model: 'fake-model', conversationId: 'known' }],
    ['variables', { model: 'fake-model', variables: { a: 1 } }],
    ['model', { model: 'assistant:x@zero' }],
    ['messages', { model: 'fake-model', messages: [] }],
  ])('is refused naming %s', async (field, request) => {
    await expect(chat.chat({ messages: ask('Hi'), ...request })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field }],
    });
  });
});

/** The calls that the event of the next run tells of. */
async function callsOfNext(run: () => Promise<unknown>): Promise<events.ModelCall[]> {
  const seen: events.RunFinished[] = [];
  const subscription = await service.events.subscribe({
    consumer: 'next',
    subjects: ['weft.orchestrator.run_finished.v1'],
    handle: async (batch) => void seen.push(...batch.map((event) => decodeEvent(events.RunFinished, event))),
  });
  const earlier = new Set((await runs.listRuns({ pageSize: 200 })).runs.map(({ id }) => id));
  await run();
  const isNext = ({ runId }: events.RunFinished) => !earlier.has(runId);
  await until(() => seen.some(isNext));
  await subscription.close();
  return seen.find(isNext)!.calls;
}

async function endedRun(id: string): Promise<orchestrator.Run> {
  let run: orchestrator.Run | undefined;
  await until(async () => {
    ({ run } = await runs.getRun({ id }));
    return run!.state !== orchestrator.RunState.RUNNING;
  });
  return run!;
}
