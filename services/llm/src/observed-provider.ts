import { common } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { ModelCallObservation } from '@weft/runtime';
import {
  type CallBounds,
  type Generation,
  type GenerationEvent,
  type GenerationRequest,
  type LanguageModelProvider,
  type ProviderModel,
} from './language-model-provider';

/** A provider whose calls telemetry sees: which model, how long, how many tokens, how it ended; never what was said. */
export class ObservedProvider implements LanguageModelProvider {
  readonly name: string;

  constructor(private readonly provider: LanguageModelProvider) {
    this.name = provider.name;
  }

  listModels(): Promise<ProviderModel[]> {
    return this.provider.listModels();
  }

  async generate(request: GenerationRequest, bounds: CallBounds): Promise<Generation> {
    const observation = this.begin(request, bounds);
    try {
      const generation = await this.provider.generate(request, bounds);
      observation?.answeredBy(generation.providerModel);
      observation?.completed(generation.usage, finishReasonName(generation.finishReason));
      return generation;
    } catch (error) {
      observation?.failed(reasonOf(error));
      throw error;
    }
  }

  async streamGenerate(
    request: GenerationRequest,
    bounds: CallBounds,
  ): Promise<AsyncIterable<GenerationEvent>> {
    const observation = this.begin(request, bounds);
    try {
      const events = await this.provider.streamGenerate(request, bounds);
      return observation === undefined ? events : observed(events, observation);
    } catch (error) {
      observation?.failed(reasonOf(error));
      throw error;
    }
  }

  close(): Promise<void> {
    return this.provider.close();
  }

  private begin({ model }: GenerationRequest, { traceparent }: CallBounds): ModelCallObservation | undefined {
    return ModelCallObservation.begin({ operation: 'chat', provider: this.name, model, traceparent });
  }
}

/** Passes a stream on; `return` reaches its source at once. */
function observed(
  events: AsyncIterable<GenerationEvent>,
  observation: ModelCallObservation,
): AsyncIterable<GenerationEvent> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = events[Symbol.asyncIterator]();
      return {
        async next() {
          try {
            const result = await iterator.next();
            if (result.done) observation.failed('STREAM_CUT');
            else look(result.value, observation);
            return result;
          } catch (error) {
            observation.failed(reasonOf(error));
            throw error;
          }
        },
        async return() {
          observation.failed('CALLER_GONE');
          return (await iterator.return?.()) ?? { done: true, value: undefined };
        },
      };
    },
  };
}

function look(event: GenerationEvent, observation: ModelCallObservation): void {
  if (event.kind === 'started') observation.answeredBy(event.providerModel);
  else if (event.kind === 'completed')
    observation.completed(event.usage, finishReasonName(event.finishReason));
  else observation.sawContent();
}

function reasonOf(error: unknown): string {
  return error instanceof WeftError ? error.reason : 'INTERNAL';
}

/** As the conventions' examples name them. */
function finishReasonName(reason: common.FinishReason): string | undefined {
  return finishReasonNames[reason];
}

const finishReasonNames: Partial<Record<common.FinishReason, string>> = {
  [common.FinishReason.STOP]: 'stop',
  [common.FinishReason.LENGTH]: 'length',
  [common.FinishReason.TOOL_CALLS]: 'tool_calls',
  [common.FinishReason.CONTENT_FILTER]: 'content_filter',
};
