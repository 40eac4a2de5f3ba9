import { type llm } from '@weft/contracts';
import { estimateUsage } from './estimate-usage';
import { type CallBounds } from './language-model-provider';
import { type ModelCatalog } from './model-catalog';

/** Generates a whole answer. */
export async function generate(
  catalog: ModelCatalog,
  request: llm.GenerateRequest,
  bounds: CallBounds,
): Promise<llm.GenerateResponse> {
  const { provider, model } = await catalog.resolve(request.model);
  const generation = await provider.generate({ ...request, model }, bounds);
  const { message, finishReason, usage, providerModel } = generation;
  return {
    message,
    finishReason,
    usage: usage ?? estimateUsage(request, writtenText(message)),
    providerModel,
    provider: provider.name,
  };
}

function writtenText({ content, toolCalls }: NonNullable<llm.GenerateResponse['message']>): string {
  return content + toolCalls.map(({ name, argumentsJson }) => name + argumentsJson).join('');
}
