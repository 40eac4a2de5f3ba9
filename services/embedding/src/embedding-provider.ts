/** A text's vector and how many tokens it was made of. */
export interface EmbeddedText {
  vector: Float32Array;
  tokenCount: number;
}

/** The answer of a provider to one call. */
export interface EmbeddedTexts {
  /** One for each text, in order, all of one dimension. */
  texts: EmbeddedText[];
  /** Whether the token counts are weft's guess because the provider gave none. */
  estimated: boolean;
}

/** How much a provider takes in one call. */
export interface CallLimits {
  textsMax: number;
  /** Sum of the lengths of the texts, in UTF-16 code units; one text alone may be longer. */
  charactersMax: number;
  /** How many calls of one request run side by side. */
  callsAtOnce: number;
}

/** Something that makes vectors of text. */
export interface EmbeddingProvider {
  /** Such as `builtin` or `openai`. */
  readonly name: string;
  readonly limits: CallLimits;
  /**
   * Embeds texts within `limits`, none of them empty.
   *
   * @throws WeftError NOT_FOUND `MODEL_NOT_FOUND`; RESOURCE_EXHAUSTED when it has too much to do; UNAVAILABLE when it cannot work now;
   *   what the signal's abort stands for when it is aborted
   */
  embed(model: string, texts: readonly string[], signal: AbortSignal): Promise<EmbeddedTexts>;
  /** Lets go of what it holds. Calls that are not done fail. */
  close(): Promise<void>;
}
