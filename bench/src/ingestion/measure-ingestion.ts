import { type Endpoint } from '../system/system-under-test';
import { ingestDocuments } from './ingest-documents';
import { markdownCorpus } from './markdown-corpus';

/** How fast documents are parsed, cut, embedded with the built-in model, and stored. */
export interface IngestionFigures {
  documents: number;
  bytes: number;
  chunks: number;
  seconds: number;
  documentsPerSecond: number;
  chunksPerSecond: number;
  failures: string[];
}

const corpusSize = 60;

/** Ingests generated Markdown documents, as `weft ingest` does: one in a request, two at a time. */
export async function measureIngestion(
  weft: Endpoint,
  options: { quick: boolean; onProgress(text: string): void },
): Promise<IngestionFigures> {
  const corpus = markdownCorpus(options.quick ? corpusSize / 10 : corpusSize);
  const { documents, chunks, seconds, failures } = await ingestDocuments(weft, 'bench-markdown', corpus, {
    batchSize: 1,
    concurrency: 2,
    onProgress: (done) => options.onProgress(`${done} of ${corpus.length} documents`),
  });
  return {
    documents,
    bytes: corpus.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
    chunks,
    seconds,
    documentsPerSecond: documents / seconds,
    chunksPerSecond: chunks / seconds,
    failures,
  };
}
