import { type CountedUsage } from './recorded-request';
import { type Script } from './script';

/** The `usage` object a script reports; undefined when it reports none. */
export function usageReport(script: Script, counted: CountedUsage): Record<string, unknown> | undefined {
  const scripted = script.usage ?? 'exact';
  if (scripted === 'missing') return undefined;
  const given = scripted === 'exact' ? {} : scripted;
  const promptTokens = given.promptTokens ?? counted.promptTokens;
  const completionTokens = given.completionTokens ?? counted.completionTokens;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    ...(given.cachedTokens === undefined
      ? {}
      : { prompt_tokens_details: { cached_tokens: given.cachedTokens } }),
    ...(given.reasoningTokens === undefined
      ? {}
      : { completion_tokens_details: { reasoning_tokens: given.reasoningTokens } }),
  };
}
