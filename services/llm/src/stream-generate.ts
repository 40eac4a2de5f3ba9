import { type llm } from '@weft/contracts';
import { publicError, toErrorStatus } from '@weft/rpc';
import { type Logger } from '@weft/runtime';
import { estimateUsage } from './estimate-usage';
import { HeartbeatWait, silence } from './heartbeat-wait';
import { type CallBounds, type GenerationEvent } from './language-model-provider';
import { type ModelCatalog } from './model-catalog';

type StreamEvent = NonNullable<llm.StreamGenerateResponse['event']>;

/** What a stream is made with. */
export interface StreamContext {
  catalog: ModelCatalog;
  logger: Logger;
  /** Silence after which a heartbeat is sent. */
  heartbeatIntervalMs: number;
}

/**
 * Streams an answer that keeps the stream contract: `started` first, one terminal event last, `sequence` without holes.
 * A refusal before the provider begins is thrown; a failure after it becomes a `failed` event with the usage until then.
 * After an abort nothing more is yielded, and the reason of the abort is thrown.
 */
export async function* streamGenerate(
  context: StreamContext,
  request: llm.GenerateRequest,
  bounds: CallBounds,
): AsyncGenerator<llm.StreamGenerateResponse, void, undefined> {
  const answer = await beginAnswer(context.catalog, request, bounds);
  const { provider, model, events: iterator } = answer;
  const heartbeats = new HeartbeatWait(context.heartbeatIntervalMs);
  const output: string[] = [];
  let sequence = 0;
  try {
    let next = iterator.next();
    for (;;) {
      const result = await heartbeats.orSilence(next);
      if (result === silence) {
        // `started` is the first event, however long it takes.
        if (sequence > 0) yield { sequence: ++sequence, event: { $case: 'heartbeat', value: {} } };
        continue;
      }
      if (result.done) return;
      yield { sequence: ++sequence, event: streamEvent(result.value, answer, output) };
      next = iterator.next();
    }
  } catch (error) {
    if (bounds.signal.aborted) throw error;
    if (sequence === 0) throw bounds.calls.toldBy(error, provider);
    const failure = publicError(error);
    const fields = { err: error, provider, model, reason: failure.reason };
    if (failure.code === 'INTERNAL') context.logger.error(fields, 'a streamed answer failed');
    else context.logger.warn(fields, 'a streamed answer failed');
    const value = { error: toErrorStatus(failure), usage: estimateUsage(request, output.join('')) };
    yield { sequence: sequence + 1, event: { $case: 'failed', value } };
  } finally {
    heartbeats.close();
    await iterator.return?.();
  }
}

/** An answer that has begun. */
interface BegunAnswer {
  request: llm.GenerateRequest;
  provider: string;
  /** The model as the provider knows it. */
  model: string;
  failedCalls: llm.FailedProviderCall[];
  events: AsyncIterator<GenerationEvent>;
}

async function beginAnswer(
  catalog: ModelCatalog,
  request: llm.GenerateRequest,
  bounds: CallBounds,
): Promise<BegunAnswer> {
  let asked = '';
  try {
    const { provider, model } = await catalog.resolve(request.model);
    asked = provider.name;
    const call = { ...request, model };
    const source = await provider.streamGenerate(call, bounds);
    const failedCalls = bounds.calls.failed(asked, call);
    return { request, provider: asked, model, failedCalls, events: source[Symbol.asyncIterator]() };
  } catch (error) {
    throw bounds.calls.toldBy(error, asked);
  }
}

/** The contract's event; `output` collects what the model wrote, for the case that nobody else counts it. */
function streamEvent(
  event: GenerationEvent,
  { request, provider, failedCalls }: BegunAnswer,
  output: string[],
): StreamEvent {
  switch (event.kind) {
    case 'started':
      return { $case: 'started', value: { providerModel: event.providerModel, provider, failedCalls } };
    case 'text':
      output.push(event.text);
      return { $case: 'text', value: { text: event.text } };
    case 'tool-call': {
      const { index, id, name, argumentsJson } = event;
      output.push(name, argumentsJson);
      return { $case: 'toolCall', value: { index, id, name, argumentsJson } };
    }
    case 'completed': {
      const usage = event.usage ?? estimateUsage(request, output.join(''));
      return { $case: 'completed', value: { finishReason: event.finishReason, usage } };
    }
  }
}
