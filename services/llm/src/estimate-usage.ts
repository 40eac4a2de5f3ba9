import { type common } from '@weft/contracts';
import { countTokens } from '@weft/tokens';
import { type GenerationRequest } from './language-model-provider';

/** Tokens that a message costs besides its text, and that the answer's opening costs. */
const tokensPerMessage = 3;

/**
 * The tokens of a conversation as chat models read it.
 * Source: the OpenAI cookbook, "How to count tokens with tiktoken".
 */
export function countInputTokens(request: GenerationRequest): number {
  let sum = tokensPerMessage;
  for (const { content, name, toolCalls } of request.messages) {
    sum += tokensPerMessage + 1 + countTokens(content);
    if (name !== '') sum += 1 + countTokens(name);
    for (const call of toolCalls) sum += countTokens(call.name) + countTokens(call.argumentsJson);
  }
  for (const tool of request.tools) {
    sum += countTokens(tool.name) + countTokens(tool.description) + countTokens(tool.parametersSchemaJson);
  }
  return sum;
}

/** What a call took as far as we can tell, when its provider did not say. */
export function estimateUsage(request: GenerationRequest, output: string): common.Usage {
  return {
    inputTokens: countInputTokens(request),
    outputTokens: output === '' ? 0 : countTokens(output),
    cachedInputTokens: 0,
    reasoningTokens: 0,
    estimated: true,
  };
}
