import { type retrieval } from '@weft/contracts';
import { notFound } from '@weft/errors';
import { openPage, type RpcContext } from '@weft/rpc';
import { type Collection } from './collection';
import { type CollectionStore } from './collection-store';
import { type CreateCollection } from './create-collection';

/** The RPCs of CollectionService. */
export function createCollectionHandler(createCollection: CreateCollection, collections: CollectionStore) {
  return {
    async createCollection(request: retrieval.CreateCollectionRequest, context: RpcContext) {
      const { name, description, embeddingModel, chunking } = request;
      const wish = { name, description, embeddingModel, chunking: chunking && chunkingOf(chunking) };
      const collection = await createCollection.create(tenantOf(context), wish, context);
      return { collection: collectionMessage(collection) };
    },

    async getCollection(request: retrieval.GetCollectionRequest, context: RpcContext) {
      const [collection] = await collections.find(tenantOf(context), [request.name]);
      if (collection === undefined) throw notFound('collection', request.name);
      return { collection: collectionMessage(collection) };
    },

    async listCollections(request: retrieval.ListCollectionsRequest, context: RpcContext) {
      const tenantId = tenantOf(context);
      const page = openPage(request, { list: 'collections', tenantId });
      const after = String(page.after?.[0] ?? '');
      const rows = await collections.list(tenantId, { after, limit: page.limit });
      const { items, nextPageToken } = page.close(rows, ({ name }) => [name]);
      return { collections: items.map(collectionMessage), nextPageToken };
    },

    async deleteCollection(request: retrieval.DeleteCollectionRequest, context: RpcContext) {
      await collections.delete(tenantOf(context), request.name);
      return {};
    },
  };
}

function tenantOf(context: RpcContext): string {
  return context.caller.identity.tenantId;
}

function chunkingOf({ maxCharacters, overlapCharacters }: retrieval.ChunkingSettings) {
  return { maxCharacters, overlapCharacters };
}

function collectionMessage(collection: Collection): retrieval.Collection {
  return {
    name: collection.name,
    description: collection.description,
    embeddingModel: collection.embeddingModel,
    dimensions: collection.dimensions,
    chunking: collection.chunking,
    documentCount: collection.documentCount,
    chunkCount: collection.chunkCount,
    revision: collection.revision,
    createTime: collection.createTime,
    updateTime: collection.updateTime,
  };
}
