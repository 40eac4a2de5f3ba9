import { type orchestrator } from '@weft/contracts';
import { annotationsOf, completionId, finishReasonOf, toolCallOf, usageOf, weftPartOf } from './answer-parts';

/** Makes the body of a whole answer. `created` is in Unix seconds. */
export function toChatCompletion(response: orchestrator.ChatResponse, created: number) {
  const { runId, model, message, finishReason, usage, citations, cached } = response;
  const toolCalls = message?.toolCalls ?? [];
  const annotations = annotationsOf(citations);
  const content = message?.content ?? '';
  return {
    id: completionId(runId),
    object: 'chat.completion',
    created,
    model,
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: content === '' && toolCalls.length > 0 ? null : content,
          refusal: null,
          ...(toolCalls.length > 0 ? { tool_calls: toolCalls.map(toolCallOf) } : {}),
          ...(annotations.length > 0 ? { annotations } : {}),
        },
        logprobs: null,
        finish_reason: finishReasonOf(finishReason),
      },
    ],
    usage: usageOf(usage),
    weft: weftPartOf({ runId, cached, citations }),
  };
}
