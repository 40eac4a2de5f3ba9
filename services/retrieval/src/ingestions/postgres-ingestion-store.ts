import { retrieval } from '@weft/contracts';
import { notFound } from '@weft/errors';
import { ALL_TENANTS, type Database } from '@weft/postgres';
import { newId } from '@weft/runtime';
import { type IngestResult } from '../ingest-event';
import { isUuid } from '../is-uuid';
import { acceptIngestion, type AcceptLimits } from './accept-ingestion-rows';
import { type ClaimedDocument, type Ingestion, type NewIngestion } from './ingestion';
import { ingestionCancelled } from './ingestion-errors';
import { failPending, settleClaim } from './ingestion-rows';
import { ingestionColumns, ingestionOf, type IngestionRow } from './ingestion-row';
import { type IngestionProgress, type IngestionStore, type PutOff } from './ingestion-store';

/** So many results are read at once. */
const resultsPerRead = 100;
/** So many ingestions are forgotten with one statement. */
const prunedPerStatement = 1000;

interface ClaimedRow {
  tenant_id: string;
  ingestion_id: string;
  document_index: number;
  claim_id: string;
  uri: string;
  media_type: string;
  title: string;
  metadata: Record<string, unknown>;
  content_hash: string;
  size_bytes: number;
  content: Uint8Array;
  attempts: number;
  retries: number;
  collection: string;
}

/** Accepted documents in PostgreSQL. The table is the queue: events only say that it is worth a look. */
export class PostgresIngestionStore implements IngestionStore {
  constructor(
    private readonly database: Database,
    private readonly outbox: { notify(): void },
    private readonly options: AcceptLimits & { leaseMs: number },
  ) {}

  async accept(tenantId: string, ingestion: NewIngestion): Promise<Ingestion> {
    const row = await this.database.transaction(tenantId, (transaction) =>
      acceptIngestion(transaction, tenantId, ingestion, this.options),
    );
    this.outbox.notify();
    return ingestionOf(row);
  }

  async get(tenantId: string, id: string): Promise<Ingestion> {
    const { ingestion } = await this.follow(tenantId, id, Infinity);
    return ingestion;
  }

  async list(
    tenantId: string,
    page: { collectionId: string | undefined; before: string | undefined; limit: number },
  ): Promise<Ingestion[]> {
    // Ids are made in the order of time.
    const rows = await this.database.query<IngestionRow>(
      tenantId,
      `select ${ingestionColumns} from ingestions i
       where i.tenant_id = $1 and ($2::uuid is null or i.collection_id = $2) and ($3::uuid is null or i.id < $3)
       order by i.id desc limit $4`,
      [tenantId, page.collectionId ?? null, page.before ?? null, page.limit],
    );
    return rows.map(ingestionOf);
  }

  async follow(tenantId: string, id: string, after: number): Promise<IngestionProgress> {
    if (!isUuid(id)) throw notFound('ingestion', id);
    const select = {
      text: `select ${ingestionColumns} from ingestions i where i.tenant_id = $1 and i.id = $2`,
      values: [tenantId, id],
    };
    const results = {
      text: `select result from ingestion_documents where tenant_id = $1 and ingestion_id = $2 and done_number > $3
        order by done_number limit ${resultsPerRead}`,
      values: [tenantId, id, after],
    };
    // The ingestion first: what a finished one counts is then among the results.
    const [rows, found = []] = await this.database.batch(
      tenantId,
      Number.isFinite(after) ? [select, results] : [select],
    );
    const row = rows?.[0] as IngestionRow | undefined;
    if (row === undefined) throw notFound('ingestion', id);
    return {
      ingestion: ingestionOf(row),
      results: found.map(({ result }) => retrieval.IngestResult.decode(result as Uint8Array)),
    };
  }

  async cancel(tenantId: string, id: string): Promise<Ingestion> {
    if (!isUuid(id)) throw notFound('ingestion', id);
    await this.database.transaction(tenantId, (transaction) =>
      failPending(transaction, tenantId, id, ingestionCancelled()),
    );
    this.outbox.notify();
    return this.get(tenantId, id);
  }

