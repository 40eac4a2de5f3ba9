import { type events, orchestrator } from '@weft/contracts';
import { bindCaller, type TestClient } from '@weft/testing';

import { ask, caller } from './orchestrator-stand.fixture';
import { createFakePeers, type FakePeers, renewFakePeers } from './testing/fake-peers';
import { openReplicas, type Replica, type Replicas } from './testing/replicas.fixture';
import { until } from './testing/until';

// A process that is lost is noticed after its lease: short here, so that the tests need not wait long.
export const leaseMs = 300;
const env = {
  WEFT_ORCHESTRATOR_RUN_LEASE_MS: String(leaseMs),
  WEFT_ORCHESTRATOR_RECORD_TIMEOUT_MS: '5000',
};

/** Processes on one database; one of them, the survivor, lives as long as the stand. */
export interface ReplicaStand {
  readonly replicas: Replicas;
  readonly survivor: Replica;
  /** Begin anew with each test. */
  readonly fake: FakePeers;
  /** A run as the survivor, or another replica, tells of it. */
  runOf(id: string, replica?: Replica): Promise<orchestrator.Run>;
  /** Waits until a run has ended. */
  ended(id: string): Promise<orchestrator.Run>;
  /** The event of a run's end; fails when there are two. */
  oneEventOf(runId: string): Promise<events.RunFinished>;
  /** Makes an assistant that calls `toolCall`'s tool, and returns what a chat names it by. */
  toolAssistant(name: string): Promise<string>;
}

export const toolCall = { id: 'c1', name: 'calculator', argumentsJson: '{"expression":"2+2"}' };

/** A stand for the tests of a file: open while they run. */
export function useReplicaStand(): ReplicaStand {
  const fake = createFakePeers();
  let replicas: Replicas;
  let survivor: Replica;

  beforeAll(async () => {
    replicas = await openReplicas(fake.services, env);
    survivor = await replicas.start();
  });
  afterAll(() => replicas.stop());
  beforeEach(() => renewFakePeers(fake));

  const runOf = async (id: string, replica = survivor) => (await runsOf(replica).getRun({ id })).run!;
  return {
    get replicas() {
      return replicas;
    },
    get survivor() {
      return survivor;
    },
    fake,
    runOf,
    async ended(id) {
      await until(async () => (await runOf(id)).state !== orchestrator.RunState.RUNNING);
      return await runOf(id);
    },
    async oneEventOf(runId) {
      await until(() => replicas.eventsOf(runId).length > 0);
      const all = replicas.eventsOf(runId);
      expect(all).toHaveLength(1);
      return all[0]!;
    },
    async toolAssistant(name) {
      const assistants = bindCaller(survivor.transport, orchestrator.AssistantServiceDefinition, caller);
      await assistants.createAssistant({ name, spec: { model: 'fake-model', tools: [toolCall.name] } });
      return `assistant:${name}`;
    },
  };
}

/** The runs of a tenant, as a replica tells of them. */
export function runsOf(
  replica: Replica,
  tenantId = caller.tenantId,
): TestClient<orchestrator.RunServiceDefinition> {
  return bindCaller(replica.transport, orchestrator.RunServiceDefinition, { tenantId });
}

/** A chat that is read as it comes, until it ends however it ends. */
export interface Reading {
  runId: Promise<string>;
  kinds: string[];
  /** The terminal event, or the error that ended the call. */
  end: Promise<orchestrator.StreamChatResponse['event'] | Error>;
}

/** Begins to read a chat. */
export function read(replica: Replica, model = 'fake-model', content = 'Hi'): Reading {
  const started = Promise.withResolvers<string>();
  const kinds: string[] = [];
  const reading = async () => {
    let last: orchestrator.StreamChatResponse['event'];
    const chat = bindCaller(replica.transport, orchestrator.ChatServiceDefinition, caller);
    const stream = chat.streamChat({ call: { model, messages: ask(content) } });
    try {
      for await (const { event } of stream) {
        last = event;
        kinds.push(event!.$case);
        if (event?.$case === 'started') started.resolve(event.value.runId);
      }
    } catch (error) {
      return error as Error;
    }
    return last;
  };
  return { runId: started.promise, kinds, end: reading() };
}
