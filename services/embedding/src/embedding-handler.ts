import { type embedding } from '@weft/contracts';
import { invalidField, invalidFields } from '@weft/errors';
import { openPage, type RpcContext } from '@weft/rpc';
import { type EmbedResult, type TextEmbedder } from './embed-texts';
import { type ModelRegistry } from './model-registry';

/** The handlers of `weft.embedding.v1.EmbeddingService`. */
export function createEmbeddingHandler(embedder: TextEmbedder, models: ModelRegistry) {
  return {
    async createEmbeddings(request: embedding.CreateEmbeddingsRequest, context: RpcContext) {
      refuseEmpty(request.inputs);
      const { model, provider } = models.resolve(request.model);
      const results = await embedder.embed({
        tenantId: context.caller.identity.tenantId,
        model,
        provider,
        texts: request.inputs,
        signal: context.signal,
      });
      return {
        embeddings: results.map(({ vector }) => ({ values: Array.from(vector) })),
        model,
        dimensions: results[0]?.vector.length ?? 0,
        usage: usageOf(results),
      };
    },

    async listEmbeddingModels(request: embedding.ListEmbeddingModelsRequest, context: RpcContext) {
      const page = openPage(request, {
        list: 'embedding-models',
        tenantId: context.caller.identity.tenantId,
      });
      const after = page.after?.[0] ?? '';
      if (typeof after !== 'string')
        throw invalidField('page_token', 'is not a token that this list returned', 'BAD_PAGE_TOKEN');
      const rows = models.list().filter(({ name }) => name > after);
      const { items, nextPageToken } = page.close(rows.slice(0, page.limit), ({ name }) => [name]);
      return { models: items, nextPageToken };
    },
  };
}

function refuseEmpty(inputs: string[]): void {
  const violations = inputs.flatMap((text, index) =>
    text === '' ? [{ field: `inputs[${index}]`, description: 'must not be empty' }] : [],
  );
  if (violations.length > 0) throw invalidFields(violations);
}

function usageOf(results: EmbedResult[]) {
  const sum = (counted: EmbedResult[]) => counted.reduce((total, { tokenCount }) => total + tokenCount, 0);
  return {
    inputTokens: sum(results),
    cachedInputTokens: sum(results.filter(({ cached }) => cached)),
    estimated: results.some(({ cached, estimated }) => !cached && estimated),
  };
}
