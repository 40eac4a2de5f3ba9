import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import {
  call,
  createCollection,
  createKey,
  eventually,
  expectOk,
  openChatStream,
  post,
  textOfStream,
} from './door';
import { startWeft, type WeftProcess } from './weft-process';

let provider: FakeProvider;
let weft: WeftProcess;

beforeAll(async () => {
  provider = await startFakeProvider();
  weft = await startWeft({ OPENAI_BASE_URL: provider.baseUrl });
  await createCollection(weft, 'notes', { 'launch.md': '# Launch\n\nThe launch is on Monday.' });
});

afterAll(async () => {
  await weft?.stop();
  await provider?.close();
});

beforeEach(() => provider.reset());

const rpc = (method: string, body: unknown, key?: string) => expectOk(call(weft, method, body, key));

const createAssistant = (name: string, spec: object) =>
  rpc('weft.orchestrator.v1.AssistantService/CreateAssistant', {
    name,
    spec: { model: 'fake-model', ...spec },
  });

const ask = (model: string, content: string, more: object = {}) =>
  expectOk(post(weft, '/v1/chat/completions', { model, messages: [{ role: 'user', content }], ...more }));

/** The chats that reached the provider; it is asked for its models too. */
const chatsSeen = () => provider.requests.filter(({ path }) => path === '/v1/chat/completions');

/** The messages of a chat that reached the provider, as role and text. */
function messagesSeen(index: number): string[] {
  const { messages } = chatsSeen()[index]!.body as {
    messages: { role: string; content: string | null }[];
  };
  return messages.map(({ role, content }) => `${role}: ${content ?? ''}`);
}

describe('an assistant over documents', () => {
  it('shows its model the passages, and cites those that the answer names', async () => {
    await createAssistant('librarian', { retrieval: { collections: ['notes'] } });
    provider.enqueue({ text: 'On Monday [1].' });
    const answer = await ask('assistant:librarian', 'When is the launch?');
    expect([messagesSeen(0)[0], answer.weft.citations]).toMatchObject([
      expect.stringContaining('The launch is on Monday.'),
      [{ number: 1, uri: 'launch.md' }],
    ]);
  });
});

describe('an assistant with tools', () => {
  it('runs the tool that its model calls and gives it the result', async () => {
    await createAssistant('accountant', { tools: ['calculator'] });
    provider.enqueue({ toolCalls: [{ id: 'c1', name: 'calculator', arguments: { expression: '6*7' } }] });
    provider.enqueue({ text: 'It is 42.' });
    const answer = await ask('assistant:accountant', 'What is 6 times 7?');
    expect([messagesSeen(1).at(-1), answer.choices[0].message.content]).toEqual([
      expect.stringContaining('42'),
      'It is 42.',
    ]);
  });

  it('is billed for each of its model calls', async () => {
    await createAssistant('billed', { tools: ['current_time'] });
    provider.enqueue({
      toolCalls: [{ id: 'c1', name: 'current_time', arguments: {} }],
      usage: { promptTokens: 10, completionTokens: 5 },
    });
    provider.enqueue({ text: 'Now.', usage: { promptTokens: 20, completionTokens: 1 } });
    const answer = await ask('assistant:billed', 'What time is it?');
    expect(answer.usage).toMatchObject({ prompt_tokens: 30, completion_tokens: 6 });
  });
});

describe('an assistant with memory', () => {
  it('shows its model what was said before in the conversation', async () => {
    await createAssistant('friend', { memory: {} });
    const { conversation } = await rpc('weft.memory.v1.ConversationService/CreateConversation', {
      title: 'x',
    });
    const weftOptions = { weft: { conversation_id: conversation.id } };
    provider.enqueue({ text: 'Hello Ada.' });
    await ask('assistant:friend', 'I am Ada.', weftOptions);
    provider.enqueue({ text: 'Ada.' });
    await ask('assistant:friend', 'Who am I?', weftOptions);
    expect(messagesSeen(1)).toEqual(['user: I am Ada.', 'assistant: Hello Ada.', 'user: Who am I?']);
  });
});

