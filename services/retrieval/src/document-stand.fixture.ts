import { retrieval } from '@weft/contracts';

import {
  type DocumentInput,
  documentInputs,
  useCollection,
  useRetrievalStand,
} from './retrieval-stand.fixture';

/** A stand for documents of a collection that each test has to itself. */
export function useDocumentStand() {
  const stand = useRetrievalStand({
    WEFT_RETRIEVAL_DOCUMENT_BYTES_MAX: '100000',
    WEFT_RETRIEVAL_CHUNKS_MAX: '1200',
  });
  const collection = useCollection(stand, { maxCharacters: 100, overlapCharacters: 20 });
  return {
    stand,
    collection,
    /** Ingests documents, and answers with what became of each. */
    async ingest(...inputs: DocumentInput[]): Promise<retrieval.IngestResult[]> {
      const request = { collection: collection.name, documents: documentInputs(inputs) };
      return (await stand.documents.ingestDocuments(request)).results;
    },
    /** The collection as it is now. */
    async stored(): Promise<retrieval.Collection> {
      return (await stand.collections.getCollection({ name: collection.name })).collection!;
    },
    /** The passages that have the words of a query. */
    async found(query: string) {
      const mode = retrieval.SearchMode.KEYWORD;
      const request = { collections: [collection.name], query, mode };
      return (await stand.search.searchDocuments(request)).hits.map(({ passage }) => passage!);
    },
    /** How many rows of a table belong to a document. */
    async rowCount(table: string, documentId: string): Promise<number> {
      const sql = `select count(*)::int as n from ${table} where document_id = $1`;
      return (await stand.service.database.query<{ n: number }>('acme', sql, [documentId]))[0]!.n;
    },
  };
}

export const outcomesOf = (results: retrieval.IngestResult[]) => results.map(({ outcome }) => outcome);
