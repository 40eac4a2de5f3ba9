import { join } from 'node:path';
import { prompt } from '@weft/contracts';
import { defineService } from '@weft/host';
import { implement } from '@weft/rpc';
import { CompiledPrompts } from './compiled-prompts';
import { loadPromptConfig } from './config';
import { PostgresPromptStore } from './postgres-prompt-store';
import { createPromptHandler } from './prompt-handler';
import { createTimeLimit } from './time-limit';

/** Keeps prompts as immutable versions with labels, and renders them. */
export const promptService = defineService({
  name: 'prompt',
  loadConfig: loadPromptConfig,
  migrationsFolder: join(__dirname, '..', 'migrations'),
  create({ config, database }) {
    const handler = createPromptHandler({
      store: new PostgresPromptStore(database),
      compiled: new CompiledPrompts(config.compiledVersionsMax),
      withinTime: createTimeLimit(config.renderTimeoutMs),
    });
    return { services: [implement(prompt.PromptServiceDefinition, handler)] };
  },
});
