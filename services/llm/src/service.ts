import { defineService } from '@weft/host';
import { ExtractiveProvider } from './builtin/extractive-provider';
import { loadLlmConfig } from './config';
import { llmHandler } from './llm-handler';
import { ModelCatalog } from './model-catalog';
import { modelHandler } from './model-handler';
import { ModelList } from './model-list';
import { ObservedProvider } from './observed-provider';
import { OpenAiProvider } from './openai/openai-provider';

const heartbeatIntervalMs = 10_000;

/** The service of language models. */
export const llmService = defineService({
  name: 'llm',
  loadConfig: loadLlmConfig,
  async create({ config, logger }) {
    const openai =
      config.openai === undefined
        ? undefined
        : new ObservedProvider(new OpenAiProvider(config.openai, logger));
    const catalog = await ModelCatalog.create({
      builtin: new ObservedProvider(new ExtractiveProvider()),
      provider: openai === undefined ? undefined : new ModelList(openai, config.modelListTtlMs, logger),
      defaultModel: config.defaultModel,
    });
    return {
      services: [llmHandler({ catalog, logger, heartbeatIntervalMs }), modelHandler(catalog)],
      async start() {
        // Not waited for: a provider that is down must not keep the built-in model from answering.
        void catalog.warm();
      },
      async stop() {
        await openai?.close();
      },
    };
  },
});
