import { type ProviderModel } from '../language-model-provider';
import { malformed } from './provider-errors';

/** Names of models that do something other than converse. The OpenAI API lists all models alike. */
const otherPurpose =
  /embed|whisper|tts|transcri|dall-e|image|moderation|rerank|audio|realtime|speech|sora|video|babbage|davinci/i;

interface ListedModel {
  id?: unknown;
  owned_by?: unknown;
  /** The window as OpenRouter, vLLM and Groq name it; OpenAI does not tell. */
  context_length?: unknown;
  max_model_len?: unknown;
  context_window?: unknown;
  /** As OpenRouter tells. */
  supported_parameters?: unknown;
}

/**
 * Reads the JSON of a list of models, in the order of the provider.
 *
 * @throws WeftError INTERNAL `PROVIDER_STREAM_MALFORMED` when it is none
 */
export function readModelList(body: string): ProviderModel[] {
  let data: unknown;
  try {
    data = (JSON.parse(body) as { data?: unknown } | null)?.data;
  } catch (error) {
    throw malformed('its list of models is not JSON', error);
  }
  if (!Array.isArray(data)) throw malformed('its list of models has no data');
  return (data as (ListedModel | null)[]).flatMap((model) =>
    typeof model?.id === 'string' ? [modelOf(model, model.id)] : [],
  );
}

function modelOf(model: ListedModel, name: string): ProviderModel {
  const isChatModel = !otherPurpose.test(name);
  const { supported_parameters: parameters } = model;
  const owner =
    typeof model.owned_by === 'string' && model.owned_by !== '' ? `, owned by ${model.owned_by}` : '';
  return {
    name,
    contextWindowTokens: windowOf(model),
    supportsTools: Array.isArray(parameters) ? parameters.includes('tools') : isChatModel,
    isChatModel,
    description: `Served by the OpenAI-compatible provider${owner}.`,
  };
}

function windowOf({ context_length, max_model_len, context_window }: ListedModel): number {
  const window = [context_length, max_model_len, context_window].find(
    (value) => Number.isSafeInteger(value) && Number(value) > 0,
  );
  return Math.min(Number(window ?? 0), 2 ** 31 - 1);
}
