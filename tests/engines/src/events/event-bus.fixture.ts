import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { type events } from '@weft/contracts';
import { type NatsServer, startNats } from '@weft/engines';
import { createJetStreamEventBus, type EventBus, type JetStreamEventBusOptions } from '@weft/events';
import { newId, silentLogger } from '@weft/runtime';

/** A NATS server, and what is made on it. */
export interface EventTestServer {
  readonly nats: NatsServer;
  readonly folder: string;
  /** Makes a bus that is closed after the test. Waits are short unless they are given. */
  makeBus(options: Partial<JetStreamEventBusOptions> & { namespace: string }): Promise<EventBus>;
  /** Asks the server itself. */
  manage<T>(ask: (manager: JetStreamManager) => Promise<T>): Promise<T>;
}

/** A server that tests may kill: one for all tests of a file, or one for each. */
export function useEventTestServer(of: 'file' | 'test' = 'file'): EventTestServer {
  const [begin, end] = of === 'file' ? [beforeAll, afterAll] : [beforeEach, afterEach];
  const buses: EventBus[] = [];
  let nats: NatsServer;
  let folder: string;

  begin(async () => {
    folder = mkdtempSync(join(tmpdir(), 'weft-events-'));
    nats = await startNats({ folder });
  });
  afterEach(() => Promise.all(buses.splice(0).map((bus) => bus.close())));
  end(async () => {
    await nats.kill();
    rmSync(folder, { recursive: true, force: true });
  });

  return {
    get nats() {
      return nats;
    },
    get folder() {
      return folder;
    },
    async makeBus(options) {
      const bus = await createJetStreamEventBus({
        natsUrl: nats.url,
        logger: silentLogger,
        retryDelayMs: 1,
        ...options,
      });
      buses.push(bus);
      return bus;
    },
    async manage(ask) {
      const connection = await connect({ servers: nats.url.replace('nats://', ''), reconnect: false });
      try {
        return await ask(await jetstreamManager(connection, { checkAPI: false }));
      } finally {
        await connection.close();
      }
    },
  };
}

let lastNamespace = 0;

/** A namespace that no other test has. */
export function newNamespace(): string {
  return `test-${process.pid}-${++lastNamespace}`;
}

export function someEvents(count: number, subject = 'weft.test.happened.v1'): events.EventEnvelope[] {
  return Array.from({ length: count }, () => ({
    id: newId(),
    subject,
    tenantId: 'acme',
    eventTime: new Date('2026-01-01T00:00:00Z'),
    payload: Buffer.from([1, 2, 3]),
  }));
}

/** Waits until something holds, looking again and again. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await sleep(5);
}

/** Publishes as the outbox does: again and again until it is done. Answers how often it failed. */
export async function publishUntilDone(bus: EventBus, published: events.EventEnvelope[]): Promise<number> {
  for (let failures = 0; ; failures++) {
    try {
      await bus.publish(published);
      return failures;
    } catch {
      await sleep(20);
    }
  }
}

/** Subscribes a consumer that keeps the ids of what it handled, in order. */
export async function collectIds(
  bus: EventBus,
  consumer = 'reader',
  subjects = ['weft.>'],
): Promise<string[]> {
  const ids: string[] = [];
  await bus.subscribe({
    consumer,
    subjects,
    handle: async (batch) => void ids.push(...batch.map(({ id }) => id)),
  });
  return ids;
}

export function idsOf(published: events.EventEnvelope[]): string[] {
  return published.map(({ id }) => id);
}
