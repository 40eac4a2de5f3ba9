import { type common, type orchestrator } from '@weft/contracts';
import { annotationsOf, completionId, finishReasonOf, toolCallOf, usageOf, weftPartOf } from './answer-parts';
import { type OpenAiError } from './openai-error';

/** The frame that says that a silent stream is alive: a comment, which clients skip. */
export const keepAliveFrame = ': keep-alive\n\n';

/** The frame that ends a stream well. */
export const doneFrame = 'data: [DONE]\n\n';

/** The frame of a failed stream; nothing follows it. */
export function errorFrame(error: OpenAiError): string {
  return `event: error\ndata: ${JSON.stringify(error)}\n\n`;
}

/** Makes the frames of one streamed answer. */
export interface ChatChunks {
  role(): string;
  text(text: string): string;
  toolCall(index: number, call: common.ToolCall): string;
  /** The last chunk with a choice and, if it was asked for, the one with the usage. */
  completed(completed: orchestrator.ChatCompleted): string;
}

/** Makes a stream's frames. What all of them share is made once: a frame of text costs one JSON string. */
export function createChatChunks(answer: {
  runId: string;
  model: string;
  /** Unix seconds. */
  created: number;
  includeUsage: boolean;
}): ChatChunks {
  const head = {
    id: completionId(answer.runId),
    object: 'chat.completion.chunk',
    created: answer.created,
    model: answer.model,
  };
  const prefix = `data: ${JSON.stringify(head).slice(0, -1)},"choices":[`;
  const deltaPrefix = `${prefix}{"index":0,"delta":`;
  const usageOfOthers = answer.includeUsage ? ',"usage":null' : '';
  const suffix = `]${usageOfOthers}}\n\n`;
  const deltaSuffix = `,"logprobs":null,"finish_reason":null}${suffix}`;
  return {
    role: () => `${deltaPrefix}{"role":"assistant","content":""}${deltaSuffix}`,
    text: (text) => `${deltaPrefix}{"content":${JSON.stringify(text)}}${deltaSuffix}`,
    toolCall: (index, call) =>
      `${deltaPrefix}${JSON.stringify({ tool_calls: [{ index, ...toolCallOf(call) }] })}${deltaSuffix}`,
    completed({ finishReason, usage, citations, cached }) {
      const annotations = annotationsOf(citations);
      const delta = JSON.stringify(annotations.length > 0 ? { annotations } : {});
      const weft = JSON.stringify(weftPartOf({ runId: answer.runId, cached, citations }));
      const last = `${deltaPrefix}${delta},"logprobs":null,"finish_reason":"${finishReasonOf(finishReason)}"}]${usageOfOthers},"weft":${weft}}\n\n`;
      return answer.includeUsage ? `${last}${prefix}],"usage":${JSON.stringify(usageOf(usage))}}\n\n` : last;
    },
  };
}
