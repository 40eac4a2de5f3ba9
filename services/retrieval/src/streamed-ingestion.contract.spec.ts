import { type retrieval } from '@weft/contracts';

import { useDocumentStand } from './document-stand.fixture';
import { type DocumentInput, documentInputs, text } from './retrieval-stand.fixture';

const { stand, collection, ingest } = useDocumentStand();
const { embeddings } = stand;

describe('telling progress', () => {
  const eventsOf = async (inputs: DocumentInput[]) => {
    const received: retrieval.StreamIngestDocumentsResponse[] = [];
    const ingestion = { collection: collection.name, documents: documentInputs(inputs) };
    for await (const event of stand.documents.streamIngestDocuments({ ingestion })) received.push(event);
    return received;
  };

  it('numbers the events from 1 without holes', async () => {
    const events = await eventsOf([{ uri: '1.txt' }, { uri: '2.txt' }]);
    expect(events.map(({ sequence }) => sequence)).toEqual(events.map((_, index) => index + 1));
  });

  it('ends with one completed event that counts the outcomes', async () => {
    await ingest({ uri: '1.txt' }, { uri: '2.txt' });
    const events = await eventsOf([
      { uri: '1.txt' },
      { uri: '2.txt', content: text('others') },
      { uri: '3.txt' },
      { uri: '4.txt', content: text('') },
    ]);
    const completed = events.filter(({ event }) => event?.$case === 'completed');
    expect([completed, events.at(-1)]).toEqual([
      [events.at(-1)],
      expect.objectContaining({
        event: { $case: 'completed', value: { created: 1, replaced: 1, unchanged: 1, failed: 1 } },
      }),
    ]);
  });

  it('tells the stages of a document in order, and how many chunks are done', async () => {
    const events = await eventsOf([{ content: text('Some words in a sentence. '.repeat(100)) }]);
    const progress = events.flatMap(({ event }) => (event?.$case === 'progress' ? [event.value] : []));
    const last = progress.at(-1)!;
    expect([
      progress.map(({ stage }) => stage),
      last.chunksDone === last.chunksTotal && last.chunksTotal > 1,
    ]).toEqual([['parse', 'embed', 'embed', 'store'], true]);
  });

  it('gives one result a document, in order', async () => {
    const events = await eventsOf([{ uri: '1.txt' }, { uri: '2.txt', content: text('') }, { uri: '3.txt' }]);
    const results = events.flatMap(({ event }) =>
      event?.$case === 'result' ? [event.value.document?.uri] : [],
    );
    expect(results).toEqual(['1.txt', '2.txt', '3.txt']);
  });
});

it('embeds what is read while calls are busy with one call for many documents', async () => {
  const everythingRead = Promise.withResolvers<void>();
  embeddings.before = () => everythingRead.promise;
  const before = embeddings.calls.length;
  const inputs = Array.from({ length: 50 }, (_, index) => ({
    uri: `${index}.txt`,
    content: text(`number ${index}`),
  }));
  let read = 0;
  for await (const { event } of stand.documents.streamIngestDocuments({
    ingestion: { collection: collection.name, documents: inputs },
  })) {
    if (event?.$case === 'progress' && event.value.stage === 'embed') read += 1;
    if (read === inputs.length) everythingRead.resolve();
  }
  expect(embeddings.calls.length - before).toBe(3);
});

it('names the field of a streamed request that is wrong', async () => {
  const ingestion = { collection: collection.name, documents: [{ uri: 'a\nb', content: text('words') }] };
  const events = stand.documents.streamIngestDocuments({ ingestion });
  await expect(events[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    violations: [expect.objectContaining({ field: 'ingestion.documents[0].uri' })],
  });
});

describe('cancelling', () => {
  it('stops the work, and keeps whole what was stored before', async () => {
    const caller = new AbortController();
    const stopped = Promise.withResolvers<void>();
    embeddings.before = async (texts, signal) => {
      if (!texts.some((each) => each.includes('second'))) return;
      const gone = new Promise<void>((resolve) =>
        signal.addEventListener('abort', () => resolve(), { once: true }),
      );
      await gone;
      stopped.resolve();
      throw new Error('the caller is gone');
    };
    const inputs = ['first', 'second', 'third'].map((word) => ({
      uri: `${word}.txt`,
      content: text(`the ${word} one`),
    }));
    const stream = stand.documents.streamIngestDocuments(
      { ingestion: { collection: collection.name, documents: inputs } },
      { signal: caller.signal },
    );
    const read = (async () => {
      for await (const { event } of stream) if (event?.$case === 'result') caller.abort();
    })();
    await expect(read).rejects.toMatchObject({ code: 'CANCELLED' });
    await stopped.promise;
    expect(
      (await stand.documents.listDocuments({ collection: collection.name })).documents.map(({ uri }) => uri),
    ).toEqual(['first.txt']);
  });
});
