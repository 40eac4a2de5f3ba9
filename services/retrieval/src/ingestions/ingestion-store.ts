import { type retrieval } from '@weft/contracts';
import { type IngestResult } from '../ingest-event';
import { type ClaimedDocument, type Ingestion, type NewIngestion } from './ingestion';

/** An ingestion, and what became of documents of it. */
export interface IngestionProgress {
  ingestion: Ingestion;
  /** In the order in which they were done. */
  results: retrieval.IngestResult[];
}

/** When a document that is put off is tried again. */
export interface PutOff {
  delayMs: number;
  /** Whether the attempt counts: it does not when nothing about the document is to blame. */
  counted: boolean;
}

/** Where accepted documents are kept until they are done, and what became of them. */
export interface IngestionStore {
  /**
   * Keeps documents. When it resolves they are not lost any more. A request id that is known answers with what it began.
   *
   * @throws WeftError NOT_FOUND when there is no such collection, RESOURCE_EXHAUSTED when too much of the tenant waits, ALREADY_EXISTS when
   * the request id was used for something else
   */
  accept(tenantId: string, ingestion: NewIngestion): Promise<Ingestion>;
  /** @throws WeftError NOT_FOUND */
  get(tenantId: string, id: string): Promise<Ingestion>;
  /** Newest first, those before an id alone. */
  list(
    tenantId: string,
    page: { collectionId: string | undefined; before: string | undefined; limit: number },
  ): Promise<Ingestion[]>;
  /** An ingestion with some of the results after the first so many; with all of them if it is finished and there are few. @throws WeftError NOT_FOUND */
  follow(tenantId: string, id: string, after: number): Promise<IngestionProgress>;
  /** Fails what is pending. @throws WeftError NOT_FOUND */
  cancel(tenantId: string, id: string): Promise<Ingestion>;

  /**
   * Claims the next document that may be worked on, of the first tenant after the given one that has any. Of documents with one uri the earlier
   * comes first. Undefined when there is none.
   */
  claim(afterTenantId: string): Promise<ClaimedDocument | undefined>;
  /** Keeps a claim for another lease. False when it is not held any more. */
  renew(document: ClaimedDocument): Promise<boolean>;
  /** Gives a claim back. Does nothing when it is not held any more. */
  putOff(document: ClaimedDocument, putOff: PutOff): Promise<void>;
  /** Says what became of a document. Does nothing when the claim is not held any more, as after storing the document. */
  settle(document: ClaimedDocument, result: IngestResult): Promise<void>;
  /** Forgets ingestions that finished so long ago. Answers with how many. */
  prune(keptMs: number): Promise<number>;
}
