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
import { WorkerDocumentParser } from './parsing/worker-document-parser';
import { PostgresCollectionStore } from './postgres-collection-store';
import { PostgresDocumentStore } from './postgres-document-store';
import { PostgresSearchIndex } from './postgres-search-index';
import { PostgresStemmer } from './postgres-stemmer';
import { SearchDocuments } from './search-documents';
import { createSearchHandler } from './search-handler';

/** How long a thread that reads documents is kept without work. */
const parseIdleMs = 60_000;

/** Keeps documents so that passages of them can be found. */
export const retrievalService = defineService({
  name: 'retrieval',
  loadConfig: loadRetrievalConfig,
  migrationsFolder: join(__dirname, '..', 'migrations'),
  create({ config, logger, database, outbox, peers }) {
    const collections = new PostgresCollectionStore(database, outbox);
    const documents = new PostgresDocumentStore(database, outbox);
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
    const index = new PostgresSearchIndex(database);
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
          createDocumentHandler(ingestDocuments, documents, collections),
        ),
        implement(retrieval.SearchServiceDefinition, createSearchHandler(searchDocuments)),
      ],
      async stop() {
        await parser.close();
        await ingestDocuments.settled();
      },
    };
  },
});
