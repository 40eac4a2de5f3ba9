import { common } from '@weft/contracts';
import { requestOf, user } from '../requests.fixture';
import { requestBody } from './request-body';

const { Role, ToolChoice } = common;
const tool = common.ToolDefinition.fromPartial({ name: 'clock', parametersSchemaJson: '{"type":"object"}' });

describe('requestBody', () => {
  it('maps every role', () => {
    const messages = [
      common.Message.fromPartial({ role: Role.SYSTEM, content: 'be brief' }),
      user('time?'),
      common.Message.fromPartial({
        role: Role.ASSISTANT,
        toolCalls: [{ id: 'c1', name: 'clock', argumentsJson: '{}' }],
      }),
      common.Message.fromPartial({ role: Role.TOOL, content: '12:00', toolCallId: 'c1' }),
    ];
    expect(bodyOf({ messages })['messages']).toEqual([
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'time?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'clock', arguments: '{}' } }],
      },
      { role: 'tool', content: '12:00', tool_call_id: 'c1' },
    ]);
  });

  it('keeps the name of a speaker', () => {
    const messages = [{ ...user('hi'), name: 'ada' }];
    expect(bodyOf({ messages })['messages']).toEqual([{ role: 'user', content: 'hi', name: 'ada' }]);
  });

  it('maps tools', () => {
    expect(bodyOf({ tools: [tool] })['tools']).toEqual([
      { type: 'function', function: { name: 'clock', parameters: { type: 'object' } } },
    ]);
  });

  it.each([
    [ToolChoice.AUTO, '', undefined],
    [ToolChoice.NONE, '', 'none'],
    [ToolChoice.REQUIRED, '', 'required'],
    [ToolChoice.UNSPECIFIED, 'clock', { type: 'function', function: { name: 'clock' } }],
  ])('maps the tool choice %i %s', (toolChoice, toolName, choice) => {
    expect(bodyOf({ tools: [tool], toolChoice, toolName })['tool_choice']).toEqual(choice);
  });

  it('refuses a tool name that names no tool', () => {
    expect(() => bodyOf({ tools: [tool], toolName: 'other' })).toThrow('tool_name');
  });

  it('sends no tool choice without tools', () => {
    expect(bodyOf({ toolChoice: ToolChoice.NONE })).not.toHaveProperty('tool_choice');
  });

  it('maps all parameters', () => {
    const parameters = {
      temperature: 0,
      topP: 0.5,
      maxOutputTokens: 9,
      stop: ['x'],
      seed: 7,
      presencePenalty: -1,
      frequencyPenalty: 1,
      responseFormatJson: '{"type":"json_object"}',
    };
    expect(bodyOf({ parameters })).toMatchObject({
      temperature: 0,
      top_p: 0.5,
      max_tokens: 9,
      stop: ['x'],
      seed: 7,
      presence_penalty: -1,
      frequency_penalty: 1,
      response_format: { type: 'json_object' },
    });
  });

  it('leaves out what is not set', () => {
    const parameters = common.GenerationParameters.fromPartial({});
    expect(Object.keys(bodyOf({ parameters }))).toEqual(['model', 'messages']);
  });

  it("bounds the answer by OpenAI's newer name where asked to", () => {
    const request = requestOf('hi', {
      parameters: common.GenerationParameters.fromPartial({ maxOutputTokens: 9 }),
    });
    const body = requestBody(request, { stream: false, tokenLimit: 'max_completion_tokens' });
    expect(JSON.parse(body)).toMatchObject({ max_completion_tokens: 9 });
  });

  it('always asks a stream for its usage', () => {
    const body = requestBody(requestOf('hi'), { stream: true, tokenLimit: 'max_tokens' });
    expect(JSON.parse(body)).toMatchObject({ stream: true, stream_options: { include_usage: true } });
  });

  it.each([
    ['tools[0].parameters_schema_json', { tools: [{ ...tool, parametersSchemaJson: '{' }] }],
    ['tools[0].parameters_schema_json', { tools: [{ ...tool, parametersSchemaJson: '[]' }] }],
    [
      'parameters.response_format_json',
      { parameters: common.GenerationParameters.fromPartial({ responseFormatJson: 'json' }) },
    ],
  ])('refuses JSON text that is not JSON and names %s', (field, fields) => {
    expect(() => bodyOf(fields)).toThrow(
      expect.objectContaining({ violations: [expect.objectContaining({ field })] }),
    );
  });

  function bodyOf(fields: Parameters<typeof requestOf>[1]): Record<string, unknown> {
    const text = requestBody(requestOf('hi', fields), { stream: false, tokenLimit: 'max_tokens' });
    return JSON.parse(text) as Record<string, unknown>;
  }
});
