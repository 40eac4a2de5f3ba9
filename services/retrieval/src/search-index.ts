import { type Metadata } from './document';
import { type FilterCondition } from './metadata-filter';

/** A question to the index. Has terms, a vector, or both. */
export interface IndexQuery {
  collectionIds: readonly string[];
  /** How many chunks those collections have. */
  chunkCount: number;
  /** How many numbers each of their vectors has. */
  dimensions: number;
  /** Stemmed, each once; undefined ranks by vectors alone. */
  terms: readonly string[] | undefined;
  /** Undefined ranks by keywords alone. */
  vector: readonly number[] | undefined;
  /** The share of the vector part in the score when both are there, 0 to 1. */
  vectorWeight: number;
  conditions: readonly FilterCondition[];
  topK: number;
}

/** A passage that was found. */
export interface IndexHit {
  documentId: string;
  ordinal: number;
  collectionId: string;
  uri: string;
  title: string;
  metadata: Metadata;
  headings: string[];
  text: string;
  start: number;
  end: number;
  /** What ranked it. */
  score: number;
  /** Cosine similarity; undefined without a vector. */
  vectorScore: number | undefined;
  /** BM25; undefined without terms. */
  keywordScore: number | undefined;
}

/** The index of passages. */
export interface SearchIndex {
  /** The best passages, best first. Equal ones come in the order of their documents and in these. */
  search(tenantId: string, query: IndexQuery): Promise<IndexHit[]>;
}
