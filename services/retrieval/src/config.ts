import { type Environment, integerSetting, loadConfig, textSetting } from '@weft/runtime';

const mebibyte = 1024 * 1024;

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
  WEFT_SEARCH_VECTOR_WEIGHT: textSetting({
    default: '0.3',
    description: 'the share of the vector part in the score of a hybrid search',
  })
    .refine((text) => /^(0(\.\d+)?|1(\.0+)?)$/.test(text), 'must be a number from 0 to 1')
    .transform(Number)
    .meta({ description: 'the share of the vector part in the score of a hybrid search', example: '0.3' }),
};
