import { common, orchestrator } from '@weft/contracts';
import fc from 'fast-check';
import { createChatChunks, errorFrame } from './chat-chunks';

function chunks(includeUsage = false) {
  return createChatChunks({ runId: 'r', model: 'm"odel', created: 1_700_000_000, includeUsage });
}

function parse(frames: string) {
  const parts = frames.split('\n\n');
  expect(parts.pop()).toBe('');
  return parts.map((part) => JSON.parse(part.replace(/^data: /, '')) as Record<string, never>);
}

const completed = (event: Parameters<typeof orchestrator.ChatCompleted.fromPartial>[0] = {}) =>
  orchestrator.ChatCompleted.fromPartial({ finishReason: common.FinishReason.STOP, ...event });

describe('chat chunks', () => {
  test('begin with the role', () => {
    expect(parse(chunks().role())).toEqual([
      {
        id: 'chatcmpl-r',
        object: 'chat.completion.chunk',
        created: 1_700_000_000,
        model: 'm"odel',
        choices: [
          { index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null },
        ],
      },
    ]);
  });

  test('carry any text unchanged, in one frame', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        expect(parse(chunks().text(text))).toMatchObject([{ choices: [{ delta: { content: text } }] }]);
      }),
    );
  });

  test('carry tool calls whole', () => {
    expect(parse(chunks().toolCall(1, { id: 'c', name: 'weather', argumentsJson: '{"a":1}' }))).toMatchObject(
      [
        {
          choices: [
            {
              delta: {
                tool_calls: [
                  {
                    index: 1,
                    id: 'c',
                    type: 'function',
                    function: { name: 'weather', arguments: '{"a":1}' },
                  },
                ],
              },
            },
          ],
        },
      ],
    );
  });

  test("end with the finish reason and weft's own part", () => {
    expect(parse(chunks().completed(completed({ cached: true })))).toMatchObject([
      { choices: [{ delta: {}, finish_reason: 'stop' }], weft: { run_id: 'r', cached: true, citations: [] } },
    ]);
  });

  test('end with the annotations of the citations', () => {
    const citations = [{ passage: { number: 1, uri: 'a.md', title: 'A' }, answerOffsets: [3] }];
    expect(parse(chunks().completed(completed({ citations })))).toMatchObject([
      {
        choices: [
          {
            delta: {
              annotations: [
                {
                  type: 'url_citation',
                  url_citation: { start_index: 3, end_index: 6, url: 'a.md', title: 'A' },
                },
              ],
            },
          },
        ],
      },
    ]);
  });

  test('tell the usage in a last chunk of its own when it was asked for', () => {
    const usage = { inputTokens: 3, outputTokens: 2 };
    expect(parse(chunks(true).completed(completed({ usage })))[1]).toMatchObject({
      choices: [],
      usage: { total_tokens: 5 },
    });
  });

  test('tell no usage when it was not asked for', () => {
    const all =
      chunks().role() + chunks().text('x') + chunks().completed(completed({ usage: { inputTokens: 3 } }));
    expect(all).not.toContain('usage');
  });

  test('say in all other chunks that the usage comes later', () => {
    const [role, text, last] = parse(
      chunks(true).role() + chunks(true).text('x') + chunks(true).completed(completed()),
    );
    expect([role, text, last].map((chunk) => chunk!['usage'])).toEqual([null, null, null]);
  });

  test('have errors as events of their own', () => {
    const error = { error: { message: 'm', type: 't', param: null, code: 'c' } };
    expect(errorFrame(error)).toBe(`event: error\ndata: ${JSON.stringify(error)}\n\n`);
  });
});
