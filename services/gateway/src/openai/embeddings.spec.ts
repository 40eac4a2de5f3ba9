import { embedding } from '@weft/contracts';
import { type WeftError } from '@weft/errors';
import { embeddingsParamOf, readEmbeddingsRequest, toEmbeddingList } from './embeddings';

function violation(body: Record<string, unknown>) {
  try {
    readEmbeddingsRequest(body);
  } catch (error) {
    return (error as WeftError).violations[0];
  }
  throw new Error('was accepted');
}

const response = embedding.CreateEmbeddingsResponse.fromPartial({
  embeddings: [{ values: [0.5, -1] }, { values: [0.25, 2] }],
  model: 'mini',
  usage: { inputTokens: 6 },
});

describe('embeddings', () => {
  test.each([
    ['one text', 'one', ['one']],
    ['texts', ['one', 'two'], ['one', 'two']],
  ])('reads %s', (_what, input, inputs) => {
    expect(readEmbeddingsRequest({ model: 'mini', input }).request).toEqual({ model: 'mini', inputs });
  });

  test('answers in floats unless base64 is asked for', () => {
    expect(readEmbeddingsRequest({ model: 'mini', input: 'x' }).encoding).toBe('float');
  });

  test.each([
    [{ model: 'mini' }, 'input'],
    [{ model: 'mini', input: '' }, 'input'],
    [{ model: 'mini', input: [] }, 'input'],
    [{ model: 'mini', input: ['a', ''] }, 'input[1]'],
    [{ model: 'mini', input: [1, 2] }, 'input[0]'],
    [{ model: 'mini', input: [[1, 2]] }, 'input[0]'],
    [{ input: 'a' }, 'model'],
    [{ model: 'mini', input: 'a', encoding_format: 'hex' }, 'encoding_format'],
    [{ model: 'mini', input: 'a', dimensions: 64 }, 'dimensions'],
  ])('names the field of %j', (body, field) => {
    expect(violation(body)?.field).toBe(field);
  });

  test('says that tokens are not supported', () => {
    expect(violation({ model: 'mini', input: [1, 2] })?.description).toContain('tokens are not supported');
  });

  test("calls the contract's inputs by the client's name", () => {
    expect(embeddingsParamOf('inputs[3]')).toBe('input[3]');
  });

  test('answers with floats in order', () => {
    expect(toEmbeddingList(response, 'float')).toEqual({
      object: 'list',
      data: [
        { object: 'embedding', index: 0, embedding: [0.5, -1] },
        { object: 'embedding', index: 1, embedding: [0.25, 2] },
      ],
      model: 'mini',
      usage: { prompt_tokens: 6, total_tokens: 6 },
    });
  });

  test('answers with the bytes of little-endian floats in base64', () => {
    const bytes = Buffer.from(toEmbeddingList(response, 'base64').data[1]!.embedding as string, 'base64');
    expect([bytes.length, bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual([8, 0.25, 2]);
  });
});
