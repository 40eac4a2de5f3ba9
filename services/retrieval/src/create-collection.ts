import { type FieldViolation, invalidFields } from '@weft/errors';
import { type Collection } from './collection';
import { type CollectionStore } from './collection-store';
import { type ChunkLimits } from './parsing/chunk-text';
import { type EmbeddingCall, type TextEmbedder } from './text-embedder';

const maxCharactersDefault = 1200;
const maxCharactersMin = 20;
const overlapCharactersDefault = 150;

export interface CollectionWish {
  name: string;
  description: string;
  /** Empty takes the default model. */
  embeddingModel: string;
  chunking: { maxCharacters: number; overlapCharacters: number | undefined } | undefined;
}

/** Makes a collection. A collection that names no model gets the one that is the default now, for good. */
export class CreateCollection {
  constructor(
    private readonly collections: CollectionStore,
    private readonly embedder: TextEmbedder,
  ) {}

  /** @throws WeftError ALREADY_EXISTS when the name is taken, INVALID_ARGUMENT for a way of cutting that cannot be */
  async create(tenantId: string, wish: CollectionWish, call: EmbeddingCall): Promise<Collection> {
    const chunking = chunkLimitsOf(wish.chunking);
    const embeddingModel = wish.embeddingModel || (await this.embedder.defaultModel(call));
    return this.collections.create(tenantId, { ...wish, embeddingModel, chunking });
  }
}

function chunkLimitsOf(wish: CollectionWish['chunking']): ChunkLimits {
  const maxCharacters = wish?.maxCharacters || maxCharactersDefault;
  const overlapMax = Math.floor(maxCharacters / 2);
  const overlapCharacters = wish?.overlapCharacters ?? Math.min(overlapCharactersDefault, overlapMax);
  const violations: FieldViolation[] = [];
  if (maxCharacters < maxCharactersMin) {
    const description = `must be 0 for the default or at least ${maxCharactersMin}, is ${maxCharacters}`;
    violations.push({ field: 'chunking.max_characters', description });
  }
  if (overlapCharacters > overlapMax) {
    const description = `must be at most half of max_characters, ${overlapMax}, is ${overlapCharacters}`;
    violations.push({ field: 'chunking.overlap_characters', description });
  }
  if (violations.length > 0) throw invalidFields(violations);
  return { maxCharacters, overlapCharacters };
}
