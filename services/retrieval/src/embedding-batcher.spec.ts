import { unavailable, WeftError } from '@weft/errors';
import { testCaller } from '@weft/testing';
import { EmbeddingBatcher } from './embedding-batcher';
import { type TextEmbedder } from './text-embedder';

const call = { caller: testCaller({ tenantId: 'acme' }), signal: new AbortController().signal };
const ignore = () => undefined;

/** Embeds a text as its length; `bad` texts are refused. */
class LengthEmbedder implements TextEmbedder {
  readonly calls: (readonly string[])[] = [];
  error: WeftError = new WeftError('INVALID_ARGUMENT', 'TEXT_REFUSED', 'bad');

  async embed(texts: readonly string[], model: string) {
    this.calls.push(texts);
    await new Promise(setImmediate);
    if (texts.includes('bad')) throw this.error;
    return { vectors: texts.map((text) => [text.length]), model: model || 'default', dimensions: 1 };
  }

  async defaultModel() {
    return 'default';
  }
}

describe('EmbeddingBatcher', () => {
  let embedder: LengthEmbedder;
  const batcherOf = (batchSize: number, concurrency: number) =>
    new EmbeddingBatcher({ embedder, model: '', call, batchSize, concurrency });
  beforeEach(() => (embedder = new LengthEmbedder()));

  it('gives each document its own vectors in order', async () => {
    const batcher = batcherOf(3, 1);
    const documents = [['a', 'bb'], ['ccc'], ['dddd', 'eeeee', 'ffffff', 'ggggggg']];
    const embedded = await Promise.all(documents.map((texts) => batcher.embed(texts, ignore)));
    expect(embedded.map(({ vectors }) => vectors.map(([value]) => value))).toEqual([
      [1, 2],
      [3],
      [4, 5, 6, 7],
    ]);
  });

  it('puts what comes while a call is busy into the next one', async () => {
    const batcher = batcherOf(64, 1);
    await Promise.all(['a', 'b', 'c', 'd'].map((text) => batcher.embed([text], ignore)));
    expect(embedder.calls).toEqual([['a'], ['b', 'c', 'd']]);
  });

  it('puts no more texts into a call than allowed', async () => {
    await batcherOf(2, 2).embed(['a', 'b', 'c', 'd', 'e'], ignore);
    expect(embedder.calls.map(({ length }) => length)).toEqual([2, 2, 1]);
  });

  it('tells how many texts are done', async () => {
    const progress: number[] = [];
    await batcherOf(2, 1).embed(['a', 'b', 'c'], (done) => progress.push(done));
    expect(progress).toEqual([2, 3]);
  });

  it('fails only the document whose text is refused', async () => {
    const batcher = batcherOf(64, 1);
    const first = batcher.embed(['first'], ignore);
    const refused = batcher.embed(['bad'], ignore).catch((error: WeftError) => error.reason);
    const good = batcher.embed(['good'], ignore);
    await first;
    expect([await refused, (await good).vectors]).toEqual(['TEXT_REFUSED', [[4]]]);
  });

  it('does not ask again one by one in an outage', async () => {
    embedder.error = unavailable('EMBEDDING_DOWN', 'down');
    const batcher = batcherOf(64, 1);
    const all = ['first', 'bad', 'good'].map((text) => batcher.embed([text], ignore));
    expect((await Promise.allSettled(all)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(embedder.calls).toHaveLength(2);
  });

  it('does not embed the rest of a document that failed', async () => {
    const batcher = batcherOf(1, 1);
    await batcher.embed(['bad', 'x', 'y', 'z'], ignore).catch(ignore);
    await batcher.embed(['next'], ignore);
    expect(embedder.calls).toEqual([['bad'], ['next']]);
  });
});
