import { createInProcessEventBus, type EventBus } from '@weft/events';
import { createService, type ServiceDefinition, type ServiceInstance } from '@weft/host';
import { createEmbeddedEngine, type Database } from '@weft/postgres';
import { createInProcessTransport, createPeers, type RpcService } from '@weft/rpc';
import { type Environment, silentLogger } from '@weft/runtime';
import { type CompatServiceDefinition } from 'nice-grpc';
import { serveHosted } from './serve-hosted';
import { bindCaller, type TestCaller, type TestClient } from './test-client';

export interface TestServiceOptions {
  env?: Environment;
  /** What stands for the services this one calls. */
  peers?: RpcService[];
  /** Default: an in-process bus. */
  events?: EventBus;
  /** Default: `memory`. */
  dataDir?: string;
}

/** A service on a real gRPC port with a real database in memory. */
export interface TestService<Instance extends ServiceInstance = ServiceInstance> {
  port: number;
  instance: Instance;
  database: Database;
  events: EventBus;
  client<Definition extends CompatServiceDefinition>(
    definition: Definition,
    caller: TestCaller,
  ): TestClient<Definition>;
  stop(): Promise<void>;
}

/** Starts one service as a process of its own would, with stand-ins for its peers. */
export async function startTestService<Config, Instance extends ServiceInstance>(
  definition: ServiceDefinition<Config, Instance>,
  options: TestServiceOptions = {},
): Promise<TestService<Instance>> {
  const logger = silentLogger;
  const engine = await createEmbeddedEngine({ dataDir: options.dataDir ?? 'memory', logger });
  const events = options.events ?? createInProcessEventBus({ logger });
  const inProcess = createInProcessTransport({ logger });
  const peers = createPeers(() => inProcess);
  const hosted = await createService(definition, { env: options.env ?? {}, logger, engine, events, peers });
  inProcess.add([...hosted.instance.services, ...(options.peers ?? [])]);
  const { server, transport } = await serveHosted(hosted);
  return {
    port: server.port,
    instance: hosted.instance,
    get database() {
      if (hosted.database === undefined) throw new Error(`the service ${definition.name} has no database`);
      return hosted.database;
    },
    events,
    client: (contract, caller) => bindCaller(transport, contract, caller),
    async stop() {
      transport.close();
      await server.drain(1000);
      await server.stop();
      await hosted.stop();
      await events.close();
      await engine.close();
    },
  };
}
