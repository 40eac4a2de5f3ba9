import { common } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { silentLogger } from '@weft/runtime';
import fc from 'fast-check';
import { type GenerationEvent } from '../language-model-provider';
import { collect, textOf } from '../requests.fixture';
import { connectionLost, stalled } from './provider-errors';
import { StreamedAnswer } from './streamed-answer';

const usage = { prompt_tokens: 3, completion_tokens: 2 };
const chunk = (fields: object) => JSON.stringify({ model: 'm-1', ...fields });
const text = (content: string) => chunk({ choices: [{ delta: { content }, finish_reason: null }] });
const finish = (reason: string) => chunk({ choices: [{ delta: {}, finish_reason: reason }] });
const usageChunk = chunk({ choices: [], usage });

function open(logger = silentLogger) {
  const control = { touch: jest.fn(), pause: jest.fn(), resume: jest.fn(), abort: jest.fn() };
  return { control, answer: new StreamedAnswer(control, 'm', logger) };
}

/** Feeds events in the usual layout and ends the body. */
async function readEvents(...events: string[]) {
  return readBytes([Buffer.from(events.map((data) => `data: ${data}\n\n`).join(''))]);
}

async function readBytes(chunks: Buffer[]) {
  const { answer } = open();
  for (const bytes of chunks) answer.data(bytes);
  answer.end();
  return collect(answer.events);
}

