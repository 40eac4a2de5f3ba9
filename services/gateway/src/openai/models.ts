import { embedding, llm, orchestrator } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { type Peers, type RpcCallOptions } from '@weft/rpc';

/** A model as OpenAI's API has it. */
export interface OpenAiModel {
  id: string;
  object: 'model';
  /** Unix seconds; 0 where it is not known. */
  created: number;
  owned_by: string;
}

interface ListPage<Item> {
  items: Item[];
  nextPageToken: string;
}

const pageSize = 200;
/** Whoever has more than 20,000 of a kind asks page by page over JSON or gRPC. */
const pagesMax = 100;

/** What calls for models: whether the key may also see assistants, and the options of the calls. */
export interface ModelsCall {
  peers: Peers;
  options: RpcCallOptions;
  seesAssistants: boolean;
}

/** Everything that a request can name as its model: language models, embedding models, and assistants as `assistant:<name>`. */
export async function listModels({ peers, options, seesAssistants }: ModelsCall): Promise<OpenAiModel[]> {
  const models = peers.client(llm.ModelServiceDefinition);
  const embeddings = peers.client(embedding.EmbeddingServiceDefinition);
  const assistants = peers.client(orchestrator.AssistantServiceDefinition);
  const lists = await Promise.all([
    allPages(async (page) => {
      const { models: items, nextPageToken } = await models.listModels(page, options);
      return { items: items.map(fromModel), nextPageToken };
    }),
    allPages(async (page) => {
      const { models: items, nextPageToken } = await embeddings.listEmbeddingModels(page, options);
      return { items: items.map(fromModel), nextPageToken };
    }),
    seesAssistants
      ? allPages(async (page) => {
          const { assistants: items, nextPageToken } = await assistants.listAssistants(page, options);
          return { items: items.map(fromAssistant), nextPageToken };
        })
      : [],
  ]);
  return [...new Map(lists.flat().map((model) => [model.id, model])).values()];
}

/**
 * One model by the name that requests use.
 *
 * @throws WeftError NOT_FOUND `MODEL_NOT_FOUND`
 */
export async function getModel(
  id: string,
  { peers, options, seesAssistants }: ModelsCall,
): Promise<OpenAiModel> {
  const named = /^assistant:([^@]*)(?:@(\d{1,9}))?$/.exec(id);
  if (named !== null) {
    if (!seesAssistants) throw modelNotFound(id);
    const request = { name: named[1]!, version: Number(named[2] ?? 0) };
    const { assistant } = await peers
      .client(orchestrator.AssistantServiceDefinition)
      .getAssistant(request, options);
    return { ...fromAssistant(assistant!), id };
  }
  const model = await orUndefined(peers.client(llm.ModelServiceDefinition).getModel({ name: id }, options));
  if (model?.model !== undefined) return fromModel(model.model);
  const embeddings = peers.client(embedding.EmbeddingServiceDefinition);
  const found = (
    await allPages(async (page) => {
      const { models: items, nextPageToken } = await embeddings.listEmbeddingModels(page, options);
      return { items, nextPageToken };
    })
  ).find(({ name }) => name === id);
  if (found === undefined) throw modelNotFound(id);
  return fromModel(found);
}

async function allPages<Item>(
  read: (page: { pageSize: number; pageToken: string }) => Promise<ListPage<Item>>,
): Promise<Item[]> {
  const items: Item[] = [];
  let pageToken = '';
  for (let page = 0; page < pagesMax; page += 1) {
    const { items: more, nextPageToken } = await read({ pageSize, pageToken });
    items.push(...more);
    if (nextPageToken === '') break;
    pageToken = nextPageToken;
  }
  return items;
}

async function orUndefined<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof WeftError && error.code === 'NOT_FOUND') return undefined;
    throw error;
  }
}

function fromModel({ name, provider }: { name: string; provider: string }): OpenAiModel {
  return { id: name, object: 'model', created: 0, owned_by: provider };
}

function fromAssistant({ name, createTime }: orchestrator.Assistant): OpenAiModel {
  const created = Math.floor((createTime?.getTime() ?? 0) / 1000);
  return { id: `assistant:${name}`, object: 'model', created, owned_by: 'weft' };
}

function modelNotFound(id: string): WeftError {
  return new WeftError('NOT_FOUND', 'MODEL_NOT_FOUND', `There is no model '${id}'.`, {
    metadata: { resource: 'model', name: id },
  });
}
