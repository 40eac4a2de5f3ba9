import { llm } from '@weft/contracts';
import { implement, openPage, type RpcService } from '@weft/rpc';
import { type ModelCatalog } from './model-catalog';
import { modelNotFound } from './model-not-found';

/** Binds the list of models to its contract. */
export function modelHandler(catalog: ModelCatalog): RpcService {
  return implement(llm.ModelServiceDefinition, {
    async listModels(request, { caller }) {
      const page = openPage(request, { list: 'models', tenantId: caller.identity.tenantId });
      const after = page.after === undefined ? undefined : String(page.after[0]);
      const models = await catalog.list();
      const rows = after === undefined ? models : models.filter(({ name }) => name > after);
      const { items, nextPageToken } = page.close(rows.slice(0, page.limit), ({ name }) => [name]);
      return { models: items, nextPageToken };
    },
    async getModel({ name }) {
      const model = (await catalog.list()).find((candidate) => candidate.name === name);
      if (model === undefined) throw modelNotFound(name);
      return { model };
    },
  });
}
