import { events } from '@weft/contracts';
import { createInProcessEventBus, decodeEvent } from '@weft/events';
import { createService } from '@weft/host';
import { createEmbeddedEngine, type Database } from '@weft/postgres';
import { createInProcessTransport, createPeers, type RpcService, type Transport } from '@weft/rpc';
import { type Environment, silentLogger } from '@weft/runtime';
import { serveHosted } from '@weft/testing';
import { runFinishedSubject } from '../run-statements';
import { orchestratorService } from '../service';
import { Faults, fragileEngine, fragilePeers } from './faults';

const logger = silentLogger;

/** One orchestrator process as others see it. */
export interface Replica {
  faults: Faults;
  /** Reaches it over gRPC. */
  transport: Transport;
  /** Dies at once: nothing is settled, nothing is said. */
  kill(): void;
  stop(): Promise<void>;
}

/** Orchestrator processes on one database and one bus. */
export interface Replicas {
  /** What was told of runs that ended; each event once, as a consumer that knows duplicates by their id sees it. */
  finished: Map<string, events.RunFinished>;
  /** The events of a run. */
  eventsOf(runId: string): events.RunFinished[];
  database: Database;
  start(env?: Environment): Promise<Replica>;
  stop(): Promise<void>;
}

/** Starts none; `start` starts one. They share what the stand-ins for their peers are. */
export async function openReplicas(peers: RpcService[], env: Environment): Promise<Replicas> {
  const engine = await createEmbeddedEngine({ dataDir: 'memory', logger });
  const bus = createInProcessEventBus({ logger });
  const finished = new Map<string, events.RunFinished>();
  await bus.subscribe({
    consumer: 'test',
    subjects: [runFinishedSubject],
    handle: async (batch) => {
      for (const event of batch)
        if (!finished.has(event.id)) finished.set(event.id, decodeEvent(events.RunFinished, event));
    },
  });
  const living = new Set<Replica>();
  const { migrationsFolder } = orchestratorService;
  const database = await engine.openSchema({ schema: 'orchestrator', migrationsFolder, logger });
  const inProcess = createInProcessTransport({ logger });
  inProcess.add(peers);
  return {
    finished,
    eventsOf: (runId) => [...finished.values()].filter((event) => event.runId === runId),
    database,
    async start(own = {}) {
      const faults = new Faults();
      const hosted = await createService(orchestratorService, {
        // What a killed process leaves behind in this one ends by its next heartbeat.
        env: { WEFT_ORCHESTRATOR_HEARTBEAT_MS: '500', ...env, ...own },
        logger,
        engine: fragileEngine(engine, faults),
        events: bus,
        peers: fragilePeers(
          createPeers(() => inProcess),
          faults,
        ),
      });
      const { server, transport } = await serveHosted(hosted);
      const replica: Replica = {
        faults,
        transport,
        kill() {
          living.delete(replica);
          faults.die();
          transport.close();
          // Only so that nothing of it stays open: whatever that settles is not heard any more.
          void server.stop();
        },
        async stop() {
          living.delete(replica);
          await server.drain(1000);
          transport.close();
          await server.stop();
          await hosted.stop();
        },
      };
      living.add(replica);
      return replica;
    },
    async stop() {
      for (const replica of living) await replica.stop();
      await bus.close();
      await engine.close();
    },
  };
}
