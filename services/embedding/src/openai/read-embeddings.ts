import { type EmbeddedTexts } from '../embedding-provider';
import { vectorOf } from '../vector-bytes';
import { badAnswer } from './provider-error';
import { shareTokens } from './share-tokens';

/** The shape that OpenAI documents; what a server really sends is checked here. */
interface Answer {
  data?: ({ index?: unknown; embedding?: unknown } | null)[] | undefined;
  usage?: { prompt_tokens?: unknown } | undefined;
}

/**
 * Reads an answer to `POST /embeddings`: vectors in base64 (float32, little-endian) or as numbers, by their `index`.
 *
 * @throws WeftError UNAVAILABLE `PROVIDER_BAD_ANSWER` when vectors are missing, too many, of several dimensions or not numbers
 */
export function readEmbeddings(answer: unknown, texts: readonly string[]): EmbeddedTexts {
  const { data, usage } = (typeof answer === 'object' && answer !== null ? answer : {}) as Answer;
  if (!Array.isArray(data)) throw badAnswer('has no embeddings');
  if (data.length !== texts.length)
    throw badAnswer(`has ${data.length} embeddings for ${texts.length} texts`);
  const vectors: Float32Array[] = [];
  for (const [place, item] of data.entries()) {
    const index = item?.index ?? place;
    if (typeof index !== 'number' || !(index in data) || vectors[index] !== undefined) {
      throw badAnswer('numbers its embeddings wrongly');
    }
    vectors[index] = readVector(item?.embedding);
  }
  const dimensions = vectors[0]!.length;
  if (vectors.some((vector) => vector.length !== dimensions))
    throw badAnswer('has embeddings of several dimensions');
  const reported = usage?.prompt_tokens;
  const known = typeof reported === 'number' && Number.isSafeInteger(reported) && reported >= 0;
  const tokenCounts = shareTokens(known ? reported : undefined, texts);
  return {
    texts: vectors.map((vector, index) => ({ vector, tokenCount: tokenCounts[index]! })),
    estimated: !known,
  };
}

function readVector(embedding: unknown): Float32Array {
  const vector = decode(embedding);
  if (vector === undefined || vector.length === 0 || !vector.every(Number.isFinite)) {
    throw badAnswer('has an embedding that is not a list of numbers');
  }
  return vector;
}

function decode(embedding: unknown): Float32Array | undefined {
  if (typeof embedding === 'string') {
    const bytes = Buffer.from(embedding, 'base64');
    return bytes.length % 4 === 0 ? vectorOf(bytes) : undefined;
  }
  if (Array.isArray(embedding) && embedding.every((value) => typeof value === 'number'))
    return Float32Array.from(embedding);
  return undefined;
}