describe('StreamedAnswer', () => {
  it('starts with the model as the provider names it and ends with what it reports', async () => {
    const { events } = await readEvents(text('a'), finish('length'), usageChunk, '[DONE]');
    expect(events).toEqual([
      { kind: 'started', providerModel: 'm-1' },
      { kind: 'text', text: 'a' },
      {
        kind: 'completed',
        finishReason: common.FinishReason.LENGTH,
        usage: {
          inputTokens: 3,
          outputTokens: 2,
          cachedInputTokens: 0,
          reasoningTokens: 0,
          estimated: false,
        },
      },
    ]);
  });

  it('completes at [DONE], before the body ends', async () => {
    const { answer } = open();
    answer.data(Buffer.from(`data: ${text('a')}\n\ndata: ${finish('stop')}\n\ndata: [DONE]\n\n`));
    const { events } = await collect(answer.events);
    answer.end();
    expect(events.at(-1)?.kind).toBe('completed');
  });

  it('completes without [DONE] when there is a finish reason', async () => {
    const { events } = await readEvents(text('a'), finish('stop'));
    expect(events.at(-1)).toMatchObject({ kind: 'completed', finishReason: common.FinishReason.STOP });
  });

  it('completes when the last newline is missing', async () => {
    const bytes = Buffer.from(`data: ${text('a')}\n\ndata: ${finish('stop')}\n\ndata: [DONE]`);
    expect((await readBytes([bytes])).events.at(-1)?.kind).toBe('completed');
  });

  it('has no usage when the provider reports none', async () => {
    const { events } = await readEvents(text('a'), finish('stop'), '[DONE]');
    expect(events.at(-1)).toMatchObject({ usage: undefined });
  });

  it('takes an unknown finish reason for stop and logs it', async () => {
    const warn = jest.fn();
    const { answer } = open({ ...silentLogger, warn });
    answer.data(Buffer.from(`data: ${finish('eos')}\n\ndata: [DONE]\n\n`));
    answer.end();
    expect([(await collect(answer.events)).events.at(-1), warn.mock.calls[0]?.[0]]).toEqual([
      expect.objectContaining({ finishReason: common.FinishReason.STOP }),
      { finishReason: 'eos' },
    ]);
  });

  it('reads tool calls', async () => {
    const first = { index: 0, id: 'c1', type: 'function', function: { name: 'f', arguments: '' } };
    const more = { index: 0, function: { arguments: '{"a":1}' } };
    const delta = (call: object) =>
      chunk({ choices: [{ delta: { tool_calls: [call] }, finish_reason: null }] });
    const { events } = await readEvents(delta(first), delta(more), finish('tool_calls'), '[DONE]');
    expect(events[1]).toEqual({ kind: 'tool-call', index: 0, id: 'c1', name: 'f', argumentsJson: '{"a":1}' });
  });

  it('fails as truncated when the body ends without a finish reason', async () => {
    const { events, error } = await readEvents(text('a'));
    expect([textOf(events), error]).toEqual([
      'a',
      expect.objectContaining({ code: 'UNAVAILABLE', reason: 'PROVIDER_STREAM_TRUNCATED' }),
    ]);
  });

  it('fails as truncated when the body ends within an event', async () => {
    const bytes = Buffer.from(`data: ${text('a')}\n\ndata: ${text('b').slice(0, 20)}`);
    expect((await readBytes([bytes])).error).toMatchObject({ reason: 'PROVIDER_STREAM_TRUNCATED' });
  });

  it('fails as truncated when an empty body ends', async () => {
    expect((await readBytes([])).error).toMatchObject({ reason: 'PROVIDER_STREAM_TRUNCATED' });
  });

  it.each(['{"choices": oops', 'null', '"text"', '5'])('fails as malformed at the event %s', async (data) => {
    const { error } = await readEvents(text('a'), data, text('b'), finish('stop'), '[DONE]');
    expect(error).toMatchObject({ code: 'INTERNAL', reason: 'PROVIDER_STREAM_MALFORMED' });
  });

  it.each([{ choices: 'x' }, { choices: [null] }, { choices: [{ delta: null }] }, {}])(
    'passes over a chunk that says nothing: %j',
    async (fields) => {
      const { events, error } = await readEvents(chunk(fields), text('a'), finish('stop'), '[DONE]');
      expect([textOf(events), error]).toEqual(['a', undefined]);
    },
  );

  it('closes the connection of a malformed stream', () => {
    const { answer, control } = open();
    answer.data(Buffer.from('data: oops\n\n'));
    expect(control.abort).toHaveBeenCalledTimes(1);
  });

  it('fails when the provider sends an error as an event', async () => {
    const { events, error } = await readEvents(
      text('a'),
      JSON.stringify({ error: { message: 'overloaded' } }),
      '[DONE]',
    );
    expect([events.at(-1)?.kind, error]).toEqual([
      'text',
      expect.objectContaining({ code: 'UNAVAILABLE', reason: 'PROVIDER_FAILED' }),
    ]);
  });

  it('fails when the connection breaks, also after the finish reason', async () => {
    const { answer } = open();
    answer.data(Buffer.from(`data: ${text('a')}\n\ndata: ${finish('stop')}\n\n`));
    answer.fail(connectionLost(new Error('reset')));
    expect((await collect(answer.events)).error).toMatchObject({ reason: 'PROVIDER_CONNECTION_LOST' });
  });

  it('is complete when only the usage after the finish reason stalls', async () => {
    const { answer } = open();
    answer.data(Buffer.from(`data: ${text('a')}\n\ndata: ${finish('stop')}\n\n`));
    answer.fail(stalled(1));
    expect((await collect(answer.events)).events.at(-1)?.kind).toBe('completed');
  });

  it('starts before it fails', async () => {
    const { answer } = open();
    answer.fail(connectionLost(new Error('reset')));
    expect((await collect(answer.events)).events).toEqual([{ kind: 'started', providerModel: 'm' }]);
  });

  it.each([
    ['text', text('a'), 1],
    ['reasoning', chunk({ choices: [{ delta: { reasoning_content: 'hm' } }] }), 1],
    ['a finish reason', finish('stop'), 1],
    ['an empty delta', chunk({ choices: [{ delta: { role: 'assistant', content: '' } }] }), 0],
    ['a chunk without choices', chunk({ choices: [] }), 0],
  ])('counts %s as content or not', (_, data, touches) => {
    const { answer, control } = open();
    answer.data(Buffer.from(`data: ${data}\n\n`));
    void answer.events.return();
    expect(control.touch).toHaveBeenCalledTimes(touches);
  });

  it('does not count comments as content', () => {
    const { answer, control } = open();
    answer.data(Buffer.from(': ping\n\n: ping\n\n'));
    void answer.events.return();
    expect(control.touch).not.toHaveBeenCalled();
  });
});

