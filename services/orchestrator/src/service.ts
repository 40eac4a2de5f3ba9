import { join } from 'node:path';
import { defineService } from '@weft/host';
import { ActiveRuns } from './active-runs';
import { assistantHandler } from './assistant-handler';
import { chatHandler } from './chat-handler';
import { loadOrchestratorConfig } from './config';
import { PostgresAssistantStore } from './postgres-assistant-store';
import { runHandler } from './run-handler';
import { RunRecorder } from './run-recorder';
import { RunStore } from './run-store';

/** Assistants, the chat workflow and its runs. */
export const orchestratorService = defineService({
  name: 'orchestrator',
  loadConfig: loadOrchestratorConfig,
  migrationsFolder: join(__dirname, '..', 'migrations'),
  create({ config, logger, database, outbox, peers }) {
    const assistants = new PostgresAssistantStore(database);
    const active = new ActiveRuns();
    const recorder = new RunRecorder(database, outbox);
    return {
      services: [
        assistantHandler(assistants),
        chatHandler({ assistants, active, recorder, peers, config, logger }),
        runHandler(active, new RunStore(database)),
      ],
      async stop() {
        await active.drain();
        await recorder.drain();
      },
      async checkReady() {
        await database.query('readiness', 'select 1');
      },
    };
  },
});
