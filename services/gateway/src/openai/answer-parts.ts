import { common } from '@weft/contracts';

/** The parts that a whole answer and the end of a streamed one share. */

export function finishReasonOf(reason: common.FinishReason): string {
  if (reason === common.FinishReason.LENGTH) return 'length';
  if (reason === common.FinishReason.TOOL_CALLS) return 'tool_calls';
  if (reason === common.FinishReason.CONTENT_FILTER) return 'content_filter';
  return 'stop';
}

export function usageOf(usage: common.Usage | undefined) {
  const { inputTokens = 0, outputTokens = 0, cachedInputTokens = 0, reasoningTokens = 0 } = usage ?? {};
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: cachedInputTokens },
    completion_tokens_details: { reasoning_tokens: reasoningTokens },
  };
}

/** One for each marker in the answer, in the order of the text. Indices count UTF-16 code units; the end is exclusive. */
export function annotationsOf(citations: readonly common.Citation[]) {
  const annotations = citations.flatMap(({ passage, answerOffsets }) => {
    if (passage === undefined) return [];
    const markerLength = `[${passage.number}]`.length;
    return answerOffsets.map((start) => ({
      type: 'url_citation',
      url_citation: {
        start_index: start,
        end_index: start + markerLength,
        url: passage.uri,
        title: passage.title,
      },
    }));
  });
  return annotations.sort((left, right) => left.url_citation.start_index - right.url_citation.start_index);
}

/** What weft says of an answer beyond OpenAI's API. */
export function weftPartOf(answer: {
  runId: string;
  cached: boolean;
  citations: readonly common.Citation[];
}) {
  return {
    run_id: answer.runId,
    cached: answer.cached,
    citations: answer.citations.flatMap(({ passage }) =>
      passage === undefined ? [] : [citationOf(passage)],
    ),
  };
}

function citationOf(passage: common.Passage) {
  return {
    number: passage.number,
    document_id: passage.documentId,
    collection: passage.collection,
    title: passage.title,
    uri: passage.uri,
    headings: passage.headings,
    text: passage.text,
    start_offset: passage.startOffset,
    end_offset: passage.endOffset,
  };
}

/** The id of an answer; the run's id is in it, so that one leads to the other. */
export function completionId(runId: string): string {
  return `chatcmpl-${runId}`;
}

export function toolCallOf({ id, name, argumentsJson }: common.ToolCall) {
  return { id, type: 'function', function: { name, arguments: argumentsJson } };
}
