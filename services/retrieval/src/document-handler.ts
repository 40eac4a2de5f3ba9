import { type retrieval } from '@weft/contracts';
import { invalidField, notFound } from '@weft/errors';
import { openPage, type RpcContext } from '@weft/rpc';
import { type Collection } from './collection';
import { type CollectionStore } from './collection-store';
import {
  completedMessage,
  documentInput,
  documentMessage,
  eventMessage,
  resultMessage,
} from './document-message';
import { type DocumentStore } from './document-store';
import { EventChannel } from './event-channel';
import { type IngestDocuments } from './ingest-documents';
import { type IngestEvent, type IngestResult } from './ingest-event';
import { type AcceptDocuments } from './ingestions/accept-documents';
import { ingestionMessage } from './ingestions/ingestion-message';

/** So many events wait for a slow reader before the work waits too. */
const eventsWaitingMax = 32;

/** The RPCs of DocumentService. */
export function createDocumentHandler(ports: {
  ingestDocuments: IngestDocuments;
  acceptDocuments: AcceptDocuments;
  documents: DocumentStore;
  collections: CollectionStore;
}) {
  const { ingestDocuments, acceptDocuments, documents, collections } = ports;
  return {
    async ingestDocuments(request: retrieval.IngestDocumentsRequest, context: RpcContext) {
      if (request.asynchronous)
        return { results: [], ingestion: await accept(acceptDocuments, request, context) };
      checkSynchronous(request, '');
      const results = await ingest(
        ingestDocuments,
        { request, field: 'documents' },
        context,
        async () => undefined,
      );
      return {
        results: results.map((result, index) => resultMessage(result, request.collection, index)),
        ingestion: undefined,
      };
    },

    async *streamIngestDocuments(
      request: retrieval.StreamIngestDocumentsRequest,
      context: RpcContext,
    ): AsyncGenerator<retrieval.StreamIngestDocumentsResponse> {
      const { ingestion } = request;
      if (ingestion === undefined) throw invalidField('ingestion', 'must be set');
      if (ingestion.asynchronous) throw invalidField('ingestion.asynchronous', 'must not be set in a stream');
      checkSynchronous(ingestion, 'ingestion.');
      const channel = new EventChannel<IngestEvent>(eventsWaitingMax);
      const work = ingest(
        ingestDocuments,
        { request: ingestion, field: 'ingestion.documents' },
        context,
        (event) => channel.push(event),
      ).finally(() => channel.close());
      // It may fail while a slow reader still has events to take; its failure is told after them.
      work.catch(() => undefined);
      let sequence = 0;
      try {
        for await (const event of channel) {
          sequence += 1;
          yield { sequence, event: eventMessage(event, ingestion.collection) };
        }
        const completed = completedMessage(await work);
        yield { sequence: sequence + 1, event: { $case: 'completed', value: completed } };
      } finally {
        channel.close();
        await work.catch(() => undefined);
      }
    },

    async getDocument(request: retrieval.GetDocumentRequest, context: RpcContext) {
      return { document: documentMessage(await documents.get(tenantOf(context), request.id)) };
    },

    async listDocuments(request: retrieval.ListDocumentsRequest, context: RpcContext) {
      const tenantId = tenantOf(context);
      const collection = await find(collections, tenantId, request.collection);
      const page = openPage(request, { list: `documents:${collection.id}`, tenantId });
      const after = String(page.after?.[0] ?? '');
      const rows = await documents.list(tenantId, collection.id, { after, limit: page.limit });
      const { items, nextPageToken } = page.close(rows, ({ uri }) => [uri]);
      return { documents: items.map(documentMessage), nextPageToken };
    },

    async deleteDocument(request: retrieval.DeleteDocumentRequest, context: RpcContext) {
      await documents.delete(tenantOf(context), request.id);
      return {};
    },
  };
}

function ingest(
  ingestDocuments: IngestDocuments,
  { request, field }: { request: retrieval.IngestDocumentsRequest; field: string },
  context: RpcContext,
  emit: (event: IngestEvent) => Promise<void>,
): Promise<IngestResult[]> {
  const input = { collection: request.collection, documents: request.documents.map(documentInput), field };
  return ingestDocuments.ingest(tenantOf(context), input, context, emit);
}

async function accept(
  acceptDocuments: AcceptDocuments,
  { collection, documents, requestId }: retrieval.IngestDocumentsRequest,
  context: RpcContext,
): Promise<retrieval.Ingestion> {
  const request = { collection, documents: documents.map(documentInput), requestId };
  return ingestionMessage(await acceptDocuments.accept(tenantOf(context), request));
}

function checkSynchronous({ requestId }: retrieval.IngestDocumentsRequest, path: string): void {
  if (requestId !== '') throw invalidField(`${path}request_id`, 'must be empty unless asynchronous is set');
}

async function find(collections: CollectionStore, tenantId: string, name: string): Promise<Collection> {
  const [collection] = await collections.find(tenantId, [name]);
  if (collection === undefined) throw notFound('collection', name);
  return collection;
}

function tenantOf(context: RpcContext): string {
  return context.caller.identity.tenantId;
}
