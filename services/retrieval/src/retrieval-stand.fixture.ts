import { retrieval } from '@weft/contracts';
import { startTestService, type TestClient, type TestService } from '@weft/testing';

import { retrievalService } from './service';
import {
  createHashEmbeddingService,
  type HashEmbeddingService,
} from './test-documents/hash-embedding-service';

/** A tenant's clients of the service. */
export interface RetrievalClients {
  collections: TestClient<retrieval.CollectionServiceDefinition>;
  documents: TestClient<retrieval.DocumentServiceDefinition>;
  ingestions: TestClient<retrieval.IngestionServiceDefinition>;
  search: TestClient<retrieval.SearchServiceDefinition>;
}

/** A retrieval service on a database of its own; the clients that it has itself are acme's. */
export interface RetrievalStand extends Readonly<RetrievalClients> {
  readonly service: TestService;
  /** Embeds anew in its first way with each test. */
  readonly embeddings: HashEmbeddingService;
  clients(tenantId: string): RetrievalClients;
}

/** A stand for the tests of a file: open while they run. */
export function useRetrievalStand(env: Record<string, string> = {}): RetrievalStand {
  // A database takes a second to open, and threads that parse another; more on a busy machine.
  jest.setTimeout(30_000);
  const embeddings = createHashEmbeddingService();
  let service: TestService;
  let acme: RetrievalClients;
  const clients = (tenantId: string) => ({
    collections: service.client(retrieval.CollectionServiceDefinition, { tenantId }),
    documents: service.client(retrieval.DocumentServiceDefinition, { tenantId }),
    ingestions: service.client(retrieval.IngestionServiceDefinition, { tenantId }),
    search: service.client(retrieval.SearchServiceDefinition, { tenantId }),
  });

  beforeAll(async () => {
    service = await startTestService(retrievalService, { peers: [embeddings.service], env });
    acme = clients('acme');
  });
  afterAll(() => service.stop());
  beforeEach(() => {
    const { model, dimensions, modelOf, before } = createHashEmbeddingService();
    Object.assign(embeddings, { model, dimensions, modelOf, before });
  });

  return {
    get service() {
      return service;
    },
    embeddings,
    clients,
    get collections() {
      return acme.collections;
    },
    get documents() {
      return acme.documents;
    },
    get ingestions() {
      return acme.ingestions;
    },
    get search() {
      return acme.search;
    },
  };
}

/** A collection of acme's for each test of a file. */
export function useCollection(
  stand: RetrievalStand,
  chunking?: { maxCharacters: number; overlapCharacters: number },
): { readonly name: string } {
  let made = 0;
  const collection = { name: '' };
  beforeEach(async () => {
    collection.name = `c${++made}`;
    await stand.collections.createCollection({ name: collection.name, chunking });
  });
  return collection;
}

export type DocumentInput = Partial<retrieval.DocumentInput>;

/** Documents of a request: where nothing else is said, all have one uri and the same words. */
export function documentInputs(inputs: DocumentInput[]) {
  return inputs.map((input) => ({ uri: 'a.txt', content: text('words'), ...input }));
}

export const text = (content: string) => Buffer.from(content);
