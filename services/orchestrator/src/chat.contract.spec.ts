import { common, orchestrator } from '@weft/contracts';
import { startTestService } from '@weft/testing';

import { ask, caller, useOrchestratorStand } from './orchestrator-stand.fixture';
import { orchestratorService } from './service';
import { until } from './testing/until';

const stand = useOrchestratorStand();
const { collect, fake } = stand;

const textOf = (responses: orchestrator.StreamChatResponse[]) =>
  responses.map(({ event }) => (event?.$case === 'text' ? event.value.text : '')).join('');

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

  it.each([
    ['ended', ['all ', 'said']],
    ['was blocked', ['good ', 'FORBIDDEN ']],
  ])(
    'reads its screening to the end when the text %s: a stream that is left is reset',
    async (_how, texts) => {
      fake.turns = [{ texts, end: 'completed' }];
      await collect('fake-model');
      await until(() => fake.screensRead + fake.screensLeft > 0);
      expect([fake.screensRead, fake.screensLeft]).toEqual([1, 0]);
    },
  );
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
    await stand.chat.chat({ model: 'fake-model', messages: ask('my SECRET') });
    expect(fake.modelRequests[0]!.messages[0]!.content).toBe('my [SECRET]');
  });
});

describe('a request that does not fit its target', () => {
  it.each([
    ['conversation_id', { model: 'fake-model', conversationId: 'known' }],
    ['variables', { model: 'fake-model', variables: { a: 1 } }],
    ['model', { model: 'assistant:x@zero' }],
    ['messages', { model: 'fake-model', messages: [] }],
  ])('is refused naming %s', async (field, request) => {
    await expect(stand.chat.chat({ messages: ask('Hi'), ...request })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field }],
    });
  });
});
