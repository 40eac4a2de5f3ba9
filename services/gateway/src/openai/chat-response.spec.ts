import { common, orchestrator } from '@weft/contracts';
import { toChatCompletion } from './chat-response';

const passage = {
  number: 2,
  documentId: 'd',
  collection: 'docs',
  chunkId: 'k',
  uri: 'guide.md',
  title: 'Guide',
  headings: ['A', 'B'],
  text: 'The text.',
  startOffset: 10,
  endOffset: 19,
  score: 0.5,
};

function completion(response: Parameters<typeof orchestrator.ChatResponse.fromPartial>[0]) {
  return toChatCompletion(
    orchestrator.ChatResponse.fromPartial({ runId: 'r', model: 'm', ...response }),
    1_700_000_000,
  );
}

describe('toChatCompletion', () => {
  test('says what was answered, by which run, when and by which model', () => {
    expect(completion({ message: { content: 'Hi' } })).toMatchObject({
      id: 'chatcmpl-r',
      object: 'chat.completion',
      created: 1_700_000_000,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' } }],
    });
  });

  test.each([
    [common.FinishReason.STOP, 'stop'],
    [common.FinishReason.LENGTH, 'length'],
    [common.FinishReason.TOOL_CALLS, 'tool_calls'],
    [common.FinishReason.CONTENT_FILTER, 'content_filter'],
    [common.FinishReason.UNSPECIFIED, 'stop'],
  ])('calls the finish reason %s %s', (finishReason, expected) => {
    expect(completion({ finishReason }).choices[0]?.finish_reason).toBe(expected);
  });

  test('counts tokens as OpenAI does', () => {
    const usage = { inputTokens: 10, outputTokens: 5, cachedInputTokens: 4, reasoningTokens: 2 };
    expect(completion({ usage }).usage).toEqual({
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 15,
      prompt_tokens_details: { cached_tokens: 4 },
      completion_tokens_details: { reasoning_tokens: 2 },
    });
  });

  test('has tool calls and no content when the model only calls tools', () => {
    const toolCalls = [{ id: 'c', name: 'weather', argumentsJson: '{}' }];
    expect(completion({ message: { toolCalls } }).choices[0]?.message).toMatchObject({
      content: null,
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'weather', arguments: '{}' } }],
    });
  });

  test('has no tool_calls where none were made', () => {
    expect(completion({ message: { content: '' } }).choices[0]?.message).not.toHaveProperty('tool_calls');
  });

  test('marks each citation where its marker stands, in the order of the text', () => {
    const citations = [
      { passage: { ...passage, number: 12, uri: 'late.md' }, answerOffsets: [30] },
      { passage, answerOffsets: [4, 40] },
    ];
    const { annotations } = completion({ message: { content: 'x' }, citations }).choices[0]!.message as {
      annotations: { url_citation: object }[];
    };
    expect(annotations.map((annotation) => annotation.url_citation)).toEqual([
      { start_index: 4, end_index: 7, url: 'guide.md', title: 'Guide' },
      { start_index: 30, end_index: 34, url: 'late.md', title: 'Guide' },
      { start_index: 40, end_index: 43, url: 'guide.md', title: 'Guide' },
    ]);
  });

  test("says in weft's own part which passages are cited, and whether the answer was cached", () => {
    expect(completion({ cached: true, citations: [{ passage, answerOffsets: [0] }] }).weft).toEqual({
      run_id: 'r',
      cached: true,
      citations: [
        {
          number: 2,
          document_id: 'd',
          collection: 'docs',
          title: 'Guide',
          uri: 'guide.md',
          headings: ['A', 'B'],
          text: 'The text.',
          start_offset: 10,
          end_offset: 19,
        },
      ],
    });
  });
});
