import { retrieval } from '@weft/contracts';
import { createOwnDatabase, type OwnDatabase } from '../postgres/own-database.fixture';
import { digestEmbeddings, type RetrievalReplica, startReplica } from './retrieval-replica.fixture';

const lease = { WEFT_RETRIEVAL_INGESTION_LEASE_MS: '600' };

describe('accepted documents', () => {
  let own: OwnDatabase;
  const replicas: RetrievalReplica[] = [];
  const start = async () => {
    const replica = await startReplica(own.url, { env: lease });
    replicas.push(replica);
    return replica;
  };

  beforeEach(async () => {
    own = await createOwnDatabase();
  });
  afterEach(async () => {
    for (const replica of replicas.splice(0)) await replica.stop();
    await own.drop();
  });

  const accept = async (replica: RetrievalReplica, tenantId: string, count: number) => {
    const { collections, documents } = replica.clients(tenantId);
    await collections.createCollection({ name: 'docs' });
    const inputs = Array.from({ length: count }, (_, index) => ({
      uri: `${index}.txt`,
      content: Buffer.from(`Words of document ${index}.`),
    }));
    const { ingestion } = await documents.ingestDocuments({
      collection: 'docs',
      documents: inputs,
      asynchronous: true,
    });
    return ingestion!.id;
  };
  const watch = async (replica: RetrievalReplica, tenantId: string, id: string) => {
    const indexes: number[] = [];
    for await (const { event } of replica.clients(tenantId).ingestions.watchIngestion({ id }))
      if (event?.$case === 'result') indexes.push(event.value.documentIndex);
    return indexes;
  };

  it('are ingested once each by two processes that share the work, and watched on either', async () => {
    const [first, second] = [await start(), await start()];
    const id = await accept(first, 'acme', 80);
    const [here, there] = await Promise.all([watch(first, 'acme', id), watch(second, 'acme', id)]);
    const { collection } = await first.clients('acme').collections.getCollection({ name: 'docs' });
    expect([here.length, new Set(here).size, there, collection?.documentCount, collection?.revision]).toEqual(
      [80, 80, here, 80, 80],
    );
  });

  it('that a killed process had begun are taken over when its lease has ended', async () => {
    const first = await start();
    await first.stop();
    replicas.length = 0;
    const writer = await startReplica(own.url, {
      env: { ...lease, WEFT_RETRIEVAL_INGESTION_SWEEP_MS: '600000' },
    });
    replicas.push(writer);
    const { collections } = writer.clients('acme');
    await collections.createCollection({ name: 'docs' });
    // As the rows stand when whoever has claimed a document does not live any more; the bus brings no event of it.
    await writer.database.query(
      'acme',
      `with made as (
         insert into ingestions (tenant_id, id, collection_id, collection, request_digest, document_count, create_time, update_time)
         select tenant_id, gen_random_uuid(), id, name, '', 1, now(), now() from collections where name = 'docs'
         returning tenant_id, id, collection_id
       )
       insert into ingestion_documents (tenant_id, ingestion_id, collection_id, document_index, uri, media_type, title, metadata,
         content_hash, size_bytes, content, claim_id, due_time, attempts)
       select tenant_id, id, collection_id, 0, 'a.txt', '', '', '{}', '', 5, 'words', gen_random_uuid(), now() + interval '0.3 s', 1 from made`,
    );
    const [row] = await writer.database.query<{ id: string }>('acme', 'select id from ingestions');
    const successor = await start();
    expect(await watch(successor, 'acme', row!.id)).toEqual([0]);
  });

  it('of one tenant do not wait for the many of another', async () => {
    const replica = await start();
    const many = await accept(replica, 'many', 100);
    const one = await accept(replica, 'one', 1);
    await watch(replica, 'one', one);
    const { ingestion } = await replica.clients('many').ingestions.getIngestion({ id: many });
    const state = ingestion!.state;
    await replica.clients('many').ingestions.cancelIngestion({ id: many });
    expect(state).toBe(retrieval.IngestionState.RUNNING);
  });

  it('keep their limits when many requests of a tenant come at once', async () => {
    const gate = Promise.withResolvers<void>();
    const replica = await startReplica(own.url, {
      env: { ...lease, WEFT_RETRIEVAL_INGESTION_PENDING_DOCUMENTS_MAX: '10' },
      embeddings: digestEmbeddings(16, gate.promise),
    });
    replicas.push(replica);
    const { collections, documents } = replica.clients('acme');
    await collections.createCollection({ name: 'docs' });
    const content = Buffer.from('words');
    const requests = Array.from({ length: 8 }, (_, request) =>
      documents.ingestDocuments({
        collection: 'docs',
        documents: [0, 1, 2].map((part) => ({ uri: `${request}-${part}`, content })),
        asynchronous: true,
      }),
    );
    const reasons = (await Promise.allSettled(requests)).map((each) =>
      each.status === 'fulfilled' ? 'accepted' : (each.reason as { reason: string }).reason,
    );
    gate.resolve();
    expect(reasons.sort()).toEqual([
      ...Array<string>(5).fill('INGESTION_QUEUE_FULL'),
      ...Array<string>(3).fill('accepted'),
    ]);
  });

  it('are accepted once when the same request comes many times at once', async () => {
    const replica = await start();
    const { collections, documents } = replica.clients('acme');
    await collections.createCollection({ name: 'docs' });
    const request = {
      collection: 'docs',
      documents: [{ uri: 'a.txt', content: Buffer.from('words') }],
      asynchronous: true,
      requestId: 'same',
    };
    const answers = await Promise.all(Array.from({ length: 8 }, () => documents.ingestDocuments(request)));
    expect(new Set(answers.map(({ ingestion }) => ingestion!.id)).size).toBe(1);
  });
});
