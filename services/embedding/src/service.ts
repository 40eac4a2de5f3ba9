import { join } from 'node:path';
import { embedding } from '@weft/contracts';
import { defineService } from '@weft/host';
import { implement } from '@weft/rpc';
import { BuiltinProvider } from './builtin/builtin-provider';
import { loadEmbeddingConfig } from './config';
import { TextEmbedder } from './embed-texts';
import { createEmbeddingHandler } from './embedding-handler';
import { ModelDimensions } from './model-dimensions';
import { ModelRegistry } from './model-registry';
import { OpenAiProvider } from './openai/openai-provider';
import { PostgresEmbeddingCache } from './postgres-embedding-cache';

/** Makes vectors of text, by a built-in model or an OpenAI-compatible server, and keeps them. */
export const embeddingService = defineService({
  name: 'embedding',
  loadConfig: loadEmbeddingConfig,
  migrationsFolder: join(__dirname, '..', 'migrations'),
  create({ config, logger, database }) {
    const dimensions = new ModelDimensions();
    const builtin = new BuiltinProvider({ ...config, idleMs: config.workerIdleMs, logger });
    const remote = config.openai === undefined ? undefined : new OpenAiProvider(config.openai);
    const models = new ModelRegistry({ builtin, remote, defaultModel: config.defaultModel, dimensions });
    const embedder = new TextEmbedder(new PostgresEmbeddingCache(database), dimensions, logger);
    return {
      services: [implement(embedding.EmbeddingServiceDefinition, createEmbeddingHandler(embedder, models))],
      async stop() {
        await embedder.drain();
        await Promise.all([builtin.close(), remote?.close()]);
      },
    };
  },
});
