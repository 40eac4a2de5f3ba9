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
  const { provider, model } = await context.catalog.resolve(request.model);
  const source = await provider.streamGenerate({ ...request, model }, bounds);
  const iterator = source[Symbol.asyncIterator]();
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
      yield { sequence: ++sequence, event: streamEvent(result.value, provider.name, request, output) };
      next = iterator.next();
    }
  } catch (error) {
    if (bounds.signal.aborted || sequence === 0) throw error;
    const failure = publicError(error);
    const fields = { err: error, provider: provider.name, model, reason: failure.reason };
    if (failure.code === 'INTERNAL') context.logger.error(fields, 'a streamed answer failed');
    else context.logger.warn(fields, 'a streamed answer failed');
    const value = { error: toErrorStatus(failure), usage: estimateUsage(request, output.join('')) };
    yield { sequence: sequence + 1, event: { $case: 'failed', value } };
  } finally {
    heartbeats.close();
    await iterator.return?.();
  }
}

/** The contract's event; `output` collects what the model wrote, for the case that nobody else counts it. */
function streamEvent(
  event: GenerationEvent,
  provider: string,
  request: llm.GenerateRequest,
  output: string[],
): StreamEvent {
  switch (event.kind) {
    case 'started':
      return { $case: 'started', value: { providerModel: event.providerModel, provider } };
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
