import { type Collection } from './collection';

/** What a new collection is made of. */
export type NewCollection = Pick<Collection, 'name' | 'description' | 'embeddingModel' | 'chunking'>;

/** Where collections are kept. */
export interface CollectionStore {
  /** @throws WeftError ALREADY_EXISTS when the name is taken */
  create(tenantId: string, collection: NewCollection): Promise<Collection>;
  /** The collections of those names that there are, in any order. */
  find(tenantId: string, names: readonly string[]): Promise<Collection[]>;
  /** Collections by name, those after a name alone. */
  list(tenantId: string, page: { after: string; limit: number }): Promise<Collection[]>;
  /** Deletes a collection with all that is in it. @throws WeftError NOT_FOUND */
  delete(tenantId: string, name: string): Promise<void>;
}
