import { type retrieval } from '@weft/contracts';
import { invalidField, notFound } from '@weft/errors';
import { openPage, type RpcContext } from '@weft/rpc';
import { type CollectionStore } from '../collection-store';
import { isUuid } from '../is-uuid';
import { ingestionMessage } from './ingestion-message';
import { type IngestionStore } from './ingestion-store';
import { watchIngestion, type WatchTimes } from './watch-ingestion';

/** The RPCs of IngestionService. */
export function createIngestionHandler(
  ingestions: IngestionStore,
  collections: CollectionStore,
  watchTimes: WatchTimes,
) {
  return {
    async getIngestion(request: retrieval.GetIngestionRequest, context: RpcContext) {
      return { ingestion: ingestionMessage(await ingestions.get(tenantOf(context), request.id)) };
    },

    async listIngestions(request: retrieval.ListIngestionsRequest, context: RpcContext) {
      const tenantId = tenantOf(context);
      const collectionId = await idOf(collections, tenantId, request.collection);
      const page = openPage(request, { list: `ingestions:${collectionId ?? ''}`, tenantId });
      const before = page.after && String(page.after[0]);
      if (before !== undefined && !isUuid(before)) throw invalidField('page_token', 'names no ingestion');
      const rows = await ingestions.list(tenantId, { collectionId, before, limit: page.limit });
      const { items, nextPageToken } = page.close(rows, ({ id }) => [id]);
      return { ingestions: items.map(ingestionMessage), nextPageToken };
    },

    async *watchIngestion(
      { id }: retrieval.WatchIngestionRequest,
      context: RpcContext,
    ): AsyncGenerator<retrieval.WatchIngestionResponse> {
      let sequence = 0;
      const watched = { tenantId: tenantOf(context), id };
      for await (const event of watchIngestion(ingestions, watched, context.signal, watchTimes)) {
        sequence += 1;
        yield { sequence, event };
      }
    },

    async cancelIngestion(request: retrieval.CancelIngestionRequest, context: RpcContext) {
      return { ingestion: ingestionMessage(await ingestions.cancel(tenantOf(context), request.id)) };
    },
  };
}

/** Empty stands for all collections. */
async function idOf(
  collections: CollectionStore,
  tenantId: string,
  name: string,
): Promise<string | undefined> {
  if (name === '') return undefined;
  const [collection] = await collections.find(tenantId, [name]);
  if (collection === undefined) throw notFound('collection', name);
  return collection.id;
}

function tenantOf(context: RpcContext): string {
  return context.caller.identity.tenantId;
}
