import { common } from '@weft/contracts';
import { type WeftError } from '@weft/errors';
import { readChatRequest } from './chat-request';

const messages = [{ role: 'user', content: 'Hello' }];

function requestOf(fields: Record<string, unknown>) {
  return readChatRequest({ model: 'm', messages, ...fields }).request;
}

function violationsOf(body: Record<string, unknown>) {
  try {
    readChatRequest(body);
  } catch (error) {
    return (error as WeftError).violations;
  }
  throw new Error('was accepted');
}

const violation = (fields: Record<string, unknown>) => violationsOf({ model: 'm', messages, ...fields })[0];

const weather = {
  type: 'function',
  function: { name: 'weather', description: 'Tells it', parameters: { type: 'object' } },
};

describe('readChatRequest', () => {
  test('takes model and messages over', () => {
    expect(requestOf({})).toMatchObject({
      model: 'm',
      messages: [{ role: common.Role.USER, content: 'Hello' }],
    });
  });

  test.each([
    ['system', common.Role.SYSTEM],
    ['developer', common.Role.SYSTEM],
    ['user', common.Role.USER],
    ['assistant', common.Role.ASSISTANT],
  ])('knows the role %s', (role, expected) => {
    expect(requestOf({ messages: [{ role, content: 'x', name: 'Ada' }] }).messages[0]).toMatchObject({
      role: expected,
      name: 'Ada',
    });
  });

  test('joins the parts of a content with line ends', () => {
    const content = [
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ];
    expect(requestOf({ messages: [{ role: 'user', content }] }).messages[0]?.content).toBe('a\nb');
  });

  test('takes the tool calls of an assistant without text', () => {
    const call = { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"a":1}' } };
    expect(
      requestOf({ messages: [{ role: 'assistant', content: null, tool_calls: [call] }] }).messages[0],
    ).toMatchObject({
      content: '',
      toolCalls: [{ id: 'c1', name: 'weather', argumentsJson: '{"a":1}' }],
    });
  });

  test('takes the result of a tool call', () => {
    const message = { role: 'tool', tool_call_id: 'c1', content: 'sunny' };
    expect(requestOf({ messages: [message] }).messages[0]).toMatchObject({
      role: common.Role.TOOL,
      toolCallId: 'c1',
      content: 'sunny',
    });
  });

  test('takes an earlier refusal as what the assistant said', () => {
    expect(requestOf({ messages: [{ role: 'assistant', refusal: 'No.' }] }).messages[0]?.content).toBe('No.');
  });

  test('takes every sampling parameter over', () => {
    const given = {
      temperature: 0.5,
      top_p: 0.9,
      seed: 7,
      presence_penalty: 1,
      frequency_penalty: -1,
      max_tokens: 50,
      stop: ['a', 'b'],
    };
    expect(requestOf(given).parameters).toEqual({
      temperature: 0.5,
      topP: 0.9,
      seed: 7,
      presencePenalty: 1,
      frequencyPenalty: -1,
      maxOutputTokens: 50,
      stop: ['a', 'b'],
      responseFormatJson: '',
    });
  });

  test('prefers max_completion_tokens to max_tokens', () => {
    expect(requestOf({ max_tokens: 1, max_completion_tokens: 2 }).parameters?.maxOutputTokens).toBe(2);
  });

  test('takes one stop text', () => {
    expect(requestOf({ stop: 'END' }).parameters?.stop).toEqual(['END']);
  });

  test('hands a response format on as JSON, its schema included', () => {
    const format = { type: 'json_schema', json_schema: { name: 'answer', schema: { type: 'object' } } };
    expect(JSON.parse(requestOf({ response_format: format }).parameters!.responseFormatJson)).toEqual(format);
  });

  test('hands nothing on for plain text', () => {
    expect(requestOf({ response_format: { type: 'text' } }).parameters?.responseFormatJson).toBe('');
  });

  test('takes tools over', () => {
    expect(requestOf({ tools: [weather] }).tools).toEqual([
      { name: 'weather', description: 'Tells it', parametersSchemaJson: '{"type":"object"}' },
    ]);
  });

  test.each([
    ['none', { toolChoice: common.ToolChoice.NONE, toolName: '' }],
    ['auto', { toolChoice: common.ToolChoice.AUTO, toolName: '' }],
    ['required', { toolChoice: common.ToolChoice.REQUIRED, toolName: '' }],
    [
      { type: 'function', function: { name: 'weather' } },
      { toolChoice: common.ToolChoice.REQUIRED, toolName: 'weather' },
    ],
  ])('takes the tool choice %j', (choice, expected) => {
    expect(requestOf({ tools: [weather], tool_choice: choice })).toMatchObject(expected);
  });

  test("takes weft's own fields and the user", () => {
    const given = { weft: { conversation_id: 'c', variables: { tone: 'dry' } }, user: 'u' };
    expect(requestOf(given)).toMatchObject({ conversationId: 'c', variables: { tone: 'dry' }, user: 'u' });
  });

  test('takes null for every optional field as not set', () => {
    const names = [
      'temperature',
      'top_p',
      'max_tokens',
      'stop',
      'seed',
      'n',
      'stream',
      'stream_options',
      'response_format',
      'tools',
    ];
    const nulls = Object.fromEntries(
      [...names, 'tool_choice', 'user', 'weft', 'logprobs', 'audio'].map((name) => [name, null]),
    );
    expect(requestOf(nulls)).toEqual(requestOf({}));
  });

  test('ignores what does no harm', () => {
    const harmless = {
      metadata: { a: 'b' },
      store: false,
      service_tier: 'auto',
      reasoning_effort: 'low',
      prediction: {},
      other: 1,
    };
    expect(requestOf(harmless)).toEqual(requestOf({}));
  });

  test('reads whether to stream, and with the usage', () => {
    const call = readChatRequest({
      model: 'm',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(call).toMatchObject({ stream: true, includeUsage: true });
  });

  test.each([
    [{ n: 2 }, 'n'],
    [{ logprobs: true }, 'logprobs'],
    [{ top_logprobs: 3 }, 'top_logprobs'],
    [{ audio: { voice: 'x' } }, 'audio'],
    [{ modalities: ['text', 'audio'] }, 'modalities[1]'],
    [{ logit_bias: { 50256: -100 } }, 'logit_bias'],
    [{ functions: [] }, 'functions'],
    [{ function_call: 'auto' }, 'function_call'],
    [{ web_search_options: {} }, 'web_search_options'],
    [{ parallel_tool_calls: false }, 'parallel_tool_calls'],
  ])('refuses %j rather than ignore what it means', (fields, field) => {
    expect(violation(fields)?.field).toBe(field);
  });

  test.each([
    [{ model: undefined }, 'model'],
    [{ model: '' }, 'model'],
    [{ model: 5 }, 'model'],
    [{ messages: undefined }, 'messages'],
    [{ messages: [] }, 'messages'],
    [{ messages: 'Hello' }, 'messages'],
    [{ messages: [{ role: 'wizard', content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ content: 'x' }] }, 'messages[0].role'],
    [{ messages: [{ role: 'user' }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: 5 }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: null }] }, 'messages[0].content'],
    [{ messages: [{ role: 'user', content: [] }] }, 'messages[0].content'],
    [
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'x' },
              { type: 'image_url', image_url: {} },
            ],
          },
        ],
      },
      'messages[0].content[1].type',
    ],
    [{ messages: [{ role: 'user', content: [{ type: 'text' }] }] }, 'messages[0].content[0].text'],
    [{ messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].tool_call_id'],
    [
      { messages: [{ role: 'assistant', tool_calls: [{ id: 'a', type: 'custom' }] }] },
      'messages[0].tool_calls[0].type',
    ],
    [{ temperature: 'hot' }, 'temperature'],
    [{ max_tokens: 1.5 }, 'max_tokens'],
    [{ seed: 2 ** 60 }, 'seed'],
    [{ stop: [1] }, 'stop[0]'],
    [{ stream: 'yes' }, 'stream'],
    [{ response_format: { type: 'xml' } }, 'response_format.type'],
    [{ tools: [{ type: 'custom' }] }, 'tools[0].type'],
    [{ tool_choice: 'sometimes' }, 'tool_choice'],
    [{ tool_choice: 'required' }, 'tool_choice'],
    [{ tools: [weather], tool_choice: { type: 'function', function: { name: 'other' } } }, 'tool_choice'],
    [{ weft: { conversation: 'c' } }, 'weft'],
    [{ Model: 'other' }, 'Model'],
    [{ MESSAGES: [] }, 'MESSAGES'],
  ])('names the field of %j', (fields, field) => {
    expect(violation(fields)?.field).toBe(field);
  });

  test('says that a field must be set', () => {
    expect(violation({ model: undefined })?.description).toBe('must be set: a string');
  });

  test('says which kinds of content it takes', () => {
    expect(violation({ messages: [{ role: 'user', content: 5 }] })?.description).toBe(
      'must be a string or an array',
    );
  });

  test('says which parts it does not take', () => {
    const content = [{ type: 'image_url', image_url: { url: 'x' } }];
    expect(violation({ messages: [{ role: 'user', content }] })?.description).toContain("must be 'text'");
  });

  test('names every wrong field', () => {
    expect(violationsOf({ model: 5, messages: 5, n: 5 }).map(({ field }) => field)).toEqual([
      'model',
      'messages',
      'n',
    ]);
  });

  test.each([
    ['call.messages[3].content', 'messages[3].content'],
    ['parameters.temperature', 'temperature'],
    ['parameters.max_output_tokens', 'max_tokens'],
    ['call.parameters.response_format_json', 'response_format'],
    ['messages[0].tool_calls[1].arguments_json', 'messages[0].tool_calls[1].function.arguments'],
    ['tools[0].name', 'tools[0].function.name'],
    ['tools[0].parameters_schema_json', 'tools[0].function.parameters'],
    ['tool_name', 'tool_choice'],
    ['variables.tone', 'weft.variables.tone'],
    ['conversation_id', 'weft.conversation_id'],
    ['model', 'model'],
  ])("calls the contract's %s by the client's name %s", (field, param) => {
    expect(readChatRequest({ model: 'm', messages }).paramOf(field)).toBe(param);
  });

  test('calls the token limit as the client did', () => {
    expect(
      readChatRequest({ model: 'm', messages, max_completion_tokens: 5 }).paramOf(
        'parameters.max_output_tokens',
      ),
    ).toBe('max_completion_tokens');
  });
});
