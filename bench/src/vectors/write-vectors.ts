import { type Database } from '@weft/postgres';
import { newId } from '@weft/runtime';

/** A collection whose rows were written without the service, which would embed each of them. */
export interface VectorCollection {
  tenantId: string;
  id: string;
  dimensions: number;
  count: number;
}

const chunksPerDocument = 500;

/** Writes a collection of one chunk a vector. */
export async function writeVectors(
  database: Database,
  tenantId: string,
  vectors: readonly Float32Array[],
  onProgress: (written: number) => void,
): Promise<VectorCollection> {
  const collection = { tenantId, id: newId(), dimensions: vectors[0]!.length, count: vectors.length };
  await database.query(
    tenantId,
    `insert into collections (tenant_id, id, name, description, embedding_model, dimensions, chunk_max_characters,
       chunk_overlap_characters, chunk_count, create_time, update_time)
     values ($1, $2, 'bench', '', 'bench', $3, 1200, 150, $4, now(), now())`,
    [tenantId, collection.id, collection.dimensions, collection.count],
  );
  for (let first = 0; first < vectors.length; first += chunksPerDocument) {
    const slice = vectors.slice(first, first + chunksPerDocument);
    await writeDocument(database, collection, slice, first / chunksPerDocument);
    onProgress(first + slice.length);
  }
  return collection;
}

async function writeDocument(
  database: Database,
  { tenantId, id }: VectorCollection,
  vectors: readonly Float32Array[],
  number: number,
): Promise<void> {
  const ids = [tenantId, newId(), id];
  await database.batch(tenantId, [
    {
      text: `insert into documents (tenant_id, id, collection_id, uri, title, media_type, content_hash, fingerprint, size_bytes,
           chunk_count, term_count, metadata, plain_text, create_time, update_time)
         values ($1, $2, $3, $4, '', '', '', '', 0, $5, 0, '{}', '', now(), now())`,
      values: [...ids, String(number), vectors.length],
    },
    {
      text: `insert into chunks (tenant_id, document_id, collection_id, ordinal, start_offset, end_offset, headings, text)
         select $1, $2, $3, n, 0, 0, '[]', 'a passage' from generate_series(0, $4::int - 1) n`,
      values: [...ids, vectors.length],
    },
    {
      text: `insert into chunk_vectors (tenant_id, document_id, collection_id, ordinal, embedding)
         select $1, $2, $3, position - 1, embedding::vector from unnest($4::text[]) with ordinality v (embedding, position)`,
      values: [...ids, vectors.map(textOf)],
    },
  ]);
}

function textOf(vector: Float32Array): string {
  return `[${Array.from(vector, (value) => value.toPrecision(7)).join(',')}]`;
}
