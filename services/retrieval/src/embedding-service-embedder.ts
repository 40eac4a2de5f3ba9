import { embedding } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { callFrom, type Peers } from '@weft/rpc';
import { type EmbeddedTexts, type EmbeddingCall, type TextEmbedder } from './text-embedder';

const pageSizeMax = 200;

/** Embeddings of the embedding service. */
export class EmbeddingServiceEmbedder implements TextEmbedder {
  constructor(private readonly peers: Peers) {}

  async embed(texts: readonly string[], model: string, call: EmbeddingCall): Promise<EmbeddedTexts> {
    const response = await this.client().createEmbeddings({ model, inputs: [...texts] }, callFrom(call));
    const vectors = response.embeddings.map(({ values }) => values);
    checkVectors(vectors, texts.length, response.dimensions);
    return { vectors, model: response.model, dimensions: response.dimensions };
  }

  async defaultModel(call: EmbeddingCall): Promise<string> {
    for (let pageToken = ''; ;) {
      const request = { pageSize: pageSizeMax, pageToken };
      const { models, nextPageToken } = await this.client().listEmbeddingModels(request, callFrom(call));
      const chosen = models.find((model) => model.default);
      if (chosen !== undefined || nextPageToken === '') return chosen?.name ?? '';
      pageToken = nextPageToken;
    }
  }

  private client() {
    return this.peers.client(embedding.EmbeddingServiceDefinition);
  }
}

/** What is stored must be right: a vector that is missing or of another length would spoil the index without a sign. */
function checkVectors(vectors: readonly (readonly number[])[], count: number, dimensions: number): void {
  const wrong =
    vectors.length !== count ||
    dimensions < 1 ||
    vectors.some((vector) => vector.length !== dimensions || !vector.every(Number.isFinite));
  if (!wrong) return;
  throw new WeftError(
    'INTERNAL',
    'EMBEDDING_INVALID',
    'The embedding service answered with vectors that do not fit the request.',
    { metadata: { expected: String(count), received: String(vectors.length) } },
  );
}
