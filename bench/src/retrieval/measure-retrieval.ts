import { ingestDocuments } from '../ingestion/ingest-documents';
import { mean, percentile } from '../statistics';
import { callDoor } from '../system/call-door';
import { type Endpoint } from '../system/system-under-test';
import { ndcg, recall } from './ranking-quality';
import { readTestCollection, type TestCollection } from './test-collection';

/** The ways to search. */
export const searchModes = ['keyword', 'vector', 'hybrid'] as const;

export type SearchMode = (typeof searchModes)[number];

/** How well, and how fast, one way of searching finds what was judged relevant. */
export interface ModeFigures {
  mode: SearchMode;
  ndcg10: number;
  recall10: number;
  p50Ms: number;
  p99Ms: number;
}

/** Retrieval quality on a test collection. */
export interface RetrievalFigures {
  documents: number;
  chunks: number;
  queries: number;
  ingestSeconds: number;
  modes: ModeFigures[];
  failures: string[];
}

const collection = 'bench-cranfield';
const depth = 10;
/** Several passages may be of one document: so many are asked for that ten documents are among them. */
const passagesAsked = 50;
const batchSize = 25;

/** Ingests a test collection and asks its queries in each mode. */
export async function measureRetrieval(
  weft: Endpoint,
  folder: string,
  options: { quick: boolean; onProgress(text: string): void },
): Promise<RetrievalFigures> {
  const all = readTestCollection(folder);
  const test = options.quick ? { ...all, queries: all.queries.filter((_, index) => index % 10 === 0) } : all;
  const ingested = await ingestDocuments(weft, collection, test.documents, {
    batchSize,
    concurrency: 2,
    onProgress: (done) => options.onProgress(`${done} of ${test.documents.length} documents ingested`),
  });
  const modes: ModeFigures[] = [];
  for (const mode of searchModes) {
    options.onProgress(`${test.queries.length} queries, ${mode}`);
    modes.push(await measureMode(weft, test, mode));
  }
  const { documents, chunks, seconds, failures } = ingested;
  return { documents, chunks, queries: test.queries.length, ingestSeconds: seconds, modes, failures };
}

async function measureMode(weft: Endpoint, test: TestCollection, mode: SearchMode): Promise<ModeFigures> {
  const gains: number[] = [];
  const recalls: number[] = [];
  const latenciesMs: number[] = [];
  for (const { id, text } of test.queries) {
    const begin = performance.now();
    const ranking = await search(weft, text, mode);
    latenciesMs.push(performance.now() - begin);
    const judgements = test.judgements.get(id)!;
    gains.push(ndcg(ranking, judgements, depth));
    recalls.push(recall(ranking, judgements, depth));
  }
  return {
    mode,
    ndcg10: mean(gains),
    recall10: mean(recalls),
    p50Ms: percentile(latenciesMs, 50),
    p99Ms: percentile(latenciesMs, 99),
  };
}

/** The documents in the order of their best passages. */
async function search(weft: Endpoint, query: string, mode: SearchMode): Promise<string[]> {
  const answer = await callDoor<{ hits?: { passage: { uri: string } }[] }>(
    weft,
    'weft.retrieval.v1.SearchService/SearchDocuments',
    { collections: [collection], query, mode: `SEARCH_MODE_${mode.toUpperCase()}`, topK: passagesAsked },
  );
  return [...new Set((answer.hits ?? []).map(({ passage }) => passage.uri))];
}
