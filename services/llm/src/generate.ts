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
  let asked = '';
  try {
    const { provider, model } = await catalog.resolve(request.model);
    asked = provider.name;
    const call = { ...request, model };
    const { message, finishReason, usage, providerModel } = await provider.generate(call, bounds);
    return {
      message,
      finishReason,
      usage: usage ?? estimateUsage(request, writtenText(message)),
      providerModel,
      provider: provider.name,
      failedCalls: bounds.calls.failed(provider.name, call),
    };
  } catch (error) {
    throw bounds.calls.toldBy(error, asked);
  }
}

function writtenText({ content, toolCalls }: NonNullable<llm.GenerateResponse['message']>): string {
  return content + toolCalls.map(({ name, argumentsJson }) => name + argumentsJson).join('');
}
