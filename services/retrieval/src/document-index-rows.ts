import { type Transaction } from '@weft/postgres';
import { type IndexedChunk, type IndexedDocument } from './document';
import { vectorText } from './vector-text';

/** So many rows go with one statement, which bounds its size. */
const rowsPerStatement = 500;
const postingsPerStatement = 20_000;

interface DocumentRows {
  collectionId: string;
  documentId: string;
  document: IndexedDocument;
}

/** Writes a document's chunks, vectors and postings. Answers with how many terms its chunks have in all. */
export async function insertIndex(
  transaction: Transaction,
  tenantId: string,
  rows: DocumentRows,
): Promise<number> {
  const { chunks } = rows.document;
  for (let first = 0; first < chunks.length; first += rowsPerStatement) {
    await insertChunks(transaction, tenantId, rows, first, chunks.slice(first, first + rowsPerStatement));
  }
  return insertPostings(transaction, tenantId, rows);
}

/** Deletes a document's chunks, vectors and postings. */
export async function deleteIndex(
  transaction: Transaction,
  tenantId: string,
  documentId: string,
): Promise<void> {
  for (const table of ['postings', 'chunk_vectors', 'chunks']) {
    await transaction.query(`delete from ${table} where tenant_id = $1 and document_id = $2`, [
      tenantId,
      documentId,
    ]);
  }
}

async function insertChunks(
  transaction: Transaction,
  tenantId: string,
  rows: DocumentRows,
  first: number,
  chunks: readonly IndexedChunk[],
): Promise<void> {
  const ordinals = chunks.map((_, index) => first + index);
  await transaction.query(
    `insert into chunks (tenant_id, document_id, collection_id, ordinal, start_offset, end_offset, headings, text)
     select $1, $2, $3, ordinal, start_offset, end_offset, headings::jsonb, text
     from unnest($4::int[], $5::int[], $6::int[], $7::text[], $8::text[]) as c (ordinal, start_offset, end_offset, headings, text)`,
    [
      tenantId,
      rows.documentId,
      rows.collectionId,
      ordinals,
      chunks.map(({ start }) => start),
      chunks.map(({ end }) => end),
      chunks.map(({ headings }) => JSON.stringify(headings)),
      chunks.map(({ text }) => text),
    ],
  );
  await transaction.query(
    `insert into chunk_vectors (tenant_id, document_id, collection_id, ordinal, embedding)
     select $1, $2, $3, ordinal, embedding::vector from unnest($4::int[], $5::text[]) as v (ordinal, embedding)`,
    [tenantId, rows.documentId, rows.collectionId, ordinals, chunks.map(({ vector }) => vectorText(vector))],
  );
}

/** The chunks of a document that have a term, each with how often and with its length. */
interface Posting {
  term: string;
  ordinals: number[];
  frequencies: number[];
  lengths: number[];
}

async function insertPostings(
  transaction: Transaction,
  tenantId: string,
  rows: DocumentRows,
): Promise<number> {
  const { postings, termCount } = postingsOf(rows.document.chunks);
  for (let first = 0; first < postings.length; first += postingsPerStatement) {
    const slice = postings.slice(first, first + postingsPerStatement);
    await transaction.query(
      `insert into postings (tenant_id, collection_id, document_id, term, ordinals, frequencies, lengths)
       select $1, $2, $3, term, ordinals::int[], frequencies::int[], lengths::int[]
       from unnest($4::text[], $5::text[], $6::text[], $7::text[]) as p (term, ordinals, frequencies, lengths)`,
      [
        tenantId,
        rows.collectionId,
        rows.documentId,
        slice.map(({ term }) => term),
        slice.map(({ ordinals }) => arrayText(ordinals)),
        slice.map(({ frequencies }) => arrayText(frequencies)),
        slice.map(({ lengths }) => arrayText(lengths)),
      ],
    );
  }
  return termCount;
}

function postingsOf(chunks: readonly IndexedChunk[]): { postings: Posting[]; termCount: number } {
  const postings = new Map<string, Posting>();
  let termCount = 0;
  chunks.forEach((chunk, ordinal) => {
    const length = [...chunk.terms.values()].reduce((sum, frequency) => sum + frequency, 0);
    termCount += length;
    for (const [term, frequency] of chunk.terms) {
      let posting = postings.get(term);
      if (posting === undefined) {
        posting = { term, ordinals: [], frequencies: [], lengths: [] };
        postings.set(term, posting);
      }
      posting.ordinals.push(ordinal);
      posting.frequencies.push(frequency);
      posting.lengths.push(length);
    }
  });
  return { postings: [...postings.values()], termCount };
}

/** `unnest` flattens arrays of arrays, so the inner ones go as text. */
function arrayText(numbers: readonly number[]): string {
  return `{${numbers.join(',')}}`;
}
