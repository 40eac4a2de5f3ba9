import { rmSync } from 'node:fs';

import {
  collectIds,
  idsOf,
  newNamespace,
  publishUntilDone,
  someEvents,
  until,
  useEventTestServer,
} from './event-bus.fixture';

const server = useEventTestServer('test');

describe('the JetStream bus when the server goes away', () => {
  it('is made, is not ready and refuses events with UNAVAILABLE while there is no server', async () => {
    await server.nats.kill();
    const bus = await server.makeBus({ namespace: newNamespace(), connectWaitMs: 10 });
    const outcome = await bus.publish(someEvents(1)).catch((error: unknown) => error);
    expect([bus.ready(), outcome]).toMatchObject([false, { code: 'UNAVAILABLE' }]);
  });

  it('delivers to a consumer that subscribed before there was a server', async () => {
    await server.nats.kill();
    const bus = await server.makeBus({ namespace: newNamespace(), connectWaitMs: 10 });
    const ids = await collectIds(bus);
    await server.nats.restart();
    const published = someEvents(3);
    await publishUntilDone(bus, published);
    await until(() => ids.length >= 3);
    expect(ids).toEqual(idsOf(published));
  });

  it('closes while there has never been a server', async () => {
    await server.nats.kill();
    const bus = await server.makeBus({ namespace: newNamespace(), connectWaitMs: 10 });
    await collectIds(bus);
    await expect(bus.close()).resolves.toBeUndefined();
  });

  it('loses nothing and has one effect of each event when the server is killed while events flow', async () => {
    const bus = await server.makeBus({ namespace: newNamespace(), ackWaitMs: 300 });
    const effects = new Set<string>();
    await bus.subscribe({
      consumer: 'reader',
      subjects: ['weft.>'],
      maxBatch: 10,
      handle: async (batch) => batch.forEach(({ id }) => effects.add(id)),
    });
    const rounds = Array.from({ length: 40 }, () => someEvents(25));
    let failures = 0;
    for (const [index, round] of rounds.entries()) {
      if (index === 10) await server.nats.kill();
      const published = publishUntilDone(bus, round);
      if (index === 10) {
        await until(() => !bus.ready());
        await server.nats.restart();
      }
      failures += await published;
    }
    await until(() => effects.size >= 1000);
    expect([effects, failures > 0]).toEqual([new Set(rounds.flatMap(idsOf)), true]);
  });

  it('rejects with UNAVAILABLE when the server is silent, and stores each event once when it is published again', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace, publishTimeoutMs: 200 });
    const published = someEvents(20);
    await server.nats.freeze();
    const outcome = await bus.publish(published).catch((error: unknown) => error);
    server.nats.thaw();
    await publishUntilDone(bus, published);
    const stored = await server.manage((manager) => manager.streams.info(namespace));
    expect([outcome, stored.state.messages]).toMatchObject([{ code: 'UNAVAILABLE' }, 20]);
  });

  it('closes while the server is silent and a consumer is busy', async () => {
    const bus = await server.makeBus({ namespace: newNamespace(), closeWaitMs: 100, publishTimeoutMs: 100 });
    const started = Promise.withResolvers<void>();
    await bus.subscribe({
      consumer: 'stuck',
      subjects: ['weft.>'],
      handle: () => {
        started.resolve();
        return new Promise(() => undefined);
      },
    });
    await bus.publish(someEvents(1));
    await started.promise;
    await server.nats.freeze();
    await bus.close();
    server.nats.thaw();
    expect(bus.ready()).toBe(false);
  });

  it('gives up a server that is silent for long, and consumes again from the one that comes', async () => {
    const bus = await server.makeBus({ namespace: newNamespace(), pingIntervalMs: 100, ackWaitMs: 500 });
    const ids = await collectIds(bus);
    await bus.publish(someEvents(1));
    await until(() => ids.length === 1);
    await server.nats.freeze();
    await until(() => !bus.ready());
    server.nats.thaw();
    const published = someEvents(2);
    await publishUntilDone(bus, published);
    await until(() => ids.length >= 3);
    expect(ids.slice(1)).toEqual(idsOf(published));
  });

  it('makes its streams and consumers again on a server that has lost everything', async () => {
    const bus = await server.makeBus({ namespace: newNamespace() });
    const ids = await collectIds(bus);
    await publishUntilDone(bus, someEvents(1));
    await until(() => ids.length === 1);
    await server.nats.kill();
    rmSync(`${server.folder}/jetstream`, { recursive: true, force: true });
    await server.nats.restart();
    const published = someEvents(2);
    await publishUntilDone(bus, published);
    await until(() => ids.length >= 3);
    expect(ids.slice(1)).toEqual(idsOf(published));
  });
});
