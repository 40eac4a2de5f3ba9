import { invalidField, notFound, WeftError } from '@weft/errors';
import { type Collection } from './collection';
import { type CollectionStore } from './collection-store';
import { type EmbeddingCall, type TextEmbedder } from './text-embedder';
import { parseFilter } from './metadata-filter';
import { cleanCharacters } from './parsing/clean-text';
import { embeddingMismatch } from './retrieval-errors';
import { type IndexHit, type SearchIndex } from './search-index';
import { type Stemmer } from './stemmer';
import { wordsOf } from './text-words';

const topKDefault = 8;

/** What a search works with. */
export interface SearchPorts {
  collections: CollectionStore;
  index: SearchIndex;
  stemmer: Stemmer;
  embedder: TextEmbedder;
}

export interface SearchQuestion {
  collections: readonly string[];
  query: string;
  mode: 'hybrid' | 'vector' | 'keyword';
  /** 0 takes the default. */
  topK: number;
  filter: Record<string, unknown> | undefined;
}

/** A passage that was found, with the name of its collection. */
export type SearchHit = IndexHit & { collection: string };

export interface SearchAnswer {
  hits: SearchHit[];
  /** Read before the search: what it found is never older. */
  revisions: Map<string, number>;
}

/** Finds the passages of collections that answer a query best. */
export class SearchDocuments {
  constructor(
    private readonly ports: SearchPorts,
    private readonly vectorWeight: number,
  ) {}

  /**
   * @throws WeftError NOT_FOUND when a collection is missing, INVALID_ARGUMENT for a bad filter, FAILED_PRECONDITION when vectors are
   * needed and the collections have them of different models
   */
  async search(tenantId: string, question: SearchQuestion, call: EmbeddingCall): Promise<SearchAnswer> {
    const conditions = parseFilter(question.filter);
    const query = cleanCharacters(question.query).trim();
    if (query === '') throw invalidField('query', 'must have text');
    const collections = await this.find(tenantId, question.collections);
    const revisions = new Map(collections.map(({ name, revision }) => [name, revision]));
    const filled = collections.filter(({ dimensions }) => dimensions > 0);
    if (filled.length === 0) return { hits: [], revisions };
    const [terms, vector] = await Promise.all([
      question.mode === 'vector' ? undefined : this.terms(tenantId, query),
      question.mode === 'keyword' ? undefined : this.vector(filled, query, call),
    ]);
    const hits = await this.ports.index.search(tenantId, {
      collectionIds: filled.map(({ id }) => id),
      chunkCount: filled.reduce((sum, { chunkCount }) => sum + chunkCount, 0),
      dimensions: filled[0]!.dimensions,
      terms,
      vector,
      vectorWeight: this.vectorWeight,
      conditions,
      topK: question.topK || topKDefault,
    });
    const names = new Map(filled.map(({ id, name }) => [id, name]));
    return {
      hits: hits.map((hit) => ({ ...hit, collection: names.get(hit.collectionId) ?? '' })),
      revisions,
    };
  }

  private async find(tenantId: string, names: readonly string[]): Promise<Collection[]> {
    const wanted = [...new Set(names)];
    const found = new Map(
      (await this.ports.collections.find(tenantId, wanted)).map((each) => [each.name, each]),
    );
    return wanted.map((name) => {
      const collection = found.get(name);
      if (collection === undefined) throw notFound('collection', name);
      return collection;
    });
  }

  private async terms(tenantId: string, query: string): Promise<string[]> {
    const stems = await this.ports.stemmer.stems(tenantId, new Set(wordsOf(query)));
    return [...new Set(stems.values())];
  }

  private async vector(
    collections: readonly Collection[],
    query: string,
    call: EmbeddingCall,
  ): Promise<readonly number[]> {
    const [first, ...others] = collections;
    if (first === undefined) throw new RangeError('there is a collection');
    const other = others.find((each) => !sameVectors(each, first));
    if (other !== undefined) throw differentModels(first, other);
    const { vectors, model, dimensions } = await this.ports.embedder.embed(
      [query],
      first.embeddingModel,
      call,
    );
    const actual = { embeddingModel: model, dimensions };
    if (!sameVectors(first, actual))
      throw embeddingMismatch(first.name, vectorsOf(first), { model, dimensions });
    return vectors[0]!;
  }
}

type Vectors = Pick<Collection, 'embeddingModel' | 'dimensions'>;

function sameVectors(one: Vectors, other: Vectors): boolean {
  return one.embeddingModel === other.embeddingModel && one.dimensions === other.dimensions;
}

function vectorsOf({ embeddingModel, dimensions }: Vectors): { model: string; dimensions: number } {
  return { model: embeddingModel, dimensions };
}

function differentModels(one: Collection, other: Collection): WeftError {
  const message =
    `The collections '${one.name}' and '${other.name}' were embedded by different models ` +
    `('${one.embeddingModel}' and '${other.embeddingModel}'). Search them one by one, or by keywords.`;
  return new WeftError('FAILED_PRECONDITION', 'EMBEDDING_MODELS_DIFFER', message, {
    metadata: { first: one.name, second: other.name },
  });
}
