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

describe('the JetStream bus when a part of it is missing on the server', () => {
  it('makes a consumer again that was deleted while it consumed, and delivers what comes later', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace });
    const ids = await collectIds(bus);
    await bus.publish(someEvents(1));
    await until(() => ids.length === 1);
    await server.manage((manager) => manager.consumers.delete(namespace, 'reader'));
    const published = someEvents(2);
    await bus.publish(published);
    await until(() => idsOf(published).every((id) => ids.includes(id)));
    expect(new Set(ids).size).toBe(3);
  });

  it('makes a stream again that was deleted, without losing what is published', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace });
    const ids = await collectIds(bus);
    await bus.publish(someEvents(1));
    await until(() => ids.length === 1);
    await server.manage((manager) => manager.streams.delete(namespace));
    const published = someEvents(2);
    const failures = await publishUntilDone(bus, published);
    await until(() => ids.length >= 3);
    expect([ids.slice(1), failures > 0]).toEqual([idsOf(published), true]);
  });

  it('stores dead letters again after their stream was deleted', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace, attemptsMax: 1 });
    await server.manage((manager) => manager.streams.delete(`${namespace}_dead`));
    await bus.subscribe({
      consumer: 'failing',
      subjects: ['weft.>'],
      handle: () => Promise.reject(new Error('poison')),
    });
    await bus.publish(someEvents(1));
    const deadLetters = () =>
      server.manage((manager) => manager.streams.info(`${namespace}_dead`)).catch(() => undefined);
    await until(async () => (await deadLetters())?.state.messages === 1);
    expect((await deadLetters())?.state.messages).toBe(1);
  });

  it('gives a stream that is there already the settings wanted, by many processes at once', async () => {
    const namespace = newNamespace();
    await server.makeBus({ namespace, maxAgeMs: 60_000 });
    const buses = await Promise.all(
      Array.from({ length: 8 }, () => server.makeBus({ namespace, maxAgeMs: 120_000 })),
    );
    const { config } = await server.manage((manager) => manager.streams.info(namespace));
    expect([buses.every((bus) => bus.ready()), config.max_age]).toEqual([true, 120_000 * 1e6]);
  });

  it('leaves a limit as it is on the server that it was not told of', async () => {
    const namespace = newNamespace();
    await server.makeBus({ namespace, maxBytes: 5_000_000 });
    await server.makeBus({ namespace });
    const { config } = await server.manage((manager) => manager.streams.info(namespace));
    expect(config.max_bytes).toBe(5_000_000);
  });

  it('gives a consumer that is there already the subjects wanted', async () => {
    const namespace = newNamespace();
    const before = await server.makeBus({ namespace });
    await collectIds(before, 'reader', ['weft.one.>']);
    await before.publish(someEvents(1, 'weft.one.happened.v1'));
    await before.close();
    const after = await server.makeBus({ namespace });
    const ids = await collectIds(after, 'reader', ['weft.two.>']);
    const wanted = someEvents(1, 'weft.two.happened.v1');
    await after.publish([...someEvents(1, 'weft.one.happened.v1'), ...wanted]);
    await until(() => ids.length > 0);
    expect(ids).toEqual(idsOf(wanted));
  });
});
