import { common } from '@weft/contracts';

/** What several model calls took together. */
export function sumUsage(usages: readonly common.Usage[]): common.Usage {
  const sum = common.Usage.fromPartial({});
  for (const usage of usages) {
    sum.inputTokens += usage.inputTokens;
    sum.outputTokens += usage.outputTokens;
    sum.cachedInputTokens += usage.cachedInputTokens;
    sum.reasoningTokens += usage.reasoningTokens;
    sum.estimated ||= usage.estimated;
  }
  return sum;
}
