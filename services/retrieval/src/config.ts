import { type Environment, integerSetting, loadConfig, textSetting } from '@weft/runtime';

const mebibyte = 1024 * 1024;
const hourMs = 3_600_000;

/** Settings of the retrieval service. */
export interface RetrievalConfig {
  documentBytesMax: number;
  expandedBytesMax: number;
  chunksMax: number;
  parseTimeoutMs: number;
  parseMemoryBytesMax: number;
  parseThreads: number;
  embeddingBatchSize: number;
  embeddingConcurrency: number;
  /** The share of the vector part in a hybrid score, 0 to 1. */
  vectorWeight: number;
  ingestion: {
    concurrency: number;
    pendingDocumentsMax: number;
    pendingBytesMax: number;
    leaseMs: number;
    attemptsMax: number;
    sweepMs: number;
    keptMs: number;
  };
}

/** Reads the settings of the retrieval service. */
export function loadRetrievalConfig(env: Environment): RetrievalConfig {
  const settings = loadConfig(shape, env);
  return {
    documentBytesMax: settings.WEFT_RETRIEVAL_DOCUMENT_BYTES_MAX,
    expandedBytesMax: settings.WEFT_RETRIEVAL_EXPANDED_BYTES_MAX,
    chunksMax: settings.WEFT_RETRIEVAL_CHUNKS_MAX,
    parseTimeoutMs: settings.WEFT_RETRIEVAL_PARSE_TIMEOUT_MS,
    parseMemoryBytesMax: settings.WEFT_RETRIEVAL_PARSE_MEMORY_MIB * mebibyte,
    parseThreads: settings.WEFT_RETRIEVAL_PARSE_THREADS,
    embeddingBatchSize: settings.WEFT_RETRIEVAL_EMBEDDING_BATCH_SIZE,
    embeddingConcurrency: settings.WEFT_RETRIEVAL_EMBEDDING_CONCURRENCY,
    vectorWeight: settings.WEFT_SEARCH_VECTOR_WEIGHT,
    ingestion: {
      concurrency: settings.WEFT_RETRIEVAL_INGESTION_CONCURRENCY,
      pendingDocumentsMax: settings.WEFT_RETRIEVAL_INGESTION_PENDING_DOCUMENTS_MAX,
      pendingBytesMax: settings.WEFT_RETRIEVAL_INGESTION_PENDING_MIB_MAX * mebibyte,
      leaseMs: settings.WEFT_RETRIEVAL_INGESTION_LEASE_MS,
      attemptsMax: settings.WEFT_RETRIEVAL_INGESTION_ATTEMPTS_MAX,
      sweepMs: settings.WEFT_RETRIEVAL_INGESTION_SWEEP_MS,
      keptMs: settings.WEFT_RETRIEVAL_INGESTION_KEPT_HOURS * hourMs,
    },
  };
}

const shape = {
  WEFT_RETRIEVAL_DOCUMENT_BYTES_MAX: integerSetting({
    min: 1,
    max: 32 * mebibyte,
    default: 32 * mebibyte,
    description: 'how many bytes a document may have',
  }),
  WEFT_RETRIEVAL_EXPANDED_BYTES_MAX: integerSetting({
    min: mebibyte,
    max: 1024 * mebibyte,
    default: 256 * mebibyte,
    description: 'how many bytes the parts of a DOCX document may have when they are unpacked',
  }),
  WEFT_RETRIEVAL_CHUNKS_MAX: integerSetting({
    min: 1,
    max: 20_000,
    default: 4000,
    description: 'how many chunks a document may have',
  }),
  WEFT_RETRIEVAL_PARSE_TIMEOUT_MS: integerSetting({
    min: 10,
    max: 600_000,
    default: 30_000,
    description: 'how long reading one document may take, in milliseconds',
  }),
  WEFT_RETRIEVAL_PARSE_MEMORY_MIB: integerSetting({
    min: 64,
    max: 16_384,
    default: 512,
    description: 'how much memory reading one document may take, in MiB',
  }),
  WEFT_RETRIEVAL_PARSE_THREADS: integerSetting({
    min: 1,
    max: 64,
    default: 1,
    description: 'how many documents are read at the same time',
  }),
  WEFT_RETRIEVAL_EMBEDDING_BATCH_SIZE: integerSetting({
    min: 1,
    max: 2048,
    default: 64,
    description: 'how many chunks are embedded with one call at most',
  }),
  WEFT_RETRIEVAL_EMBEDDING_CONCURRENCY: integerSetting({
    min: 1,
    max: 64,
    default: 2,
    description: 'how many calls an ingestion makes to the embedding service at the same time',
  }),
  WEFT_RETRIEVAL_INGESTION_CONCURRENCY: integerSetting({
    min: 1,
    max: 64,
    default: 2,
    description: 'how many accepted documents one process works on at the same time',
  }),
  WEFT_RETRIEVAL_INGESTION_PENDING_DOCUMENTS_MAX: integerSetting({
    min: 1,
    max: 1_000_000,
    default: 10_000,
    description: 'how many accepted documents of one tenant may wait',
  }),
  WEFT_RETRIEVAL_INGESTION_PENDING_MIB_MAX: integerSetting({
    min: 1,
    max: 1_048_576,
    default: 1024,
    description: 'how much the accepted documents of one tenant that wait may have in all, in MiB',
  }),
  WEFT_RETRIEVAL_INGESTION_LEASE_MS: integerSetting({
    min: 300,
    max: 600_000,
    default: 15_000,
    description:
      'after how long without a sign of life another process takes an accepted document over, in milliseconds',
  }),
  WEFT_RETRIEVAL_INGESTION_ATTEMPTS_MAX: integerSetting({
    min: 1,
    max: 1000,
    default: 8,
    description: 'how often an accepted document is begun before it is given up; outages do not count',
  }),
  WEFT_RETRIEVAL_INGESTION_SWEEP_MS: integerSetting({
    min: 20,
    max: 600_000,
    default: 2000,
    description: 'how often accepted documents are looked for of which no event tells, in milliseconds',
  }),
  WEFT_RETRIEVAL_INGESTION_KEPT_HOURS: integerSetting({
    min: 1,
    max: 87_600,
    default: 168,
    description: 'how long finished ingestions are kept, in hours',
  }),
  WEFT_SEARCH_VECTOR_WEIGHT: textSetting({
    default: '0.3',
    description: 'the share of the vector part in the score of a hybrid search',
  })
    .refine((text) => /^(0(\.\d+)?|1(\.0+)?)$/.test(text), 'must be a number from 0 to 1')
    .transform(Number)
    .meta({ description: 'the share of the vector part in the score of a hybrid search', example: '0.3' }),
};
