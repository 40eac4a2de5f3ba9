import { type Collection } from './collection';
import { type IndexedDocument, type StoredDocument } from './document';
import { type DocumentClaim } from './ingestions/ingestion';

/** What storing a document did. */
export interface StoreResult {
  outcome: 'created' | 'replaced' | 'unchanged';
  document: StoredDocument;
}

/** Where documents are kept, with their chunks, vectors and index. */
export interface DocumentStore {
  /** The documents of a collection that have one of those uris. */
  findByUris(tenantId: string, collectionId: string, uris: readonly string[]): Promise<StoredDocument[]>;
  /** @throws WeftError NOT_FOUND */
  get(tenantId: string, id: string): Promise<StoredDocument>;
  /** Documents of a collection by uri, those after a uri alone. */
  list(
    tenantId: string,
    collectionId: string,
    page: { after: string; limit: number },
  ): Promise<StoredDocument[]>;
  /**
   * Stores a document with all its chunks, in place of the one of the same uri if there is one, or not at all.
   *
   * @param claim is settled in the same transaction. @throws WeftError ABORTED `CLAIM_LOST` when it is not held any more
   * @throws WeftError NOT_FOUND when the collection is gone, FAILED_PRECONDITION when its vectors are of another model or length
   */
  put(
    tenantId: string,
    collection: Collection,
    document: IndexedDocument,
    claim?: DocumentClaim,
  ): Promise<StoreResult>;
  /** Deletes a document with its chunks and vectors. @throws WeftError NOT_FOUND */
  delete(tenantId: string, id: string): Promise<void>;
}