  async claim(afterTenantId: string): Promise<ClaimedDocument | undefined> {
    const row =
      (await this.claimAfter(afterTenantId)) ??
      (afterTenantId === '' ? undefined : await this.claimAfter(''));
    return row && claimedOf(row);
  }

  async renew({ tenantId, claim }: ClaimedDocument): Promise<boolean> {
    const rows = await this.database.query(
      tenantId,
      `update ingestion_documents set due_time = now() + make_interval(secs => $5)
       where tenant_id = $1 and ingestion_id = $2 and document_index = $3 and claim_id = $4 and done_number is null
       returning 1`,
      [tenantId, claim.ingestionId, claim.documentIndex, claim.claimId, this.options.leaseMs / 1000],
    );
    return rows.length > 0;
  }

  async putOff({ tenantId, claim }: ClaimedDocument, { delayMs, counted }: PutOff): Promise<void> {
    await this.database.query(
      tenantId,
      `update ingestion_documents set claim_id = null, due_time = now() + make_interval(secs => $5),
         attempts = attempts - $6, retries = retries + 1
       where tenant_id = $1 and ingestion_id = $2 and document_index = $3 and claim_id = $4 and done_number is null`,
      [tenantId, claim.ingestionId, claim.documentIndex, claim.claimId, delayMs / 1000, counted ? 0 : 1],
    );
  }

  async settle({ tenantId, claim }: ClaimedDocument, result: IngestResult): Promise<void> {
    await this.database.transaction(tenantId, (transaction) =>
      settleClaim(transaction, tenantId, claim, result),
    );
    this.outbox.notify();
  }

  async prune(keptMs: number): Promise<number> {
    const rows = await this.database.query<{ count: number }>(
      ALL_TENANTS,
      `with old as (
         select tenant_id, id from ingestions where finish_time < now() - make_interval(secs => $1)
         limit ${prunedPerStatement} for update skip locked
       ), documents as (
         delete from ingestion_documents d using old where d.tenant_id = old.tenant_id and d.ingestion_id = old.id
       ), deleted as (
         delete from ingestions i using old where i.tenant_id = old.tenant_id and i.id = old.id returning 1
       )
       select count(*)::int as count from deleted`,
      [keptMs / 1000],
    );
    return rows[0]?.count ?? 0;
  }

  /** A document waits for the earlier ones of its uri: else the last version would not be the one that stays. */
  private async claimAfter(tenantId: string): Promise<ClaimedRow | undefined> {
    const [row] = await this.database.query<ClaimedRow>(
      ALL_TENANTS,
      `with next as (
         select tenant_id, ingestion_id, document_index from ingestion_documents d
         where done_number is null and tenant_id > $1 and due_time <= now() and not exists (
           select from ingestion_documents e
           where e.done_number is null and e.tenant_id = d.tenant_id and e.collection_id = d.collection_id
             and hashtextextended(e.uri, 0) = hashtextextended(d.uri, 0) and e.uri = d.uri and e.sequence < d.sequence
         )
         order by tenant_id, sequence limit 1 for update skip locked
       )
       update ingestion_documents d
       set claim_id = $2, due_time = now() + make_interval(secs => $3), attempts = attempts + 1
       from next
       where d.tenant_id = next.tenant_id and d.ingestion_id = next.ingestion_id and d.document_index = next.document_index
       returning d.tenant_id, d.ingestion_id, d.document_index, d.uri, d.media_type, d.title, d.metadata, d.content_hash,
         d.size_bytes, d.content, d.attempts, d.retries, d.claim_id,
         (select collection from ingestions i where i.tenant_id = d.tenant_id and i.id = d.ingestion_id) as collection`,
      [tenantId, newId(), this.options.leaseMs / 1000],
    );
    return row;
  }
}

function claimedOf(row: ClaimedRow): ClaimedDocument {
  return {
    claim: {
      ingestionId: row.ingestion_id,
      documentIndex: row.document_index,
      claimId: row.claim_id,
    },
    tenantId: row.tenant_id,
    collection: row.collection,
    document: {
      uri: row.uri,
      mediaType: row.media_type,
      title: row.title,
      metadata: row.metadata,
      contentHash: row.content_hash,
      sizeBytes: row.size_bytes,
    },
    content: row.content,
    attempts: row.attempts,
    retries: row.retries,
  };
}
