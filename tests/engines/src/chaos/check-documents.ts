import { type Answer, type Door } from '../door';
import { type ChaosDocument } from './chaos-documents';
import { listAll, postUntilOk } from './post-until-ok';
import { type IngestLoad } from './ingest-load';

const indexedWithinMs = 120_000;
const pollIntervalMs = 500;

/** Looks for documents that were acknowledged and lost, that are there twice, or by half. Returns what is wrong. */
export async function checkDocuments(
  door: Door,
  collection: string,
  { acknowledged, unanswered }: IngestLoad,
): Promise<string[]> {
  const stored = await waitForAll(door, collection, acknowledged);
  const problems: string[] = [];
  const byUri = Map.groupBy(stored, ({ uri }) => uri as string);
  for (const [uri, documents] of byUri)
    if (documents.length > 1) problems.push(`${uri} is there ${documents.length} times`);
  for (const document of acknowledged) {
    if (!byUri.has(document.uri)) problems.push(`${document.uri} was acknowledged and is not there`);
  }
  for (const document of [...acknowledged, ...unanswered]) {
    const expected = byUri.has(document.uri) ? document.markers.length : 0;
    const found = await markersFound(door, collection, document);
    if (found !== expected)
      problems.push(
        `${document.uri}: ${found} of its ${document.markers.length} chunks are found, not ${expected}`,
      );
  }
  return problems;
}

/** What was accepted is indexed a little later. */
async function waitForAll(
  door: Door,
  collection: string,
  acknowledged: readonly ChaosDocument[],
): Promise<Answer[]> {
  const endsAt = performance.now() + indexedWithinMs;
  for (;;) {
    const stored = await listAll(
      door,
      'weft.retrieval.v1.DocumentService/ListDocuments',
      { collection },
      ({ documents }) => documents,
    );
    const uris = new Set(stored.map(({ uri }) => uri as string));
    if (acknowledged.every(({ uri }) => uris.has(uri)) || performance.now() > endsAt) return stored;
    await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
  }
}

/** How many chunks of a document are found by their own word, each once. */
async function markersFound(door: Door, collection: string, document: ChaosDocument): Promise<number> {
  const { hits = [] } = await postUntilOk(door, 'weft.retrieval.v1.SearchService/SearchDocuments', {
    collections: [collection],
    query: document.markers.join(' '),
    mode: 'SEARCH_MODE_KEYWORD',
    topK: 50,
  });
  const texts = (hits as Answer[])
    .filter(({ passage }) => passage.uri === document.uri)
    .map(({ passage }) => passage.text as string);
  return texts.filter((text) => document.markers.some((marker) => text.includes(marker))).length;
}
