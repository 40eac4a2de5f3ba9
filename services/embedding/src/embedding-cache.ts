import { type EmbeddedText } from './embedding-provider';

/** Vectors that were made before, by tenant, model and SHA-256 of the text. */
export interface EmbeddingCache {
  /** What is there of these digests (in hexadecimal). */
  find(tenantId: string, model: string, digests: readonly string[]): Promise<Map<string, EmbeddedText>>;
  /** Keeps vectors; what is there already stays. */
  add(tenantId: string, model: string, entries: ReadonlyMap<string, EmbeddedText>): Promise<void>;
}
