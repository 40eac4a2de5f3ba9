import { alreadyExists, internal, notFound } from '@weft/errors';
import { type Database, isUniqueViolation, outboxStatement } from '@weft/postgres';
import { newId } from '@weft/runtime';
import { type Collection } from './collection';
import { type CollectionStore, type NewCollection } from './collection-store';
import { lockAllDocuments } from './document-locks';
import { collectionDeletedMeanwhile } from './ingestions/ingestion-errors';
import { failPending } from './ingestions/ingestion-rows';
import { collectionDeleted } from './retrieval-events';

const columns = `id, name, description, embedding_model, dimensions, chunk_max_characters, chunk_overlap_characters,
  document_count, chunk_count, revision, create_time, update_time`;

interface CollectionRow {
  id: string;
  name: string;
  description: string;
  embedding_model: string;
  dimensions: number;
  chunk_max_characters: number;
  chunk_overlap_characters: number;
  document_count: number;
  chunk_count: number;
  revision: number;
  create_time: Date;
  update_time: Date;
}

/** Collections in PostgreSQL. */
export class PostgresCollectionStore implements CollectionStore {
  constructor(
    private readonly database: Database,
    private readonly outbox: { notify(): void },
  ) {}

  async create(tenantId: string, collection: NewCollection): Promise<Collection> {
    try {
      const [row] = await this.database.query<CollectionRow>(
        tenantId,
        `insert into collections (tenant_id, id, name, description, embedding_model, chunk_max_characters,
           chunk_overlap_characters, create_time, update_time)
         values ($1, $2, $3, $4, $5, $6, $7, now(), now()) returning ${columns}`,
        [
          tenantId,
          newId(),
          collection.name,
          collection.description,
          collection.embeddingModel,
          collection.chunking.maxCharacters,
          collection.chunking.overlapCharacters,
        ],
      );
      if (row === undefined) throw internal('an insert returned no row');
      return collectionOf(row);
    } catch (error) {
      if (isUniqueViolation(error, 'collections_name')) throw alreadyExists('collection', collection.name);
      throw error;
    }
  }

  async find(tenantId: string, names: readonly string[]): Promise<Collection[]> {
    const rows = await this.database.query<CollectionRow>(
      tenantId,
      `select ${columns} from collections where tenant_id = $1 and name = any($2::text[])`,
      [tenantId, names],
    );
    return rows.map(collectionOf);
  }

  async list(tenantId: string, page: { after: string; limit: number }): Promise<Collection[]> {
    const rows = await this.database.query<CollectionRow>(
      tenantId,
      `select ${columns} from collections where tenant_id = $1 and name > $2 order by name limit $3`,
      [tenantId, page.after, page.limit],
    );
    return rows.map(collectionOf);
  }

  async delete(tenantId: string, name: string): Promise<void> {
    const [found] = await this.find(tenantId, [name]);
    if (found === undefined) throw notFound('collection', name);
    await this.database.transaction(tenantId, async (transaction) => {
      // Locked first: whoever stores a document at the same time waits, and then finds no collection.
      await lockAllDocuments(transaction, tenantId, found.id);
      const [collection] = await transaction.query<{ id: string }>(
        'select id from collections where tenant_id = $1 and id = $2 for update',
        [tenantId, found.id],
      );
      if (collection === undefined) throw notFound('collection', name);
      const pending = await transaction.query<{ id: string }>(
        `select id from ingestions where tenant_id = $1 and collection_id = $2 and finish_time is null order by id`,
        [tenantId, collection.id],
      );
      for (const { id } of pending) {
        await failPending(transaction, tenantId, id, collectionDeletedMeanwhile(name));
      }
      for (const table of ['postings', 'chunk_vectors', 'chunks', 'documents']) {
        await transaction.query(`delete from ${table} where tenant_id = $1 and collection_id = $2`, [
          tenantId,
          collection.id,
        ]);
      }
      await transaction.query('delete from collections where tenant_id = $1 and id = $2', [
        tenantId,
        collection.id,
      ]);
      const event = outboxStatement([collectionDeleted(tenantId, { collection: name })]);
      await transaction.query(event.text, event.values);
    });
    this.outbox.notify();
  }
}

function collectionOf(row: CollectionRow): Collection {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    embeddingModel: row.embedding_model,
    dimensions: row.dimensions,
    chunking: { maxCharacters: row.chunk_max_characters, overlapCharacters: row.chunk_overlap_characters },
    documentCount: row.document_count,
    chunkCount: row.chunk_count,
    revision: row.revision,
    createTime: row.create_time,
    updateTime: row.update_time,
  };
}
