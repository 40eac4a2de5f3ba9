import { join } from 'node:path';
import { defineService } from '@weft/host';
import { newId } from '@weft/runtime';
import { ActiveRuns } from './active-runs';
import { assistantHandler } from './assistant-handler';
import { chatHandler } from './chat-handler';
import { loadOrchestratorConfig } from './config';
import { PostgresAssistantStore } from './postgres-assistant-store';
import { runHandler } from './run-handler';
import { RunLeases } from './run-leases';
import { RunRecorder } from './run-recorder';
import { RunRecovery } from './run-recovery';
import { RunStore } from './run-store';
import { RunWriter } from './run-writer';

/** Assistants, the chat workflow and its runs. */
export const orchestratorService = defineService({
  name: 'orchestrator',
  loadConfig: loadOrchestratorConfig,
  migrationsFolder: join(__dirname, '..', 'migrations'),
  create({ config, logger, database, outbox, peers }) {
    const { runLeaseMs: leaseMs, recordTimeoutMs } = config;
    const assistants = new PostgresAssistantStore(database);
    const active = new ActiveRuns();
    // A process that is started again is another: what the one before ran is lost.
    const writer = new RunWriter(database, outbox, { owner: newId(), leaseMs });
    const recorder = new RunRecorder({ writer, logger, recordTimeoutMs });
    const recovery = new RunRecovery(database, outbox, logger);
    const leases = new RunLeases({ recorder, recovery, logger, leaseMs });
    return {
      services: [
        assistantHandler(assistants),
        chatHandler({ assistants, active, recorder, peers, config, logger }),
        runHandler(active, new RunStore(database)),
      ],
      async start() {
        leases.start();
      },
      async stop() {
        await active.drain();
        await recorder.drain();
        await leases.stop();
      },
      async checkReady() {
        await database.query('readiness', 'select 1');
      },
    };
  },
});
