import { setImmediate as nextTurn } from 'node:timers/promises';
import { common } from '@weft/contracts';
import { abortReason } from '@weft/rpc';
import { countTokens } from '@weft/tokens';
import { countInputTokens } from '../estimate-usage';
import {
  type CallBounds,
  type Generation,
  type GenerationEvent,
  type GenerationRequest,
  type LanguageModelProvider,
  type ProviderModel,
} from '../language-model-provider';
import { extractiveAnswer } from './extractive-answer';
import { limitAnswer } from './limit-answer';

/** The name of the built-in model. */
export const extractiveModelName = 'builtin-extractive';

/** Answers with quotes from the passages of the request. Needs no network and no key. */
export class ExtractiveProvider implements LanguageModelProvider {
  readonly name = 'builtin';

  async listModels(): Promise<ProviderModel[]> {
    return [
      {
        name: extractiveModelName,
        contextWindowTokens: 0,
        supportsTools: false,
        isChatModel: true,
        description:
          'Answers with quotes from the documents that were found, and cites each. Needs no provider.',
      },
    ];
  }

  async generate(request: GenerationRequest, bounds: CallBounds): Promise<Generation> {
    bounds.calls.begin();
    const { text, finishReason } = answer(request);
    return {
      message: common.Message.fromPartial({ role: common.Role.ASSISTANT, content: text }),
      finishReason,
      usage: usageOf(request, text),
      providerModel: extractiveModelName,
    };
  }

  async streamGenerate(
    request: GenerationRequest,
    bounds: CallBounds,
  ): Promise<AsyncIterable<GenerationEvent>> {
    bounds.calls.begin();
    return streamWords(request, answer(request), bounds.signal);
  }

  async close(): Promise<void> {}
}

interface LimitedAnswer {
  text: string;
  finishReason: common.FinishReason;
}

function answer({ messages, passages, parameters }: GenerationRequest): LimitedAnswer {
  return limitAnswer(extractiveAnswer(messages, passages), parameters);
}

async function* streamWords(
  request: GenerationRequest,
  { text, finishReason }: LimitedAnswer,
  signal: AbortSignal,
): AsyncGenerator<GenerationEvent> {
  yield { kind: 'started', providerModel: extractiveModelName };
  for (const word of text.match(/\s*\S+|\s+$/g) ?? []) {
    if (signal.aborted) throw abortReason(signal);
    yield { kind: 'text', text: word };
    // Other requests have their turn between two words.
    await nextTurn();
  }
  yield { kind: 'completed', finishReason, usage: usageOf(request, text) };
}

/** The built-in model's own count, passages included: they are what it reads. */
function usageOf(request: GenerationRequest, text: string): common.Usage {
  const passageTokens = request.passages.reduce((sum, passage) => sum + countTokens(passage.text), 0);
  return {
    inputTokens: countInputTokens(request) + passageTokens,
    outputTokens: countTokens(text),
    cachedInputTokens: 0,
    reasoningTokens: 0,
    estimated: false,
  };
}
