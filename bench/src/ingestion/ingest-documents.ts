import { callDoor } from '../system/call-door';
import { type Endpoint } from '../system/system-under-test';

/** A document to ingest. */
export interface SourceDocument {
  uri: string;
  mediaType: string;
  title?: string;
  text: string;
}

/** What became of all documents. */
export interface IngestedDocuments {
  documents: number;
  chunks: number;
  seconds: number;
  /** Each document that was not ingested, and why. */
  failures: string[];
}

interface IngestAnswer {
  results: {
    outcome: string;
    document?: { uri?: string; chunkCount?: number; error?: { reason?: string; message?: string } };
  }[];
}

/** Makes a collection and ingests documents into it, `batchSize` in a request, several requests at a time. */
export async function ingestDocuments(
  weft: Endpoint,
  collection: string,
  documents: readonly SourceDocument[],
  options: { batchSize: number; concurrency: number; onProgress(done: number): void },
): Promise<IngestedDocuments> {
  await callDoor(weft, 'weft.retrieval.v1.CollectionService/CreateCollection', { name: collection });
  const result: IngestedDocuments = { documents: 0, chunks: 0, seconds: 0, failures: [] };
  const batches = batchesOf(documents, options.batchSize).values();
  const work = async () => {
    for (const batch of batches) {
      addAnswer(result, await ingestBatch(weft, collection, batch));
      options.onProgress(result.documents + result.failures.length);
    }
  };
  const begin = performance.now();
  await Promise.all(Array.from({ length: options.concurrency }, work));
  result.seconds = (performance.now() - begin) / 1000;
  return result;
}

function batchesOf(documents: readonly SourceDocument[], size: number): SourceDocument[][] {
  const count = Math.ceil(documents.length / size);
  return Array.from({ length: count }, (_, index) => documents.slice(index * size, (index + 1) * size));
}

function ingestBatch(
  weft: Endpoint,
  collection: string,
  batch: readonly SourceDocument[],
): Promise<IngestAnswer> {
  const documents = batch.map(({ text, ...rest }) => ({
    ...rest,
    content: Buffer.from(text).toString('base64'),
  }));
  return callDoor(weft, 'weft.retrieval.v1.DocumentService/IngestDocuments', { collection, documents });
}

function addAnswer(result: IngestedDocuments, { results }: IngestAnswer): void {
  for (const { outcome, document } of results) {
    if (outcome === 'INGEST_OUTCOME_CREATED') {
      result.documents += 1;
      result.chunks += document?.chunkCount ?? 0;
    } else {
      const { reason = outcome, message = '' } = document?.error ?? {};
      result.failures.push(`${document?.uri ?? ''}: ${reason}: ${message}`);
    }
  }
}
