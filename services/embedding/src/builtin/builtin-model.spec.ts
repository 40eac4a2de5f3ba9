import { silentLogger } from '@weft/runtime';
import { BuiltinProvider } from './builtin-provider';

describe('the built-in model', () => {
  const provider = new BuiltinProvider({ workers: 1, queueMax: 100, idleMs: 60_000, logger: silentLogger });
  const embed = async (...texts: string[]) =>
    (await provider.embed('', texts, new AbortController().signal)).texts;
  const cosine = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, value, index) => sum + value * b[index]!, 0);
  const similarity = async (one: string, other: string) => {
    const [a, b] = await embed(one, other);
    return cosine(a!.vector, b!.vector);
  };
  afterAll(() => provider.close());

  it('finds a paraphrase closer than another matter', async () => {
    const [paraphrase, other] = [
      await similarity('How old are you?', 'What is your age?'),
      await similarity('How old are you?', 'The stock market fell today.'),
    ];
    expect(paraphrase - other).toBeGreaterThan(0.4);
  });

  it('gives 512 numbers of length 1', async () => {
    const { vector } = (await embed('hello'))[0]!;
    expect([vector.length, Math.hypot(...vector).toFixed(4)]).toEqual([512, '1.0000']);
  });

  it('gives a text the same vector alone and among others', async () => {
    const [alone] = await embed('a flat plate in supersonic flow');
    const [, among] = await embed('x', 'a flat plate in supersonic flow', 'a much longer text '.repeat(20));
    expect(cosine(alone!.vector, among!.vector)).toBeCloseTo(1, 4);
  });

  it('takes line breaks and tabs for spaces', async () => {
    expect(await similarity('hello big\n\t world', 'hello big world')).toBeCloseTo(1, 5);
  });

  it('reads no more than 128 tokens, so that any longer text takes no longer', async () => {
    const start = 'The quick brown fox jumps over the lazy dog. '.repeat(30);
    const [a, b] = await embed(start, `${start}${'Something else altogether. '.repeat(3000)}`);
    expect([cosine(a!.vector, b!.vector).toFixed(5), a!.tokenCount, b!.tokenCount]).toEqual([
      '1.00000',
      128,
      128,
    ]);
  });

  it.each([
    ['nothing but space', ' \n\t '],
    ['a script it does not know', '漢字'.repeat(5000)],
    ['a word without end', 'a'.repeat(50_000)],
    ['half a surrogate pair', '\ud83d'],
    ['the character U+0000', '\0'],
  ])('makes some vector of %s', async (_what, text) => {
    const { vector } = (await embed(text))[0]!;
    expect(vector.every(Number.isFinite)).toBe(true);
  });
});
