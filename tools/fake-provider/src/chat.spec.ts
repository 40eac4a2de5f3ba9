import OpenAI from 'openai';
import { type FakeProvider, startFakeProvider } from './fake-provider';
import { ask, eventsOf, textOf } from './read-answer.fixture';

const stream = { stream: true };
const withUsage = { stream: true, stream_options: { include_usage: true } };

describe('chat completions', () => {
  let provider: FakeProvider;
  beforeAll(async () => {
    provider = await startFakeProvider();
  });
  afterAll(() => provider.close());
  beforeEach(() => provider.reset());

  it('answers with scripted text as JSON', async () => {
    provider.enqueue({ text: 'Hi there.' });
    const { text } = await ask(provider);
    expect(JSON.parse(text).choices[0].message.content).toBe('Hi there.');
  });

  it('streams scripted tokens one event each', async () => {
    provider.enqueue({ text: ['a', 'b ', ' c'] });
    const { text } = await ask(provider, stream);
    expect(eventsOf(text).map((event) => event.choices[0]?.delta.content)).toEqual([
      'a',
      'b ',
      ' c',
      undefined,
    ]);
  });

  it('splits text into words that join to the same text', async () => {
    provider.enqueue({ text: '  two  words\n' });
    expect(textOf((await ask(provider, stream)).text)).toBe('  two  words\n');
  });

  it('ends a stream with [DONE]', async () => {
    expect((await ask(provider, stream)).text.endsWith('data: [DONE]\n\n')).toBe(true);
  });

  it('echoes the last user message', async () => {
    provider.enqueue({ echo: true });
    const messages = [
      { role: 'user', content: 'first' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'the ' },
          { type: 'text', text: 'last' },
        ],
      },
      { role: 'assistant', content: 'not me' },
    ];
    expect(textOf((await ask(provider, { ...stream, messages })).text)).toBe('the last');
  });

  it('repeats the tokens', async () => {
    provider.enqueue({ text: 'x', repeat: 3 });
    expect(textOf((await ask(provider, stream)).text)).toBe('xxx');
  });

  it('reports usage in a stream when it is asked for', async () => {
    provider.enqueue({ text: 'four words are here' });
    const { text } = await ask(provider, withUsage);
    expect(eventsOf(text).at(-1)).toMatchObject({
      choices: [],
      usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 },
    });
  });

  it('reports no usage in a stream when it is not asked for', async () => {
    expect((await ask(provider, stream)).text).not.toContain('usage');
  });

  it('reports no usage when the script leaves it out', async () => {
    provider.enqueue({ usage: 'missing' });
    expect(JSON.parse((await ask(provider)).text).usage).toBeUndefined();
  });

  it('reports cached and reasoning tokens', async () => {
    provider.enqueue({
      usage: { promptTokens: 10, completionTokens: 5, cachedTokens: 8, reasoningTokens: 2 },
    });
    expect(JSON.parse((await ask(provider)).text).usage).toEqual({
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      prompt_tokens_details: { cached_tokens: 8 },
      completion_tokens_details: { reasoning_tokens: 2 },
    });
  });

  it('ends at the token limit of the request with the reason length', async () => {
    provider.enqueue({ text: 'a b c d' });
    const { choices } = JSON.parse((await ask(provider, { max_tokens: 2 })).text);
    expect([choices[0].message.content, choices[0].finish_reason]).toEqual(['a b', 'length']);
  });

  it('sends the scripted finish reason', async () => {
    provider.enqueue({ text: 'x', finishReason: 'content_filter' });
    const events = eventsOf((await ask(provider, stream)).text);
    expect(events.at(-1)?.choices[0]?.finish_reason).toBe('content_filter');
  });

  it('sends no finish reason when the script says null', async () => {
    provider.enqueue({ text: 'x', finishReason: null });
    const events = eventsOf((await ask(provider, stream)).text);
    expect(events.map((event) => event.choices[0]?.finish_reason)).toEqual([null]);
  });

  it('streams tool calls in pieces that join to the arguments', async () => {
    provider.enqueue({ toolCalls: [{ id: 'c1', name: 'clock', arguments: { zone: 'Europe/Berlin' } }] });
    const client = new OpenAI({ baseURL: provider.baseUrl, apiKey: 'k' });
    const answer = client.chat.completions.stream({
      model: 'm',
      messages: [{ role: 'user', content: 'time?' }],
    });
    const { choices } = await answer.finalChatCompletion();
    expect(choices[0]?.message.tool_calls?.[0]).toMatchObject({
      id: 'c1',
      function: { name: 'clock', arguments: '{"zone":"Europe/Berlin"}' },
    });
  });

  it('cuts arguments into more than one event', async () => {
    provider.enqueue({ toolCalls: [{ name: 'f', arguments: '{"a":1}' }], toolCallPieceLength: 3 });
    const events = eventsOf((await ask(provider, stream)).text);
    const pieces = events.map((event) => event.choices[0]?.delta.tool_calls?.[0]?.function.arguments);
    expect(pieces).toEqual(['', '{"a', '":1', '}', undefined]);
  });

  it('answers with tool calls as JSON', async () => {
    provider.enqueue({ toolCalls: [{ id: 'c1', name: 'f', arguments: '{}' }] });
    const { choices } = JSON.parse((await ask(provider)).text);
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
    });
  });

  it.each([
    ['no model', { model: undefined }],
    ['no messages', { messages: [] }],
    ['a message without a role', { messages: [{ content: 'x' }] }],
  ])('refuses a request with %s', async (_, body) => {
    expect((await ask(provider, body)).status).toBe(400);
  });
});
