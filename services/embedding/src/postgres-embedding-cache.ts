import { type Database } from '@weft/postgres';
import { type EmbeddingCache } from './embedding-cache';
import { type EmbeddedText } from './embedding-provider';
import { bytesOf, vectorOf } from './vector-bytes';

interface EmbeddingRow {
  text_digest: Uint8Array;
  vector: Uint8Array;
  token_count: number;
}

/** Keeps vectors in the table `embeddings`. */
export class PostgresEmbeddingCache implements EmbeddingCache {
  constructor(private readonly database: Database) {}

  async find(
    tenantId: string,
    model: string,
    digests: readonly string[],
  ): Promise<Map<string, EmbeddedText>> {
    const rows = await this.database.query<EmbeddingRow>(
      tenantId,
      `select text_digest, vector, token_count from embeddings
       where tenant_id = $1 and model = $2 and text_digest = any($3::bytea[])`,
      [tenantId, model, digests.map((digest) => Buffer.from(digest, 'hex'))],
    );
    return new Map(
      rows.map((row) => [
        Buffer.from(row.text_digest).toString('hex'),
        { vector: vectorOf(row.vector), tokenCount: row.token_count },
      ]),
    );
  }

  async add(tenantId: string, model: string, entries: ReadonlyMap<string, EmbeddedText>): Promise<void> {
    const texts = [...entries.values()];
    await this.database.query(
      tenantId,
      `insert into embeddings (tenant_id, model, text_digest, vector, token_count)
       select $1, $2, entry.* from unnest($3::bytea[], $4::bytea[], $5::int[]) as entry
       on conflict do nothing`,
      [
        tenantId,
        model,
        [...entries.keys()].map((digest) => Buffer.from(digest, 'hex')),
        texts.map(({ vector }) => bytesOf(vector)),
        texts.map(({ tokenCount }) => tokenCount),
      ],
    );
  }
}