describe('an assistant with a cache', () => {
  it('answers the same question again without its model, and with it when its documents changed', async () => {
    await createAssistant('quick', { cache: {}, retrieval: { collections: ['notes'], mode: 'keyword' } });
    const cached: boolean[] = [];
    for (const change of [false, false, true]) {
      if (change) {
        const content = Buffer.from('The launch is on Friday.').toString('base64');
        await rpc('weft.retrieval.v1.DocumentService/IngestDocuments', {
          collection: 'notes',
          documents: [{ uri: 'launch.md', content }],
        });
      }
      cached.push((await ask('assistant:quick', 'When is the launch?')).weft.cached);
    }
    expect([cached, chatsSeen().length]).toEqual([[false, true, false], 2]);
  });
});

describe('an assistant with a prompt', () => {
  it('uses the version that its label points at, from the next request on', async () => {
    const version = (template: string) => [{ role: 'ROLE_SYSTEM', template }];
    await rpc('weft.prompt.v1.PromptService/CreatePrompt', {
      name: 'voice',
      messages: version('Be brief, {{ name }}.'),
      variablesSchemaJson: '{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}',
      labels: ['production'],
    });
    await createAssistant('voiced', { prompt: { name: 'voice' } });
    await ask('assistant:voiced', 'Hi', { weft: { variables: { name: 'Ada' } } });
    await rpc('weft.prompt.v1.PromptService/CreatePromptVersion', {
      prompt: 'voice',
      messages: version('Be long.'),
      labels: ['production'],
    });
    await ask('assistant:voiced', 'Hi');
    expect([messagesSeen(0)[0], messagesSeen(1)[0]]).toEqual(['system: Be brief, Ada.', 'system: Be long.']);
  });
});

describe('screening', () => {
  const card = ['My card is 41', '11 1111 11', '11 11', '11, keep it.'];

  it('redacts a card number in a stream, however it is cut', async () => {
    provider.enqueue({ text: card });
    const response = await openChatStream(weft, 'fake-model');
    expect(textOfStream(await response.text())).toBe('My card is [CARD], keep it.');
  });

  it('keeps a card number in the question from the model', async () => {
    await ask('fake-model', 'Is 4111 1111 1111 1111 valid?');
    expect(messagesSeen(0)).toEqual(['user: Is [CARD] valid?']);
  });
});

describe('the ledger', () => {
  it('has exactly one row a call to the provider, also for one that is made again, and they add up to what it counted', async () => {
    const key = await createKey(weft, { tenantId: 'billing' });
    for (let index = 0; index < 12; index += 1) {
      const stream = index % 2 === 0;
      const broken = index % 6 === 5;
      provider.enqueue(
        broken ? { error: { status: 500, message: 'no' } } : { text: `${'word '.repeat(index + 1)}` },
      );
      if (broken) provider.enqueue({ error: { status: 500, message: 'no' } });
      await fetch(`${weft.httpUrl}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'x-request-id': 'always-the-same',
        },
        body: JSON.stringify({ model: 'fake-model', stream, messages: [{ role: 'user', content: 'Hi' }] }),
      }).then((response) => response.text());
    }
    const counted = chatsSeen().reduce((sum, { usage }) => sum + usage.completionTokens, 0);
    const rows = await eventually(async () => {
      const { records = [] } = await rpc(
        'weft.logging.v1.UsageService/ListUsageRecords',
        { pageSize: 200 },
        key,
      );
      return records.length >= chatsSeen().length
        ? (records as { runId: string; usage: { outputTokens?: string } }[])
        : undefined;
    });
    const billed = rows.reduce((sum, { usage }) => sum + Number(usage.outputTokens ?? 0), 0);
    expect([rows.length, new Set(rows.map(({ runId }) => runId)).size, billed]).toEqual([
      chatsSeen().length,
      12,
      counted,
    ]);
  });
});