describe('StreamedAnswer, for any stream', () => {
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
  const tokens = fc.array(fc.string({ unit: 'grapheme', maxLength: 5 }), { maxLength: 6 });

  function bytesOf(
    contents: string[],
    end: string,
    options: { comments: boolean; lastNewline: boolean },
  ): Buffer {
    const between = options.comments ? `: ping${end}${end}` : '';
    const events = [...contents.map(text), finish('stop'), usageChunk, '[DONE]'].map(
      (data) => `data: ${data}`,
    );
    const whole = events.join(`${end}${end}${between}`);
    return Buffer.from(options.lastNewline ? whole + end + end : whole);
  }

  it('gives the same text and the same end however the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        tokens,
        lineEnd,
        fc.boolean(),
        fc.boolean(),
        fc.array(fc.nat(), { maxLength: 30 }),
        async (contents, end, comments, lastNewline, cuts) => {
          const bytes = bytesOf(contents, end, { comments, lastNewline });
          const { events, error } = await readBytes(cutAt(bytes, cuts));
          expect([error, textOf(events), events.at(-1)?.kind]).toEqual([
            undefined,
            contents.join(''),
            'completed',
          ]);
        },
      ),
    );
  });

  it('gives the same text cut at every byte', async () => {
    await fc.assert(
      fc.asyncProperty(tokens, lineEnd, async (contents, end) => {
        const bytes = bytesOf(contents, end, { comments: true, lastNewline: true });
        const { events } = await readBytes(Array.from(bytes, (byte) => Buffer.of(byte)));
        expect([textOf(events), events.at(-1)?.kind]).toEqual([contents.join(''), 'completed']);
      }),
      { numRuns: 30 },
    );
  });

  it('never completes when the bytes end before the finish reason, and gives no other text', async () => {
    await fc.assert(
      fc.asyncProperty(tokens, lineEnd, fc.nat(), async (contents, end, position) => {
        const bytes = bytesOf(contents, end, { comments: false, lastNewline: true });
        const finishEnd = bytes.indexOf('"finish_reason":"stop"') + '"finish_reason":"stop"}]}'.length;
        const { events, error } = await readBytes([bytes.subarray(0, position % finishEnd)]);
        expect([
          events.some(({ kind }) => kind === 'completed'),
          (error as WeftError).code,
          contents.join('').startsWith(textOf(events)),
        ]).toEqual([false, 'UNAVAILABLE', true]);
      }),
    );
  });

  it('never completes when the bytes end within an event', async () => {
    await fc.assert(
      fc.asyncProperty(tokens, fc.nat(), async (contents, position) => {
        const bytes = bytesOf(contents, '\n', { comments: false, lastNewline: true });
        const whole = bytes.subarray(0, position % bytes.length);
        const isWithinEvent = /data: (\{[^\n]*[^}\n]|\{?|\[D?O?N?E?)$/.test(whole.toString());
        fc.pre(isWithinEvent);
        const { events } = await readBytes([whole]);
        expect(events.some(({ kind }) => kind === 'completed')).toBe(false);
      }),
    );
  });

  it('never throws and always ends once, whatever the bytes', async () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.constantFrom(...['data: ', '\n\n', '[DONE]', text('a')].map((part) => Buffer.from(part))),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { maxLength: 12 }), async (parts) => {
        const { events, error } = await readBytes(parts.map((part) => Buffer.from(part)));
        const endings =
          events.filter((event: GenerationEvent) => event.kind === 'completed').length + (error ? 1 : 0);
        expect([endings, error === undefined || error instanceof WeftError]).toEqual([1, true]);
      }),
    );
  });
});

function cutAt(bytes: Buffer, cuts: number[]): Buffer[] {
  const points = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  return points.slice(1).map((end, index) => bytes.subarray(points[index], end));
}
