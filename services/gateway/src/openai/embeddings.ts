import { type embedding } from '@weft/contracts';
import { z } from 'zod';
import { readBody } from './read-body';

const embeddingsRequestSchema = z.object({
  model: z.string(),
  input: z.union([
    z
      .string('must be a text or an array of texts: arrays of tokens are not supported')
      .min(1, 'must not be empty'),
    z
      .array(z.string('must be a text: tokens are not supported').min(1, 'must not be empty'))
      .min(1, 'must have at least one text'),
  ]),
  encoding_format: z.enum(['float', 'base64'], "must be 'float' or 'base64'").nullish(),
  dimensions: z.null('is not supported: a model has the dimensions it has').optional(),
});

/** An embeddings request, read. */
export interface EmbeddingsCall {
  request: embedding.CreateEmbeddingsRequest;
  encoding: 'float' | 'base64';
}

/**
 * Reads the body of `POST /v1/embeddings`.
 *
 * @throws WeftError INVALID_ARGUMENT naming the fields that are wrong or not supported
 */
export function readEmbeddingsRequest(body: Record<string, unknown>): EmbeddingsCall {
  const { model, input, encoding_format } = readBody(embeddingsRequestSchema, body);
  return {
    request: { model, inputs: typeof input === 'string' ? [input] : input },
    encoding: encoding_format ?? 'float',
  };
}

/** Names the client's own field for a field of the contract. */
export function embeddingsParamOf(field: string): string {
  return field.replace(/^inputs/, 'input');
}

/** Makes the body of an answer. Base64 is of 32-bit floats, little-endian. */
export function toEmbeddingList(
  response: embedding.CreateEmbeddingsResponse,
  encoding: EmbeddingsCall['encoding'],
) {
  const tokens = response.usage?.inputTokens ?? 0;
  return {
    object: 'list',
    data: response.embeddings.map(({ values }, index) => ({
      object: 'embedding',
      index,
      embedding: encoding === 'base64' ? toBase64(values) : values,
    })),
    model: response.model,
    usage: { prompt_tokens: tokens, total_tokens: tokens },
  };
}

function toBase64(values: readonly number[]): string {
  const bytes = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) bytes.writeFloatLE(value, index * 4);
  return bytes.toString('base64');
}
