import { readEmbeddings } from './read-embeddings';

const texts = ['one', 'two'];
const base64 = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer).toString('base64');
const answer = (first: unknown, second: unknown = { index: 1, embedding: [3, 4] }) => ({
  data: [first, second],
  usage: { prompt_tokens: 6 },
});
const good = { index: 0, embedding: [1, 2] };

describe('readEmbeddings', () => {
  it('reads numbers', () => {
    expect(readEmbeddings(answer(good), texts).texts.map(({ vector }) => [...vector])).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('reads base64', () => {
    const read = readEmbeddings(answer({ index: 0, embedding: base64(0.5, -2) }), texts);
    expect([...read.texts[0]!.vector]).toEqual([0.5, -2]);
  });

  it('puts vectors where their index says', () => {
    const read = readEmbeddings(answer({ index: 1, embedding: [3, 4] }, good), texts);
    expect(read.texts.map(({ vector }) => vector[0])).toEqual([1, 3]);
  });

  it('estimates tokens when none are reported, and says so', () => {
    const { estimated, texts: read } = readEmbeddings({ data: answer(good).data }, texts);
    expect([estimated, read.map(({ tokenCount }) => tokenCount)]).toEqual([true, [1, 1]]);
  });

  it.each<[string, unknown]>([
    ['nothing', null],
    ['text', 'hello'],
    ['no list', {}],
    ['too few', { data: [good] }],
    ['too many', { data: [good, good, good] }],
    ['one index twice', answer(good, good)],
    ['an index out of range', answer(good, { index: 2, embedding: [1, 2] })],
    ['an index that is none', answer(good, { index: 'x', embedding: [1, 2] })],
    ['several dimensions', answer(good, { index: 1, embedding: [1] })],
    ['an empty vector', answer({ index: 0, embedding: [] }, { index: 1, embedding: [] })],
    ['text among numbers', answer({ index: 0, embedding: [1, 'x'] })],
    ['what is no number', answer({ index: 0, embedding: base64(1, NaN) })],
    ['bytes that make no number', answer({ index: 0, embedding: 'AAAAAAA=' })],
    ['no vector', answer({ index: 0 })],
    ['null for a vector', answer(null)],
  ])('refuses %s', (_what, body) => {
    expect(() => readEmbeddings(body, texts)).toThrow(
      expect.objectContaining({ code: 'UNAVAILABLE', reason: 'PROVIDER_BAD_ANSWER' }),
    );
  });
});
