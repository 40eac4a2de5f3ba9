import { type Transaction } from '@weft/postgres';

/**
 * The order in which transactions lock, so that none ever waits for another in a circle: the collection's shared lock, the uri, the rows of the
 * document, the collection's row, the ingestion, its documents. Rows of a document are written before the collection's row is locked,
 * so that a long document does not hold up the others of its collection.
 */

/** Keeps the collection from being deleted, and others from changing the document of that uri, until the transaction ends. */
export async function lockDocument(
  transaction: Transaction,
  tenantId: string,
  collectionId: string,
  uri: string,
): Promise<void> {
  await transaction.query(
    `select pg_advisory_xact_lock_shared(hashtextextended($1, 0)), pg_advisory_xact_lock(hashtextextended($2, 0))`,
    [collectionLockName(tenantId, collectionId), JSON.stringify(['document', tenantId, collectionId, uri])],
  );
}

/** Waits for those who change documents of the collection, and keeps others from it until the transaction ends. */
export async function lockAllDocuments(
  transaction: Transaction,
  tenantId: string,
  collectionId: string,
): Promise<void> {
  await transaction.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    collectionLockName(tenantId, collectionId),
  ]);
}

function collectionLockName(tenantId: string, collectionId: string): string {
  return JSON.stringify(['collection', tenantId, collectionId]);
}
