import { retrieval } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { callFrom, type Peers } from '@weft/rpc';
import { type Tool, type ToolContext } from './tool';
import { ToolFailure } from './tool-failure';

interface SearchArguments {
  query: string;
  collection?: string;
  top_k?: number;
}

const passagesDefault = 5;
const passagesMax = 20;
/**
 * The most text that a result carries, in UTF-16 code units: more would push the question out of a model's
 * window.
 */
const textLengthMax = 40_000;
/** The most collections that retrieval searches at once. */
const collectionsMax = 16;

/** Finds passages of documents, in the collections that the caller allows. */
export function createSearchDocumentsTool(peers: Peers): Tool<SearchArguments> {
  return {
    name: 'search_documents',
    description:
      'Searches the documents for passages that answer a query, by words and by meaning, and returns the best ones with their sources.',
    parametersSchema: {
      type: 'object',
      properties: {
        query: {
          type: 'string',
          minLength: 1,
          maxLength: 2000,
          description: 'What to look for, as a question or in key words.',
        },
        collection: {
          type: 'string',
          minLength: 1,
          maxLength: 63,
          description: 'The collection to search. Left out: every collection that may be searched.',
        },
        top_k: {
          type: 'integer',
          minimum: 1,
          maximum: passagesMax,
          description: `The most passages to return. Left out: ${passagesDefault}.`,
        },
      },
      required: ['query'],
      additionalProperties: false,
    },
    idempotent: true,
    async invoke({ query, collection, top_k: topK = passagesDefault }, context) {
      const collections =
        collection === undefined ? await allowedCollections(peers, context) : [allowed(collection, context)];
      return resultOf(await search(peers, { collections, query, topK }, context));
    },
  };
}

/**
 * A collection outside of the grant is refused in the words for one that does not exist, so that a model
 * cannot find out which do.
 */
function allowed(collection: string, { collections }: ToolContext): string {
  if (collections.length > 0 && !collections.includes(collection)) throw noSuchCollection();
  return collection;
}

async function allowedCollections(peers: Peers, context: ToolContext): Promise<readonly string[]> {
  const names =
    context.collections.length > 0
      ? [...new Set(context.collections)]
      : await everyCollection(peers, context);
  if (names.length === 0) throw new ToolFailure('There is no collection to search.');
  if (names.length > collectionsMax) {
    throw new ToolFailure(
      `At most ${collectionsMax} collections are searched at once. Name one as \`collection\`: ${names.join(', ')}.`,
    );
  }
  return names;
}

/**
 * The names of the tenant's collections, those of the first page: more than are searched at once, so that
 * naming one is asked for.
 */
async function everyCollection(peers: Peers, context: ToolContext): Promise<string[]> {
  const client = peers.client(retrieval.CollectionServiceDefinition);
  const { collections } = await client.listCollections({ pageSize: 50, pageToken: '' }, callFrom(context));
  return collections.map(({ name }) => name);
}

async function search(
  peers: Peers,
  request: { collections: readonly string[]; query: string; topK: number },
  context: ToolContext,
): Promise<retrieval.SearchHit[]> {
  const client = peers.client(retrieval.SearchServiceDefinition);
  try {
    const { hits } = await client.searchDocuments(
      { ...request, collections: [...request.collections], mode: retrieval.SearchMode.HYBRID },
      callFrom(context),
    );
    return hits;
  } catch (error) {
    if (error instanceof WeftError && error.code === 'NOT_FOUND') throw noSuchCollection();
    throw error;
  }
}

function noSuchCollection(): ToolFailure {
  return new ToolFailure('There is no such collection to search.');
}

/** The passages as the model reads them; those beyond the limit of text are counted, not shown. */
function resultOf(hits: retrieval.SearchHit[]) {
  const passages = [];
  let length = 0;
  for (const { passage } of hits) {
    const { collection, uri, title, headings, text } = passage!;
    length += text.length;
    if (length > textLengthMax && passages.length > 0) break;
    passages.push({
      number: passages.length + 1,
      collection,
      uri,
      title,
      headings,
      text: text.slice(0, textLengthMax),
    });
  }
  const omitted = hits.length - passages.length;
  return omitted === 0 ? { passages } : { passages, omitted };
}
