import { createHash } from 'node:crypto';
import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import OpenAI from 'openai';
import { call, eventually, expectOk, openChatStream } from './door';
import { adminKey, startWeft, type WeftProcess } from './weft-process';

let provider: FakeProvider;
let weft: WeftProcess;
let openai: OpenAI;

beforeAll(async () => {
  provider = await startFakeProvider();
  weft = await startWeft({
    OPENAI_BASE_URL: provider.baseUrl,
    OPENAI_API_KEY: 'provider-key',
    WEFT_MODEL_PRICES: '{"models": {"fake-model": {"input": 1, "output": 2}}}',
  });
  openai = new OpenAI({ baseURL: `${weft.httpUrl}/v1`, apiKey: adminKey, maxRetries: 0 });
});

afterAll(async () => {
  await weft?.stop();
  await provider?.close();
});

const messages = [{ role: 'user' as const, content: 'Hi' }];

describe('the openai client, unchanged', () => {
  it('gets a whole answer with the usage that the provider counted', async () => {
    provider.enqueue({ text: 'Hello there', usage: { promptTokens: 7, completionTokens: 2 } });
    const completion = await openai.chat.completions.create({ model: 'fake-model', messages });
    expect([completion.choices[0]!.message.content, completion.usage]).toMatchObject([
      'Hello there',
      { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
    ]);
  });

  it('gets a stream that adds up to the text of the provider', async () => {
    provider.enqueue({ text: ['One', ' two', ' three', ' 🎉'] });
    const stream = await openai.chat.completions.create({ model: 'fake-model', messages, stream: true });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe('One two three 🎉');
  });

  it('gets usage in a stream when it asks for it', async () => {
    provider.enqueue({ text: 'Hi', usage: { promptTokens: 3, completionTokens: 1 } });
    const stream = await openai.chat.completions.create({
      model: 'fake-model',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const usages = [];
    for await (const chunk of stream) if (chunk.usage) usages.push(chunk.usage);
    expect(usages).toMatchObject([{ prompt_tokens: 3, completion_tokens: 1 }]);
  });

  it('gets the tool calls of the model, whole', async () => {
    provider.enqueue({ toolCalls: [{ id: 'call_1', name: 'get_weather', arguments: { city: 'Oslo' } }] });
    const completion = await openai.chat.completions.create({
      model: 'fake-model',
      messages,
      tools: [{ type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } }],
    });
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        tool_calls: [{ id: 'call_1', function: { name: 'get_weather', arguments: '{"city":"Oslo"}' } }],
      },
    });
  });

  it('gets embeddings of the built-in model', async () => {
    const { data } = await openai.embeddings.create({
      model: 'builtin-use-lite',
      input: ['a cat', 'a kitten'],
    });
    expect(data.map(({ embedding }) => embedding.length)).toEqual([512, 512]);
  });

  it('lists the models of the provider and the built-in ones', async () => {
    const names = (await openai.models.list()).data.map(({ id }) => id);
    expect(names).toEqual(expect.arrayContaining(['fake-model', 'builtin-extractive']));
  });

  it('gets the rate limit of the provider as its own error, with when to come back', async () => {
    provider.enqueue({ error: { status: 429, message: 'slow down', retryAfter: 3 } });
    const error = await openai.chat.completions
      .create({ model: 'fake-model', messages })
      .catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(OpenAI.RateLimitError);
    expect((error as InstanceType<typeof OpenAI.RateLimitError>).headers?.get('retry-after')).toBe('3');
  });

  it('never sends its own key to the provider', async () => {
    provider.enqueue({ text: 'Hi' });
    await openai.chat.completions.create({ model: 'fake-model', messages });
    const digest = createHash('sha256').update('Bearer provider-key').digest('hex').slice(0, 16);
    expect(provider.requests.at(-1)!.headers.authorization).toBe(`sha256:${digest}`);
  });
});

describe('the bill', () => {
  it('has what the call costs, by the tokens that the provider counted', async () => {
    provider.enqueue({ text: 'Hello there', usage: { promptTokens: 7, completionTokens: 2 } });
    const headers = { 'x-request-id': 'the-bill' };
    await openai.chat.completions.create({ model: 'fake-model', messages }, { headers });
    const records = await eventually(async () => {
      const request = { requestId: 'the-bill' };
      const answer = await expectOk(call(weft, 'weft.logging.v1.UsageService/ListUsageRecords', request));
      return answer.records as unknown[] | undefined;
    });
    expect(records).toMatchObject([{ cost: { currencyCode: 'USD', nanos: 7 * 1000 + 2 * 2000 } }]);
  });
});

describe('a client that hangs up', () => {
  it("closes the provider's socket within 250 ms, and its usage is recorded once as cancelled", async () => {
    provider.enqueue({ text: ['one ', 'two ', 'three ', 'four ', 'five '], stall: { at: 5 } });
    const stream = await openai.chat.completions.create({ model: 'fake-model', messages, stream: true });
    let text = '';
    let runId = '';
    let hungUpAt = 0;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      runId ||= chunk.id;
      if (text.includes('four')) {
        hungUpAt = Date.now();
        stream.controller.abort();
        break;
      }
    }
    const seen = await provider.waitForRequest(({ outcome }) => outcome === 'hung-up');
    expect(seen.hungUpAt! - hungUpAt).toBeLessThan(250);

    const records = await eventually(async () => {
      const { records: rows } = await expectOk(call(weft, 'weft.logging.v1.UsageService/ListUsageRecords'));
      const cancelled = (rows as { outcome: string }[]).filter(
        ({ outcome }) => outcome === 'CALL_OUTCOME_CANCELLED',
      );
      return cancelled.length > 0 ? cancelled : undefined;
    });
    expect(records).toMatchObject([{ model: 'fake-model', usage: { estimated: true } }]);
  });
});

describe('a stream that breaks', () => {
  it.each([
    ['ends without [DONE]', { cut: { at: 3, how: 'end' as const } }],
    ['ends in the middle of a line', { cut: { at: 3, how: 'mid-line' as const } }],
    ['is closed', { cut: { at: 3, how: 'fin' as const } }],
    ['is reset', { cut: { at: 3, how: 'reset' as const } }],
    ['turns into what is no JSON', { badJson: { at: 3 } }],
    ['turns into an error', { errorEvent: { at: 3, message: 'overloaded' } }],
  ])('never looks complete when the provider %s', async (_, script) => {
    provider.enqueue({ text: ['a ', 'b ', 'c ', 'd ', 'e '], ...script });
    const response = await openChatStream(weft, 'fake-model');
    const body = await response.text();
    expect([
      body.includes('[DONE]'),
      body.includes('"finish_reason":"stop"'),
      body.includes('"error"'),
    ]).toEqual([false, false, true]);
  });

  it('makes the openai client throw', async () => {
    provider.enqueue({ text: ['a ', 'b ', 'c '], cut: { at: 2, how: 'reset' } });
    const reading = async () => {
      const stream = await openai.chat.completions.create({ model: 'fake-model', messages, stream: true });
      for await (const _ of stream);
    };
    await expect(reading()).rejects.toBeInstanceOf(OpenAI.APIError);
  });
});
