import { createHash } from 'node:crypto';
import { embedding, retrieval } from '@weft/contracts';
import { createInProcessEventBus } from '@weft/events';
import { createService } from '@weft/host';
import { createServerEngine, type Database, type ServerEngine } from '@weft/postgres';
import { retrievalService } from '@weft/retrieval';
import { createInProcessTransport, createPeers, implement, type RpcService } from '@weft/rpc';
import { type Environment, silentLogger } from '@weft/runtime';
import { bindCaller, type TestClient } from '@weft/testing';

/** One of several processes of the retrieval service, as far as the database can tell. */
export interface RetrievalReplica {
  database: Database;
  clients(tenantId: string): RetrievalClients;
  stop(): Promise<void>;
}

export interface RetrievalClients {
  collections: TestClient<retrieval.CollectionServiceDefinition>;
  documents: TestClient<retrieval.DocumentServiceDefinition>;
  ingestions: TestClient<retrieval.IngestionServiceDefinition>;
  search: TestClient<retrieval.SearchServiceDefinition>;
}

/** Stands for the embedding service: each text gets a vector of its own digest, once the gate is open. */
export function digestEmbeddings(dimensions: number, gate: Promise<void> = Promise.resolve()): RpcService {
  return implement(embedding.EmbeddingServiceDefinition, {
    createEmbeddings: async ({ inputs }) => {
      await gate;
      const embeddings = inputs.map((text) => ({ values: digestVector(text, dimensions) }));
      return { embeddings, model: `digest-${dimensions}`, dimensions, usage: undefined };
    },
    listEmbeddingModels: async () => ({
      models: [{ name: `digest-${dimensions}`, provider: 'test', dimensions, default: true }],
      nextPageToken: '',
    }),
  });
}

/** Starts a replica with connections and a bus of its own. */
export async function startReplica(
  databaseUrl: string,
  options: { env?: Environment; embeddings?: RpcService; poolSizeMax?: number } = {},
): Promise<RetrievalReplica> {
  const logger = silentLogger;
  const engine: ServerEngine = await createServerEngine({
    databaseUrl,
    logger,
    poolSizeMax: options.poolSizeMax ?? 10,
  });
  const events = createInProcessEventBus({ logger });
  const transport = createInProcessTransport({ logger });
  const hosted = await createService(retrievalService, {
    env: { WEFT_RETRIEVAL_INGESTION_SWEEP_MS: '50', ...options.env },
    logger,
    engine,
    events,
    peers: createPeers(() => transport),
  });
  transport.add([...hosted.instance.services, options.embeddings ?? digestEmbeddings(16)]);
  await hosted.start();
  return {
    database: hosted.database!,
    clients: (tenantId) => ({
      collections: bindCaller(transport, retrieval.CollectionServiceDefinition, { tenantId }),
      documents: bindCaller(transport, retrieval.DocumentServiceDefinition, { tenantId }),
      ingestions: bindCaller(transport, retrieval.IngestionServiceDefinition, { tenantId }),
      search: bindCaller(transport, retrieval.SearchServiceDefinition, { tenantId }),
    }),
    async stop() {
      transport.close();
      await hosted.stop();
      await events.close();
      await engine.close();
    },
  };
}

function digestVector(text: string, dimensions: number): number[] {
  const digest = createHash('sha512').update(text).digest();
  return Array.from({ length: dimensions }, (_, index) => digest[index % digest.length]! / 255 - 0.5);
}
