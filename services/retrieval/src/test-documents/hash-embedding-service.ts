import { createHash } from 'node:crypto';
import { embedding } from '@weft/contracts';
import { implement, type RpcService } from '@weft/rpc';

export interface HashEmbeddingService {
  service: RpcService;
  /** The texts of each call, in order. */
  calls: string[][];
  /** What it answers with from now on. */
  model: string;
  dimensions: number;
  /** The model that some texts are answered with instead. */
  modelOf(texts: string[]): string | undefined;
  /** Runs before each call: may wait, or throw. */
  before(texts: string[], signal: AbortSignal): Promise<void>;
}

/** Stands for the embedding service: texts that share words get vectors that are near each other. */
export function createHashEmbeddingService(): HashEmbeddingService {
  const fake: HashEmbeddingService = {
    calls: [],
    model: 'hash',
    dimensions: 64,
    modelOf: () => undefined,
    before: async () => undefined,
    service: implement(embedding.EmbeddingServiceDefinition, {
      async createEmbeddings(request, context) {
        fake.calls.push(request.inputs);
        await fake.before(request.inputs, context.signal);
        const embeddings = request.inputs.map((text) => ({ values: hashVector(text, fake.dimensions) }));
        const model = fake.modelOf(request.inputs) ?? fake.model;
        return { embeddings, model, dimensions: fake.dimensions, usage: undefined };
      },
      async listEmbeddingModels() {
        const models = [
          { name: 'other', provider: 'test', dimensions: 8, default: false },
          { name: fake.model, provider: 'test', dimensions: fake.dimensions, default: true },
        ];
        return { models, nextPageToken: '' };
      },
    }),
  };
  return fake;
}

function hashVector(text: string, dimensions: number): number[] {
  const vector = new Array<number>(dimensions).fill(0.01);
  for (const word of text.toLowerCase().match(/\p{L}+/gu) ?? []) {
    const place = createHash('sha256').update(word).digest().readUInt16BE(0) % dimensions;
    vector[place]! += 1;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => Math.fround(value / length));
}
