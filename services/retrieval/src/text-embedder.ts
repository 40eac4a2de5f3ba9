import { type Caller } from '@weft/rpc';

/** Who asks for embeddings, and for how long. */
export interface EmbeddingCall {
  caller: Caller;
  signal: AbortSignal;
}

/** Texts as vectors. */
export interface EmbeddedTexts {
  /** One a text, in order, all of the same length. */
  vectors: readonly (readonly number[])[];
  /** The model that made them. */
  model: string;
  dimensions: number;
}

/** Turns texts into vectors. */
export interface TextEmbedder {
  /** @param model empty takes the default model */
  embed(texts: readonly string[], model: string, call: EmbeddingCall): Promise<EmbeddedTexts>;
  /** The name of the default model; empty when the service does not say. */
  defaultModel(call: EmbeddingCall): Promise<string>;
}
