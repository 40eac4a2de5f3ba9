import { type ChunkLimits } from './chunk-text';

/** What a document may be at most. */
export interface ParseLimits {
  /** How many bytes the parts of a packed document may have when they are unpacked. */
  expandedBytesMax: number;
  chunksMax: number;
}

/** A document to read. */
export interface ParseRequest {
  content: Uint8Array;
  /** As given; empty when it was not. */
  mediaType: string;
  uri: string;
  /** As given; empty takes the one found in it. */
  title: string;
  chunking: ChunkLimits;
  limits: ParseLimits;
}

/** A chunk with what its index is made of. */
export interface ParsedChunk {
  start: number;
  end: number;
  headings: string[];
  text: string;
  /** The title and the headings above it that its own text does not repeat, then its text: what is embedded. */
  embeddingText: string;
  /** Each word of the embedding text once, before stemming. */
  words: string[];
  /** How often each of the words is in it. */
  wordCounts: number[];
}

/** A document as it is stored. */
export interface ParsedDocument {
  mediaType: string;
  title: string;
  text: string;
  chunks: ParsedChunk[];
}
