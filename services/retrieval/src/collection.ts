import { type ChunkLimits } from './parsing/chunk-text';

/** Documents that share an embedding model. */
export interface Collection {
  /** Known inside the service alone: a collection that is made anew under a name is another one. */
  id: string;
  name: string;
  description: string;
  /** Empty while the default model is not known. */
  embeddingModel: string;
  /** 0 until the first document. */
  dimensions: number;
  chunking: ChunkLimits;
  documentCount: number;
  chunkCount: number;
  revision: number;
  createTime: Date;
  updateTime: Date;
}
