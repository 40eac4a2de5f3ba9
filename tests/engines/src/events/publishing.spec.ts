import { setTimeout as sleep } from 'node:timers/promises';

import {
  collectIds,
  idsOf,
  newNamespace,
  publishUntilDone,
  someEvents,
  until,
  useEventTestServer,
} from './event-bus.fixture';

const server = useEventTestServer();

async function countStored(namespace: string): Promise<number> {
  const { state } = await server.manage((manager) => manager.streams.info(namespace));
  return state.messages;
}

describe('publishing to the JetStream bus', () => {
  it('stores an event once that is published again within the window of duplicates', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace });
    const published = someEvents(3);
    await bus.publish(published);
    await bus.publish(published);
    expect(await countStored(namespace)).toBe(3);
  });

  it('brings an event to the handler again, with the same id, that is published again after that window', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace, duplicateWindowMs: 100 });
    const ids = await collectIds(bus);
    const published = someEvents(1);
    await bus.publish(published);
    await until(async () => {
      await sleep(50);
      await bus.publish(published);
      return (await countStored(namespace)) > 1;
    });
    await until(() => ids.length > 1);
    expect(new Set(ids)).toEqual(new Set(idsOf(published)));
  });

  it('refuses with its id an event that is larger than the server takes, and sends none of the others', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace });
    const [first, large, last] = someEvents(3);
    const outcome = await bus
      .publish([first!, { ...large!, payload: Buffer.alloc(1_100_000) }, last!])
      .catch((error: unknown) => error);
    expect([outcome, await countStored(namespace)]).toMatchObject([
      { code: 'INVALID_ARGUMENT', reason: 'EVENT_TOO_LARGE', metadata: { event: large!.id } },
      0,
    ]);
  });

  it('takes an event that is barely small enough, and can make a dead letter of it', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace, attemptsMax: 1 });
    await bus.subscribe({
      consumer: 'failing',
      subjects: ['weft.>'],
      handle: () => Promise.reject(new Error('x'.repeat(2000))),
    });
    const [event] = someEvents(1);
    await bus.publish([{ ...event!, payload: Buffer.alloc(1024 * 1024 - 4096 - 200) }]);
    await until(async () => (await countStored(`${namespace}_dead`)) === 1);
    expect(await countStored(`${namespace}_dead`)).toBe(1);
  });

  it.each([
    ['no word beyond weft', { subject: 'weft' }],
    ['another first word', { subject: 'other.test.happened.v1' }],
    ['a wildcard', { subject: 'weft.*.happened.v1' }],
    ['a line break in its id', { id: 'a\nb' }],
  ])('refuses an event with %s as INVALID_ARGUMENT', async (_, wrong) => {
    const bus = await server.makeBus({ namespace: newNamespace() });
    await expect(bus.publish([{ ...someEvents(1)[0]!, ...wrong }])).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      reason: 'EVENT_INVALID',
    });
  });

  it('rejects with RESOURCE_EXHAUSTED while the stream is full, keeping what is in it, and goes on when there is room', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace, maxBytes: 4000 });
    const rounds = Array.from({ length: 30 }, () => someEvents(1));
    let stored = 0;
    let outcome: unknown;
    for (; outcome === undefined; stored++)
      outcome = await bus.publish(rounds[stored]!).catch((e: unknown) => e);
    const kept = await countStored(namespace);
    await server.manage((manager) => manager.streams.purge(namespace));
    await bus.publish(rounds[stored - 1]!);
    expect([outcome, kept, await countStored(namespace)]).toMatchObject([
      { code: 'RESOURCE_EXHAUSTED', reason: 'EVENT_STREAM_FULL' },
      stored - 1,
      1,
    ]);
  });

  it('keeps the order of many events although they are on their way at once', async () => {
    const bus = await server.makeBus({ namespace: newNamespace() });
    const published = someEvents(3000);
    await publishUntilDone(bus, published);
    const ids = await collectIds(bus);
    await until(() => ids.length >= 3000);
    expect(ids).toEqual(idsOf(published));
  });

  it('keeps namespaces on one server apart', async () => {
    const [here, there] = [newNamespace(), newNamespace()];
    const bus = await server.makeBus({ namespace: here });
    const other = await server.makeBus({ namespace: there });
    const ids = await collectIds(bus);
    const otherIds = await collectIds(other);
    const published = someEvents(2);
    const otherPublished = someEvents(2);
    await Promise.all([bus.publish(published), other.publish(otherPublished)]);
    await until(() => ids.length >= 2 && otherIds.length >= 2);
    expect([ids, otherIds]).toEqual([idsOf(published), idsOf(otherPublished)]);
  });

  it('stores nothing for a publish that comes after close', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace });
    await bus.close();
    await bus.publish(someEvents(1)).catch(() => undefined);
    expect(await countStored(namespace)).toBe(0);
  });
});
