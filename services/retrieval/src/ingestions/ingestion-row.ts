import { type Ingestion } from './ingestion';

/** The columns of an `IngestionRow` in `ingestions i`. */
export const ingestionColumns = `i.id, i.collection, i.document_count, i.created, i.replaced, i.unchanged, i.failed, i.cancelled,
  i.create_time, i.update_time, i.finish_time,
  exists (
    select from ingestion_documents d
    where d.tenant_id = i.tenant_id and d.ingestion_id = i.id and (d.attempts > 0 or d.done_number is not null)
  ) as begun`;

/** An ingestion as the database has it. */
export interface IngestionRow {
  id: string;
  collection: string;
  document_count: number;
  created: number;
  replaced: number;
  unchanged: number;
  failed: number;
  cancelled: boolean;
  begun: boolean;
  create_time: Date;
  update_time: Date;
  finish_time: Date | null;
}

export function ingestionOf(row: IngestionRow): Ingestion {
  return {
    id: row.id,
    collection: row.collection,
    documentCount: row.document_count,
    created: row.created,
    replaced: row.replaced,
    unchanged: row.unchanged,
    failed: row.failed,
    begun: row.begun,
    cancelled: row.cancelled,
    createTime: row.create_time,
    updateTime: row.update_time,
    finishTime: row.finish_time ?? undefined,
  };
}
