import { type DocumentDraft, type DocumentFacts } from '../document-draft';

/** How many documents of an ingestion ended how. */
export interface OutcomeCounts {
  created: number;
  replaced: number;
  unchanged: number;
  failed: number;
}

/** Documents that were accepted together. */
export interface Ingestion extends OutcomeCounts {
  id: string;
  collection: string;
  documentCount: number;
  /** Whether a document of it has been begun. */
  begun: boolean;
  /** Whether it ended before all of its documents were done. */
  cancelled: boolean;
  createTime: Date;
  updateTime: Date;
  finishTime: Date | undefined;
}

/** Documents to accept. */
export interface NewIngestion {
  collection: string;
  documents: readonly DocumentDraft[];
  /** What the caller named its request; empty for none. */
  requestId: string;
  /** Tells another request of the same name. */
  requestDigest: string;
}

/** The right to work on an accepted document: whoever has claimed it last may settle it. */
export interface DocumentClaim {
  ingestionId: string;
  documentIndex: number;
  claimId: string;
}

/** An accepted document that was claimed. */
export interface ClaimedDocument {
  claim: DocumentClaim;
  tenantId: string;
  collection: string;
  document: DocumentFacts;
  content: Uint8Array;
  /** How often it was claimed, this time included, outages and stops not counted. */
  attempts: number;
  /** How often it was put off. */
  retries: number;
}

/** How many documents of an ingestion are done. */
export function doneCount({ created, replaced, unchanged, failed }: OutcomeCounts): number {
  return created + replaced + unchanged + failed;
}
