import { createHash } from 'node:crypto';
import { checkInputs, type DocumentDraft, type DocumentInput, draftOf } from '../document-draft';
import { type Ingestion } from './ingestion';
import { type IngestionStore } from './ingestion-store';

/** Documents to accept. */
export interface AcceptRequest {
  collection: string;
  documents: readonly DocumentInput[];
  /** Empty for none. */
  requestId: string;
}

/** Keeps documents, to be ingested without the caller. */
export class AcceptDocuments {
  constructor(
    private readonly store: IngestionStore,
    private readonly onAccepted: () => void,
  ) {}

  /** @throws WeftError INVALID_ARGUMENT for what can never be stored, and as `IngestionStore.accept` does */
  async accept(tenantId: string, { collection, documents, requestId }: AcceptRequest): Promise<Ingestion> {
    checkInputs(documents, 'documents');
    const drafts = documents.map(draftOf);
    const requestDigest = digestOf(collection, drafts);
    const ingestion = await this.store.accept(tenantId, {
      collection,
      documents: drafts,
      requestId,
      requestDigest,
    });
    this.onAccepted();
    return ingestion;
  }
}

function digestOf(collection: string, drafts: readonly DocumentDraft[]): string {
  const facts = [collection, drafts.map(({ uri, fingerprint }) => [uri, fingerprint])];
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}
