import { join } from 'node:path';
import { memory } from '@weft/contracts';
import { defineService } from '@weft/host';
import { implement } from '@weft/rpc';
import { loadMemoryConfig } from './config';
import { createConversationHandler } from './conversation-handler';
import { PostgresConversationStore } from './postgres-conversation-store';

/** Keeps conversations and finds the window of one that fits a token budget. */
export const memoryService = defineService({
  name: 'memory',
  loadConfig: loadMemoryConfig,
  migrationsFolder: join(__dirname, '..', 'migrations'),
  create({ config, database }) {
    const store = new PostgresConversationStore(database);
    return {
      services: [
        implement(memory.ConversationServiceDefinition, createConversationHandler(store, config.messagesMax)),
      ],
    };
  },
});
