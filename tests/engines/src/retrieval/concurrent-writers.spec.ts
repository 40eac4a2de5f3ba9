import { retrieval } from '@weft/contracts';
import { createOwnDatabase, type OwnDatabase, runSql } from '../postgres/own-database.fixture';
import { type RetrievalReplica, startReplica } from './retrieval-replica.fixture';

const tenantId = 'acme';

describe('many writers of one collection, in two processes', () => {
  let own: OwnDatabase;
  let replicas: RetrievalReplica[];
  const clients = (writer: number) => replicas[writer % replicas.length]!.clients(tenantId);

  beforeAll(async () => {
    own = await createOwnDatabase();
    replicas = await Promise.all([startReplica(own.url), startReplica(own.url)]);
  });
  afterAll(async () => {
    for (const replica of replicas) await replica.stop();
    await own.drop();
  });

  const create = (name: string) =>
    clients(0).collections.createCollection({
      name,
      chunking: { maxCharacters: 100, overlapCharacters: 0 },
    });
  const version = (word: string, sentences: number) =>
    Buffer.from(
      `The word ${word} stands in a sentence that is as long as a whole chunk has to be here. `.repeat(
        sentences,
      ),
    );
  const put = (writer: number, collection: string, uri: string, content: Buffer) =>
    clients(writer).documents.ingestDocuments({ collection, documents: [{ uri, content }] });
  const outcomesOf = ({ results }: retrieval.IngestDocumentsResponse) =>
    results.map(({ outcome, document }) => document?.error?.reason || retrieval.IngestOutcome[outcome]);

  /** What the tables say of a collection, counted. */
  const counted = async (name: string) => {
    const [row] = await replicas[0]!.database.query<Record<string, number>>(
      tenantId,
      `select c.document_count, c.chunk_count, c.term_count::int,
         (select count(*)::int from documents d where d.collection_id = c.id) as documents,
         (select coalesce(sum(d.chunk_count), 0)::int from documents d where d.collection_id = c.id) as chunks_of_documents,
         (select count(*)::int from chunks k join documents d on d.id = k.document_id where k.collection_id = c.id) as chunks,
         (select count(*)::int from chunk_vectors v where v.collection_id = c.id) as vectors,
         (select coalesce(sum(cardinality(p.ordinals)), 0)::int from postings p where p.collection_id = c.id and p.term = 'word') as postings,
         (select coalesce(sum(d.term_count), 0)::int from documents d where d.collection_id = c.id) as terms
       from collections c where c.tenant_id = $1 and c.name = $2`,
      [tenantId, name],
    );
    return row!;
  };

  it('store, replace and delete without a failure, and leave counts that are right', async () => {
    await create('busy');
    const work = async (writer: number) => {
      const failures: string[] = [];
      for (let round = 0; round < 12; round += 1) {
        // Two writers share each uri.
        const uri = `${Math.floor(writer / 2)}-${round % 3}.txt`;
        const answer = await put(
          writer,
          'busy',
          uri,
          version(`w${writer}r${round}`, 1 + ((writer + round) % 6)),
        );
        failures.push(
          ...outcomesOf(answer).filter((outcome) => outcome !== 'CREATED' && outcome !== 'REPLACED'),
        );
        if (round % 4 !== 3) continue;
        const id = answer.results[0]!.document!.id;
        await clients(writer)
          .documents.deleteDocument({ id })
          .catch((error: { code: string }) => error.code !== 'NOT_FOUND' && failures.push(error.code));
      }
      return failures;
    };
    const failures = (await Promise.all(Array.from({ length: 8 }, (_, writer) => work(writer)))).flat();
    const row = await counted('busy');
    expect({ failures, ...row }).toEqual({
      failures: [],
      document_count: row['documents'],
      documents: row['documents'],
      chunk_count: row['chunks'],
      chunks: row['chunks'],
      chunks_of_documents: row['chunks'],
      vectors: row['chunks'],
      postings: row['chunks'],
      term_count: row['terms'],
      terms: row['terms'],
    });
    expect(row['documents']).toBeGreaterThan(0);
  });

  it('lose against the deletion of the collection without a trace and without a deadlock', async () => {
    const rounds = 8;
    for (let round = 0; round < rounds; round += 1) {
      const name = `gone${round}`;
      await create(name);
      await put(0, name, 'shared.txt', version('first', 3));
      const writers = Array.from({ length: 7 }, (_, writer) =>
        put(writer, name, writer % 2 === 0 ? 'shared.txt' : `${writer}.txt`, version(`w${writer}`, 8)).then(
          outcomesOf,
          (error: { reason: string }) => [error.reason],
        ),
      );
      await clients(1).collections.deleteCollection({ name });
      const outcomes = new Set((await Promise.all(writers)).flat());
      for (const fine of ['CREATED', 'REPLACED', 'COLLECTION_NOT_FOUND']) outcomes.delete(fine);
      expect([...outcomes]).toEqual([]);
    }
    const left = await replicas[0]!.database.query<{ n: number }>(
      tenantId,
      `select (select count(*)::int from chunks where collection_id not in (select id from collections))
         + (select count(*)::int from chunk_vectors where collection_id not in (select id from collections))
         + (select count(*)::int from postings where collection_id not in (select id from collections))
         + (select count(*)::int from documents where collection_id not in (select id from collections)) as n`,
    );
    expect(left).toEqual([{ n: 0 }]);
  });

  it('show a search the old version or the new one, never both and never half', async () => {
    await create('replaced');
    const versions = [version('heron', 30), version('stork', 50)];
    const counts = new Map<string, number>();
    for (const [index, word] of ['heron', 'stork'].entries()) {
      const { results } = await put(0, 'replaced', 'bird.txt', versions[index]!);
      counts.set(word, results[0]!.document!.chunkCount);
    }
    let searching = true;
    const seen: string[] = [];
    const search = async (reader: number) => {
      while (searching) {
        const { hits } = await clients(reader).search.searchDocuments({
          collections: ['replaced'],
          query: 'heron stork',
          mode: retrieval.SearchMode.HYBRID,
          topK: 200,
        });
        const words = hits.map(({ passage }) => /heron|stork/.exec(passage!.text)?.[0] ?? 'none');
        const kinds = [...new Set(words)];
        seen.push(
          kinds.length === 1 && words.length === counts.get(kinds[0]!)
            ? kinds[0]!
            : `broken: ${kinds} ${words.length}`,
        );
      }
    };
    const readers = [0, 1, 2].map(search);
    for (let round = 0; round < 40; round += 1)
      await put(round, 'replaced', 'bird.txt', versions[round % 2]!);
    searching = false;
    await Promise.all(readers);
    expect([...new Set(seen)].sort()).toEqual(['heron', 'stork']);
  });

  // A deadlock would be repeated by the engine, and so cost a second and tell nobody.
  it('never wait for each other in a circle', async () => {
    const [row] = await runSql(
      own.url,
      'select deadlocks from pg_stat_database where datname = current_database()',
    );
    expect(Number(row!['deadlocks'])).toBe(0);
  });
});
