import { metrics } from './metrics';
import { modelLabel } from './model-label';
import { isTracing, openSpan, type TraceSpan } from './tracing';

/** What a call to a model provider took, in tokens. */
export interface TokensTaken {
  inputTokens: number;
  outputTokens: number;
}

/** A call to a model provider, before it is made. */
export interface ModelCallStart {
  operation: 'chat' | 'embeddings';
  provider: string;
  model: string;
  traceparent: string | undefined;
}

/**
 * A call to a model provider as telemetry sees it, by the semantic conventions for generative AI: a span `chat <model>`, how long it took,
 * its tokens and its speed. Never what was asked or answered.
 */
export class ModelCallObservation {
  private readonly startedAt = performance.now();
  private readonly span: TraceSpan | undefined;
  private firstContentAt: number | undefined;
  private hasAnswered = false;
  private over = false;

  private constructor(private readonly start: ModelCallStart) {
    const { operation, provider, model, traceparent } = start;
    this.span = openSpan(`${operation} ${model}`, 'client', traceparent, {
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': model,
    });
  }

  /** Begins to observe a call; undefined where nobody looks. */
  static begin(start: ModelCallStart): ModelCallObservation | undefined {
    return isTracing() || metrics.modelDuration.measured ? new ModelCallObservation(start) : undefined;
  }

  /** The model that answers, as the provider names it. */
  answeredBy(model: string): void {
    this.span?.set({ 'gen_ai.response.model': model });
  }

  /** Content of a streamed answer has come. */
  sawContent(): void {
    this.firstContentAt ??= performance.now();
  }

  /** The call is over and has brought an answer. */
  completed(tokens: TokensTaken | undefined, finishReason?: string): void {
    if (this.over) return;
    this.hasAnswered = true;
    if (finishReason !== undefined) this.span?.set({ 'gen_ai.response.finish_reasons': [finishReason] });
    if (tokens !== undefined) {
      this.span?.set({
        'gen_ai.usage.input_tokens': tokens.inputTokens,
        'gen_ai.usage.output_tokens': tokens.outputTokens,
      });
      const labels = this.labels();
      metrics.modelTokens.record(tokens.inputTokens, { ...labels, 'gen_ai.token.type': 'input' });
      if (this.start.operation === 'chat')
        metrics.modelTokens.record(tokens.outputTokens, { ...labels, 'gen_ai.token.type': 'output' });
    }
    this.recordSpeed(tokens);
    this.finish(undefined);
  }

  /** The call is over without a whole answer; `reason` is stable, such as `CALLER_GONE`. */
  failed(reason: string): void {
    if (!this.over) this.finish(reason);
  }

  private recordSpeed(tokens: TokensTaken | undefined): void {
    const { firstContentAt } = this;
    if (firstContentAt === undefined) return;
    const labels = this.labels();
    metrics.timeToFirstToken.record((firstContentAt - this.startedAt) / 1000, labels);
    const laterTokens = (tokens?.outputTokens ?? 0) - 1;
    if (laterTokens > 0)
      metrics.timePerOutputToken.record((performance.now() - firstContentAt) / 1000 / laterTokens, labels);
  }

  private finish(failed: string | undefined): void {
    this.over = true;
    const labels = failed === undefined ? this.labels() : { ...this.labels(), 'error.type': failed };
    metrics.modelDuration.record((performance.now() - this.startedAt) / 1000, labels);
    this.span?.end(failed);
  }

  private labels() {
    const { operation, provider, model } = this.start;
    return {
      'gen_ai.operation.name': operation,
      'gen_ai.provider.name': provider,
      'gen_ai.request.model': modelLabel(model, this.hasAnswered),
    };
  }
}
