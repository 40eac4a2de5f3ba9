import { type FakeProvider, startFakeProvider } from './fake-provider';

interface Embeddings {
  data: { embedding: number[] }[];
  usage: unknown;
}

describe('embeddings', () => {
  let provider: FakeProvider;
  beforeAll(async () => {
    provider = await startFakeProvider();
  });
  afterAll(() => provider.close());

  it('has 32 dimensions by default', async () => {
    const { data } = await embed({ input: 'hello' });
    expect(data[0]!.embedding).toHaveLength(32);
  });

  it('has the dimensions asked for', async () => {
    const { data } = await embed({ input: 'hello', dimensions: 5 });
    expect(data[0]!.embedding).toHaveLength(5);
  });

  it('has length 1', async () => {
    const { data } = await embed({ input: 'hello' });
    expect(Math.hypot(...data[0]!.embedding)).toBeCloseTo(1, 5);
  });

  it('is equal for equal texts and differs for others', async () => {
    const { data } = await embed({ input: ['a', 'b', 'a'] });
    const [first, second, third] = data.map(({ embedding }) => embedding.join());
    expect([first === third, first === second]).toEqual([true, false]);
  });

  it('carries the same numbers as base64', async () => {
    const { data: plain } = await embed({ input: 'a', dimensions: 3 });
    const { data: coded } = await embed({ input: 'a', dimensions: 3, encoding_format: 'base64' });
    const bytes = Uint8Array.from(Buffer.from(coded[0]!.embedding as unknown as string, 'base64'));
    expect(Array.from(new Float32Array(bytes.buffer))).toEqual(plain[0]!.embedding);
  });

  it('counts the tokens of its input', async () => {
    const { usage } = await embed({ input: ['one two', 'three'] });
    expect(usage).toEqual({ prompt_tokens: 3, total_tokens: 3 });
  });

  it.each([{ input: '' }, { input: [] }, { input: 'a', dimensions: 0 }])('refuses %j', async (body) => {
    const answer = await fetch(`${provider.baseUrl}/embeddings`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(400);
  });

  async function embed(body: Record<string, unknown>): Promise<Embeddings> {
    const text = JSON.stringify({ model: 'e', ...body });
    return (
      await fetch(`${provider.baseUrl}/embeddings`, { method: 'POST', body: text })
    ).json() as Promise<Embeddings>;
  }
});
