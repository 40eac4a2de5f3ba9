import { common } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';
import { readGeneration } from './whole-answer';

const body = (message: object, fields: object = {}, finishReason: unknown = 'stop') =>
  JSON.stringify({ model: 'm-1', choices: [{ message, finish_reason: finishReason }], ...fields });
const read = (text: string) => readGeneration(text, 'm', silentLogger);

describe('readGeneration', () => {
  it('reads the text', () => {
    expect(read(body({ content: 'Hi' })).message.content).toBe('Hi');
  });

  it('reads tool calls', () => {
    const calls = [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }];
    const { message } = read(body({ content: null, tool_calls: calls }));
    expect(message.toolCalls).toEqual([{ id: 'c1', name: 'f', argumentsJson: '{"a":1}' }]);
  });

  it('reads a refusal as the text', () => {
    expect(read(body({ content: null, refusal: 'No.' })).message.content).toBe('No.');
  });

  it('reads the usage', () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      prompt_tokens_details: { cached_tokens: 8 },
      completion_tokens_details: { reasoning_tokens: 2 },
    };
    expect(read(body({ content: '' }, { usage })).usage).toEqual({
      inputTokens: 10,
      outputTokens: 5,
      cachedInputTokens: 8,
      reasoningTokens: 2,
      estimated: false,
    });
  });

  it.each([{}, { usage: null }, { usage: { prompt_tokens: -1, completion_tokens: 1 } }])(
    'has no usage where there is none that can be read: %j',
    (fields) => {
      expect(read(body({ content: '' }, fields)).usage).toBeUndefined();
    },
  );

  it.each([
    ['stop', common.FinishReason.STOP],
    ['length', common.FinishReason.LENGTH],
    ['tool_calls', common.FinishReason.TOOL_CALLS],
    ['content_filter', common.FinishReason.CONTENT_FILTER],
    ['eos', common.FinishReason.STOP],
    [null, common.FinishReason.STOP],
  ])('maps the finish reason %j', (reason, expected) => {
    expect(read(body({ content: '' }, {}, reason)).finishReason).toBe(expected);
  });

  it('logs a finish reason that is not known', () => {
    const warn = jest.fn();
    readGeneration(body({ content: '' }, {}, 'eos'), 'm', { ...silentLogger, warn });
    expect(warn).toHaveBeenCalledWith({ finishReason: 'eos' }, expect.any(String));
  });

  it("names the model as the provider does, and as the request does where it doesn't", () => {
    const names = [read(body({ content: '' })), read(body({ content: '' }, { model: undefined }))];
    expect(names.map(({ providerModel }) => providerModel)).toEqual(['m-1', 'm']);
  });

  it.each(['', '{"choices":[{"mess', 'null', '{}', '{"choices":[]}', '{"choices":{}}', '<html>'])(
    'refuses %j as malformed',
    (text) => {
      expect(() => read(text)).toThrow(
        expect.objectContaining({ code: 'INTERNAL', reason: 'PROVIDER_STREAM_MALFORMED' }),
      );
    },
  );
});
