import { type Database } from '@weft/postgres';
import { newId } from '@weft/runtime';

/** A collection whose rows were written without the service, which would take too long for so many. */
export interface VectorCollection {
  tenantId: string;
  id: string;
  dimensions: number;
  vectors: number[][];
}

const chunksPerDocument = 100;

/** Points around centres, the same in every run: like embeddings, they are near to few and far from many. */
export function clusteredVectors(count: number, dimensions: number, seed: number): number[][] {
  const random = seededNormal(seed);
  const point = (spread: number) => Array.from({ length: dimensions }, () => spread * random());
  const centres = Array.from({ length: 50 }, () => point(1));
  return Array.from({ length: count }, (_, index) => {
    const centre = centres[index % centres.length]!;
    return point(0.5).map((value, place) => Math.fround(value + centre[place]!));
  });
}

/** Writes a collection of one chunk a vector, 100 in a document; every second document has the metadata `{"half": true}`, every 50th `{"few": true}`. */
export async function writeVectors(
  database: Database,
  tenantId: string,
  vectors: number[][],
): Promise<VectorCollection> {
  const id = newId();
  const dimensions = vectors[0]!.length;
  await database.query(
    tenantId,
    `insert into collections (tenant_id, id, name, description, embedding_model, dimensions, chunk_max_characters,
       chunk_overlap_characters, document_count, chunk_count, create_time, update_time)
     values ($1, $2, $3, '', 'test', $4, 100, 0, 0, $5, now(), now())`,
    [tenantId, id, `c-${id}`, dimensions, vectors.length],
  );
  for (let first = 0; first < vectors.length; first += chunksPerDocument) {
    await writeDocument(database, { tenantId, id, dimensions, vectors }, first);
  }
  return { tenantId, id, dimensions, vectors };
}

async function writeDocument(
  database: Database,
  { tenantId, id, vectors }: VectorCollection,
  first: number,
): Promise<void> {
  const documentId = newId();
  const slice = vectors.slice(first, first + chunksPerDocument);
  const number = first / chunksPerDocument;
  const metadata = { half: number % 2 === 0, few: number % 50 === 0 };
  const values = [tenantId, documentId, id];
  await database.batch(tenantId, [
    {
      text: `insert into documents (tenant_id, id, collection_id, uri, title, media_type, content_hash, fingerprint, size_bytes,
           chunk_count, term_count, metadata, plain_text, create_time, update_time)
         values ($1, $2, $3, $4, '', '', '', '', 0, $5, 0, $6::jsonb, '', now(), now())`,
      values: [...values, String(number), slice.length, JSON.stringify(metadata)],
    },
    {
      text: `insert into chunks (tenant_id, document_id, collection_id, ordinal, start_offset, end_offset, headings, text)
         select $1, $2, $3, n, 0, 0, '[]', $5 || n from generate_series(0, $4::int - 1) n`,
      values: [...values, slice.length, `${number}/`],
    },
    {
      text: `insert into chunk_vectors (tenant_id, document_id, collection_id, ordinal, embedding)
         select $1, $2, $3, position - 1, embedding::vector from unnest($4::text[]) with ordinality v (embedding, position)`,
      values: [...values, slice.map((vector) => JSON.stringify(vector))],
    },
  ]);
}

/** Normally distributed numbers. Source: Marsaglia's polar method over a linear congruential generator (Numerical Recipes' constants). */
function seededNormal(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 31 - 1;
  return () => {
    for (;;) {
      const [x, y] = [uniform(), uniform()];
      const square = x * x + y * y;
      if (square > 0 && square < 1) return x * Math.sqrt((-2 * Math.log(square)) / square);
    }
  };
}
