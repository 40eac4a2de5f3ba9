import { join } from 'node:path';
import { retrieval } from '@weft/contracts';
import { defineService } from '@weft/host';
import { implement } from '@weft/rpc';
import { createCollectionHandler } from './collection-handler';
import { loadRetrievalConfig } from './config';
import { CreateCollection } from './create-collection';
import { createDocumentHandler } from './document-handler';
import { EmbeddingServiceEmbedder } from './embedding-service-embedder';
import { IngestDocuments } from './ingest-documents';
import { AcceptDocuments } from './ingestions/accept-documents';
import { createIngestionHandler } from './ingestions/ingestion-handler';
import { IngestionWorker } from './ingestions/ingestion-worker';
import { PostgresIngestionStore } from './ingestions/postgres-ingestion-store';
import { WorkerDocumentParser } from './parsing/worker-document-parser';
import { PostgresCollectionStore } from './postgres-collection-store';
import { PostgresDocumentStore } from './postgres-document-store';
import { PostgresSearchIndex } from './postgres-search-index';
import { PostgresStemmer } from './postgres-stemmer';
import { ingestionAcceptedSubject } from './retrieval-events';
import { SearchDocuments } from './search-documents';
import { createSearchHandler } from './search-handler';
import { VectorIndexes } from './vector-indexes';

/** How long a thread that reads documents is kept without work. */
const parseIdleMs = 60_000;
/** The contract's: a heartbeat comes after 10 s of silence. */
const watchTimes = { heartbeatMs: 10_000, pollMsMin: 100, pollMsMax: 1000 };

/** Keeps documents so that passages of them can be found. */
export const retrievalService = defineService({
  name: 'retrieval',
  loadConfig: loadRetrievalConfig,
  migrationsFolder: join(__dirname, '..', 'migrations'),
  async create({ config, logger, database, outbox, events, peers }) {
    const collections = new PostgresCollectionStore(database, outbox);
    const vectorIndexes = new VectorIndexes(database, logger);
    const documents = new PostgresDocumentStore(database, outbox, vectorIndexes);
    const stemmer = new PostgresStemmer(database);
    const embedder = new EmbeddingServiceEmbedder(peers);
    const parser = new WorkerDocumentParser({
      threads: config.parseThreads,
      timeoutMs: config.parseTimeoutMs,
      memoryBytesMax: config.parseMemoryBytesMax,
      idleMs: parseIdleMs,
    });
    const ingestDocuments = new IngestDocuments(
      { collections, documents, parser, stemmer, embedder },
      config,
      logger,
    );
    const ingestions = new PostgresIngestionStore(database, outbox, config.ingestion);
    const worker = new IngestionWorker(ingestions, ingestDocuments, config.ingestion, logger);
    const acceptDocuments = new AcceptDocuments(ingestions, () => worker.wake());
    // The table is the queue: an event only says that it is worth a look, in whichever process it comes to.
    const subscription = await events.subscribe({
      consumer: 'retrieval',
      subjects: [ingestionAcceptedSubject],
      handle: async () => worker.wake(),
    });
    const index = new PostgresSearchIndex(database, vectorIndexes);
    const searchDocuments = new SearchDocuments(
      { collections, index, stemmer, embedder },
      config.vectorWeight,
    );
    return {
      services: [
        implement(
          retrieval.CollectionServiceDefinition,
          createCollectionHandler(new CreateCollection(collections, embedder), collections),
        ),
        implement(
          retrieval.DocumentServiceDefinition,
          createDocumentHandler({ ingestDocuments, acceptDocuments, documents, collections }),
        ),
        implement(
          retrieval.IngestionServiceDefinition,
          createIngestionHandler(ingestions, collections, watchTimes),
        ),
        implement(retrieval.SearchServiceDefinition, createSearchHandler(searchDocuments)),
      ],
      async start() {
        worker.start();
      },
      async stop() {
        await subscription.close();
        await worker.stop();
        await parser.close();
        await ingestDocuments.settled();
      },
    };
  },
});
