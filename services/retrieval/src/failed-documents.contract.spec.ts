import { retrieval } from '@weft/contracts';
import { unavailable } from '@weft/errors';

import { outcomesOf, useDocumentStand } from './document-stand.fixture';
import { type DocumentInput, text } from './retrieval-stand.fixture';

const { DocumentState, IngestOutcome } = retrieval;

const { stand, collection, ingest, stored, found } = useDocumentStand();
const { embeddings } = stand;

describe('a document that cannot be read', () => {
  it('does not stop the others', async () => {
    const results = await ingest(
      { uri: '1.txt' },
      { uri: '2.pdf', content: text('no pdf') },
      { uri: '3.txt' },
    );
    expect(outcomesOf(results)).toEqual([IngestOutcome.CREATED, IngestOutcome.FAILED, IngestOutcome.CREATED]);
  });

  it.each<[string, DocumentInput, object]>([
    [
      'unreadable',
      { uri: 'a.pdf', content: text('no pdf') },
      { reason: 'DOCUMENT_UNREADABLE', metadata: { format: 'pdf' } },
    ],
    ['empty', { content: text('') }, { reason: 'DOCUMENT_EMPTY' }],
    [
      'too large',
      { content: Buffer.alloc(100_001, 'a') },
      { reason: 'DOCUMENT_TOO_LARGE', metadata: { limit: 'bytes', maximum: '100000', actual: '100001' } },
    ],
    ['of a type that cannot be read', { mediaType: 'video/mp4' }, { reason: 'DOCUMENT_TYPE_UNSUPPORTED' }],
  ])('tells that it is %s', async (_, input, error) => {
    const [result] = await ingest(input);
    expect(result?.document).toMatchObject({
      id: '',
      state: DocumentState.FAILED,
      error: { code: 3, ...error },
    });
  });

  it('leaves the earlier version where it was', async () => {
    const [created] = await ingest({ uri: 'a.pdf', mediaType: 'text/plain', content: text('heron') });
    const [failed] = await ingest({ uri: 'a.pdf', content: text('broken') });
    expect([failed?.document?.id, failed?.document?.state, (await found('heron')).length]).toEqual([
      created?.document?.id,
      DocumentState.FAILED,
      1,
    ]);
  });

  it('changes no revision', async () => {
    await ingest({ content: text('') });
    expect((await stored()).revision).toBe(0);
  });
});

describe('vectors that do not fit', () => {
  it.each([
    ['another model of the same length', () => (embeddings.model = 'changed')],
    ['another length', () => (embeddings.dimensions = 32)],
  ])('are refused before anything is written: %s', async (_, change) => {
    await ingest({ uri: 'first.txt' });
    change();
    const [result] = await ingest({ uri: 'second.txt' });
    const status = result?.document?.error;
    expect([status?.code, status?.reason, (await stored()).documentCount]).toEqual([
      9,
      'EMBEDDING_MISMATCH',
      1,
    ]);
  });

  it('are refused when two first documents come with different ones at the same time', async () => {
    await stand.service.database.query(
      'acme',
      `update collections set embedding_model = '' where name = $1`,
      [collection.name],
    );
    embeddings.modelOf = ([first]) => first;
    const uris = ['one', 'two'];
    const results = await Promise.all(uris.map((uri) => ingest({ uri, content: text(uri) })));
    const reasons = results.map(([result]) => result?.document?.error?.reason);
    expect([reasons.sort(), (await stored()).documentCount]).toEqual([['EMBEDDING_MISMATCH', undefined], 1]);
  });
});

it('tells an outage of embeddings as the failure of each document', async () => {
  embeddings.before = async () => {
    throw unavailable('PROVIDER_DOWN', 'The provider is down.');
  };
  const results = await ingest({ uri: '1.txt' }, { uri: '2.txt' });
  expect(results.map(({ document }) => document?.error?.reason)).toEqual(['PROVIDER_DOWN', 'PROVIDER_DOWN']);
});
