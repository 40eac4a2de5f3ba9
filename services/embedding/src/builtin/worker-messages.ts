/** What a worker is asked. */
export interface WorkerRequest {
  texts: string[];
}

/** What it answers. */
export type WorkerResponse =
  | {
      /** The vectors of all texts, one after another. */
      vectors: Float32Array;
      /** How many tokens of each text the model read. */
      tokenCounts: number[];
    }
  | { error: string };
