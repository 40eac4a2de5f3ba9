import { common } from '@weft/contracts';

const finishReasons: ReadonlyMap<unknown, common.FinishReason> = new Map([
  ['stop', common.FinishReason.STOP],
  ['length', common.FinishReason.LENGTH],
  ['tool_calls', common.FinishReason.TOOL_CALLS],
  ['function_call', common.FinishReason.TOOL_CALLS],
  ['content_filter', common.FinishReason.CONTENT_FILTER],
]);

/** The contract's finish reason; undefined for one that is not known. */
export function finishReasonOf(reason: unknown): common.FinishReason | undefined {
  return finishReasons.get(reason);
}

/** The usage that a provider reports; undefined when it reports none that can be read. */
export function usageOf(usage: unknown): common.Usage | undefined {
  const { prompt_tokens, completion_tokens, prompt_tokens_details, completion_tokens_details } = (usage ??
    {}) as {
    prompt_tokens?: unknown;
    completion_tokens?: unknown;
    prompt_tokens_details?: { cached_tokens?: unknown } | null;
    completion_tokens_details?: { reasoning_tokens?: unknown } | null;
  };
  if (!isCount(prompt_tokens) || !isCount(completion_tokens)) return undefined;
  return {
    inputTokens: prompt_tokens,
    outputTokens: completion_tokens,
    cachedInputTokens: countOr0(prompt_tokens_details?.cached_tokens),
    reasoningTokens: countOr0(completion_tokens_details?.reasoning_tokens),
    estimated: false,
  };
}

function countOr0(value: unknown): number {
  return isCount(value) ? value : 0;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
