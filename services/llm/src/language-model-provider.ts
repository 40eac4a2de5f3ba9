import { type common, type llm } from '@weft/contracts';
import { type ProviderCalls } from './provider-calls';

/** What a provider is asked: the contract's request, its `model` as the provider names it. */
export type GenerationRequest = llm.GenerateRequest;

/** The bounds of one call. */
export interface CallBounds {
  /** Aborted when the answer is no longer wanted; the provider lets go of everything at once. */
  signal: AbortSignal;
  /** Unix milliseconds. */
  deadline: number;
  /** The W3C trace context that the call belongs to. */
  traceparent?: string | undefined;
  /** Counts the calls to the provider: `begin` when one goes out, `fail` when it fails before the answer begins. */
  calls: ProviderCalls;
}

/** A whole answer. */
export interface Generation {
  message: common.Message;
  finishReason: common.FinishReason;
  /** Undefined when the provider did not say. */
  usage: common.Usage | undefined;
  /** The model as the provider names it. */
  providerModel: string;
}

/** A part of a streamed answer: first `started`, last `completed`. */
export type GenerationEvent =
  | { kind: 'started'; providerModel: string }
  | { kind: 'text'; text: string }
  /** `id` and `name` are set on the first piece of a call and empty after it. */
  | { kind: 'tool-call'; index: number; id: string; name: string; argumentsJson: string }
  | { kind: 'completed'; finishReason: common.FinishReason; usage: common.Usage | undefined };

/** A model that a provider offers. */
export interface ProviderModel {
  name: string;
  /** 0 when not known. */
  contextWindowTokens: number;
  supportsTools: boolean;
  /** Whether it answers conversations, as far as its name tells. */
  isChatModel: boolean;
  description: string;
}

/** Something that answers with language models. It fails with WeftErrors alone. */
export interface LanguageModelProvider {
  /** Such as `openai`. */
  readonly name: string;
  listModels(): Promise<ProviderModel[]>;
  generate(request: GenerationRequest, bounds: CallBounds): Promise<Generation>;
  /**
   * Streams an answer. Resolves when the provider has begun to answer; a refusal before that rejects, a failure after it is thrown
   * by the iterator. A reader that stops calling `next` pauses the provider; one that calls `return` ends the call.
   */
  streamGenerate(request: GenerationRequest, bounds: CallBounds): Promise<AsyncIterable<GenerationEvent>>;
  /** Lets go of connections. */
  close(): Promise<void>;
}
