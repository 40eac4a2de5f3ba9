import { setTimeout as sleep } from 'node:timers/promises';

import { collectIds, idsOf, newNamespace, someEvents, until, useEventTestServer } from './event-bus.fixture';

const server = useEventTestServer();

function consumerInfo(namespace: string, consumer: string) {
  return server.manage((manager) => manager.consumers.info(namespace, consumer));
}

describe('what a slow consumer of the JetStream bus gets', () => {
  it('is no more than one batch beyond the one that it works on', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace, closeWaitMs: 1 });
    await bus.subscribe({
      consumer: 'stuck',
      subjects: ['weft.>'],
      maxBatch: 10,
      handle: () => new Promise(() => undefined),
    });
    await bus.publish(someEvents(200));
    await until(async () => (await consumerInfo(namespace, 'stuck')).num_ack_pending >= 20);
    // What it could take beyond would have come by then: a consumer that follows gets everything.
    const follower = await collectIds(bus, 'follower');
    await until(() => follower.length === 200);
    expect((await consumerInfo(namespace, 'stuck')).num_ack_pending).toBe(20);
  });

  it('is bounded over all its replicas', async () => {
    const namespace = newNamespace();
    const stuck = { consumer: 'stuck', subjects: ['weft.>'], maxBatch: 10 };
    for (let replica = 0; replica < 3; replica++) {
      const bus = await server.makeBus({ namespace, ackPendingMax: 25, closeWaitMs: 1 });
      await bus.subscribe({ ...stuck, handle: () => new Promise(() => undefined) });
    }
    const publisher = await server.makeBus({ namespace });
    await publisher.publish(someEvents(200));
    await until(async () => (await consumerInfo(namespace, 'stuck')).num_ack_pending >= 25);
    const follower = await collectIds(publisher, 'follower');
    await until(() => follower.length === 200);
    expect((await consumerInfo(namespace, 'stuck')).num_ack_pending).toBe(25);
  });

  it('does not come again while its handler works longer than the server waits', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace, ackWaitMs: 400 });
    const ids: string[] = [];
    await bus.subscribe({
      consumer: 'slow',
      subjects: ['weft.>'],
      maxBatch: 1,
      async handle(batch) {
        ids.push(...idsOf(batch));
        await sleep(1000);
      },
    });
    // The second waits for as long as the first is worked on.
    const published = someEvents(2);
    await bus.publish(published);
    await until(async () => (await consumerInfo(namespace, 'slow')).ack_floor.stream_seq === 2);
    expect(ids).toEqual(idsOf(published));
  });

  it('does not come again while a batch waits to be tried again for longer than the server waits', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace, ackWaitMs: 400, retryDelayMs: 1000 });
    let calls = 0;
    await bus.subscribe({
      consumer: 'failing',
      subjects: ['weft.>'],
      async handle() {
        calls += 1;
        if (calls === 1) throw new Error('the first time fails');
      },
    });
    await bus.publish(someEvents(1));
    await until(async () => (await consumerInfo(namespace, 'failing')).ack_floor.stream_seq === 1);
    expect((await consumerInfo(namespace, 'failing')).delivered.consumer_seq).toBe(1);
  });

  it('does not come again when it was delivered twice because its process was blocked', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace, ackWaitMs: 100 });
    const ids: string[] = [];
    await bus.subscribe({
      consumer: 'blocked',
      subjects: ['weft.>'],
      async handle(batch) {
        ids.push(...idsOf(batch));
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
        await until(async () => (await consumerInfo(namespace, 'blocked')).num_redelivered > 0);
      },
    });
    const published = someEvents(2);
    await bus.publish(published);
    await until(async () => (await consumerInfo(namespace, 'blocked')).ack_floor.stream_seq === 2);
    expect(ids).toEqual(idsOf(published));
  });
});
