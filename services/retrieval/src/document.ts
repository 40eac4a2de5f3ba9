import { type ParsedChunk } from './parsing/parse-request';

/** Facts to filter by: JSON. */
export type Metadata = Record<string, unknown>;

/** A document that is stored. */
export interface StoredDocument {
  id: string;
  collection: string;
  uri: string;
  title: string;
  mediaType: string;
  /** SHA-256 in hexadecimal. */
  contentHash: string;
  /** Digest of everything it was ingested with. */
  fingerprint: string;
  sizeBytes: number;
  chunkCount: number;
  metadata: Metadata;
  createTime: Date;
  updateTime: Date;
}

/** A chunk with everything its index needs. */
export interface IndexedChunk extends Pick<ParsedChunk, 'start' | 'end' | 'headings' | 'text'> {
  vector: readonly number[];
  /** How often each stemmed term is in it. */
  terms: ReadonlyMap<string, number>;
}

/** A document that is ready to be stored. */
export interface IndexedDocument {
  uri: string;
  title: string;
  mediaType: string;
  contentHash: string;
  fingerprint: string;
  sizeBytes: number;
  metadata: Metadata;
  text: string;
  chunks: readonly IndexedChunk[];
  embeddingModel: string;
  dimensions: number;
}
