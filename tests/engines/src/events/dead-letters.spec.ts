import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { unavailable, WeftError } from '@weft/errors';
import { readDeadLetters, redriveDeadLetter } from '@weft/events';

import { collectIds, idsOf, newNamespace, someEvents, until, useEventTestServer } from './event-bus.fixture';

const server = useEventTestServer();

function read(
  namespace: string,
  options: { consumer?: string; afterSequence?: number; limit?: number } = {},
) {
  return readDeadLetters({ natsUrl: server.nats.url, namespace, ...options });
}

async function untilDead(namespace: string, count: number) {
  await until(async () => (await read(namespace)).length >= count);
  return read(namespace);
}

/** A namespace with so many dead letters of the consumer `failing`. */
async function namespaceWithDeadLetters(count: number) {
  const namespace = newNamespace();
  const bus = await server.makeBus({ namespace, attemptsMax: 1 });
  const failing = await bus.subscribe({
    consumer: 'failing',
    subjects: ['weft.>'],
    handle: () => Promise.reject(new Error('poison')),
  });
  const published = someEvents(count);
  await bus.publish(published);
  const letters = await untilDead(namespace, count);
  await failing.close();
  return { namespace, bus, published, letters };
}

describe('the dead letters of the JetStream bus', () => {
  it('hold the event that always fails and why, and the others are handled once', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace, attemptsMax: 2 });
    const published = someEvents(20);
    const poison = published[13]!;
    const ids: string[] = [];
    await bus.subscribe({
      consumer: 'reader',
      subjects: ['weft.>'],
      async handle(batch) {
        if (batch.some(({ id }) => id === poison.id))
          throw new WeftError('INTERNAL', 'BAD_EVENT', 'It is bad.');
        ids.push(...idsOf(batch));
      },
    });
    await bus.publish(published);
    const letters = await untilDead(namespace, 1);
    await until(() => ids.length >= 19);
    expect([letters, ids.sort()]).toMatchObject([
      [
        {
          consumer: 'reader',
          reason: 'BAD_EVENT',
          message: 'It is bad.',
          event: poison,
          subject: poison.subject,
        },
      ],
      idsOf(published)
        .filter((id) => id !== poison.id)
        .sort(),
    ]);
  });

  it('tell how often the event was tried and when it failed', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace, attemptsMax: 3 });
    await bus.subscribe({
      consumer: 'failing',
      subjects: ['weft.>'],
      handle: () => Promise.reject(new TypeError('no')),
    });
    const startedAt = Date.now();
    await bus.publish(someEvents(1));
    const [letter] = await untilDead(namespace, 1);
    const { attempts, reason, firstFailedTime, lastFailedTime } = letter!;
    const inOrder = startedAt <= firstFailedTime.getTime() && firstFailedTime <= lastFailedTime;
    expect([attempts, reason, inOrder]).toEqual([3, 'TypeError', true]);
  });

  it('do not get an event because something that the consumer depends on is away', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace, attemptsMax: 2 });
    let calls = 0;
    await bus.subscribe({
      consumer: 'reader',
      subjects: ['weft.>'],
      async handle() {
        calls += 1;
        if (calls < 6) throw unavailable('DATABASE_UNAVAILABLE', 'The database is away.');
      },
    });
    await bus.publish(someEvents(1));
    await until(() => calls >= 6);
    expect(await read(namespace)).toEqual([]);
  });

  it('get an event sooner that was delivered before: its tries survive the process', async () => {
    const namespace = newNamespace();
    const calls: string[] = [];
    const failIn = async (name: string, retryDelayMs: number) => {
      const bus = await server.makeBus({ namespace, attemptsMax: 3, retryDelayMs });
      await bus.subscribe({
        consumer: 'failing',
        subjects: ['weft.>'],
        handle: () => Promise.reject(new Error(String(calls.push(name)))),
      });
      return bus;
    };
    const first = await failIn('first', 60_000);
    await first.publish(someEvents(1));
    await until(() => calls.length === 1);
    await first.close();
    await failIn('second', 1);
    await untilDead(namespace, 1);
    // The delivery before counts as one of three.
    expect(calls).toEqual(['first', 'second', 'second']);
  });

  it('do not get an event for having been delivered often: only for failing', async () => {
    const namespace = newNamespace();
    for (let round = 0; round < 3; round++) {
      const bus = await server.makeBus({ namespace, attemptsMax: 2, retryDelayMs: 60_000 });
      const tried = Promise.withResolvers<void>();
      await bus.subscribe({
        consumer: 'reader',
        subjects: ['weft.>'],
        async handle() {
          tried.resolve();
          throw unavailable('DATABASE_UNAVAILABLE', 'The database is away.');
        },
      });
      if (round === 0) await bus.publish(someEvents(1));
      await tried.promise;
      await bus.close();
    }
    const ids = await collectIds(await server.makeBus({ namespace, attemptsMax: 2 }));
    await until(() => ids.length === 1);
    expect(await read(namespace)).toEqual([]);
  });

  it('get a message that is no event, and what follows is handled', async () => {
    const namespace = newNamespace();
    const bus = await server.makeBus({ namespace });
    const ids = await collectIds(bus);
    const connection = await connect({ servers: server.nats.url.replace('nats://', '') });
    await jetstream(connection).publish(`${namespace}.test.happened.v1`, new Uint8Array([255, 255]));
    await connection.close();
    const published = someEvents(1);
    await bus.publish(published);
    const [letter] = await untilDead(namespace, 1);
    await until(() => ids.length >= 1);
    expect([letter, ids]).toMatchObject([{ reason: 'BAD_EVENT', event: undefined }, idsOf(published)]);
  });

  it('stay with their namespace and their consumer', async () => {
    const { namespace } = await namespaceWithDeadLetters(1);
    await server.makeBus({ namespace: newNamespace() });
    const others = await namespaceWithDeadLetters(0);
    const lists = [await read(others.namespace), await read(namespace, { consumer: 'another' })];
    expect(lists).toEqual([[], []]);
  });

  it('are none where nothing was ever published', async () => {
    expect(await read(newNamespace())).toEqual([]);
  });

  it('are read page by page', async () => {
    const { namespace, published } = await namespaceWithDeadLetters(5);
    const first = await read(namespace, { limit: 3 });
    const rest = await read(namespace, { limit: 3, afterSequence: first.at(-1)!.sequence });
    expect([...first, ...rest].map(({ event }) => event!.id)).toEqual(idsOf(published));
  });

  it('can be driven again: the event comes back under its id and the dead letter is gone', async () => {
    const { namespace, bus, published, letters } = await namespaceWithDeadLetters(1);
    const ids = await collectIds(bus, 'failing');
    await redriveDeadLetter({ natsUrl: server.nats.url, namespace, sequence: letters[0]!.sequence });
    await until(() => ids.length >= 1);
    expect([ids, await read(namespace)]).toEqual([idsOf(published), []]);
  });

  it('get an event again that fails again after it was driven again', async () => {
    const { namespace, bus, published, letters } = await namespaceWithDeadLetters(1);
    await bus.subscribe({
      consumer: 'failing',
      subjects: ['weft.>'],
      handle: () => Promise.reject(new Error('still poison')),
    });
    await redriveDeadLetter({ natsUrl: server.nats.url, namespace, sequence: letters[0]!.sequence });
    const [again] = await untilDead(namespace, 1);
    expect(again).toMatchObject({ event: { id: published[0]!.id }, message: 'still poison' });
  });

  it('are NOT_FOUND once they were driven again', async () => {
    const { namespace, letters } = await namespaceWithDeadLetters(1);
    const again = () =>
      redriveDeadLetter({ natsUrl: server.nats.url, namespace, sequence: letters[0]!.sequence });
    await again();
    await expect(again()).rejects.toMatchObject({ code: 'NOT_FOUND', reason: 'DEAD_LETTER_NOT_FOUND' });
  });

  it('are NOT_FOUND where nothing was ever published', async () => {
    const redriven = redriveDeadLetter({ natsUrl: server.nats.url, namespace: newNamespace(), sequence: 1 });
    await expect(redriven).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('leave no trace of what the event says in the log', async () => {
    const namespace = newNamespace();
    const lines: string[] = [];
    const log = (fields: object, message?: string) => void lines.push(JSON.stringify(fields) + message);
    const logger = { debug: log, info: log, warn: log, error: log, trace: log, fatal: log };
    const bus = await server.makeBus({ namespace, attemptsMax: 1, logger: logger as never });
    await bus.subscribe({
      consumer: 'failing',
      subjects: ['weft.>'],
      handle: () => Promise.reject(new Error('poison')),
    });
    await bus.publish([{ ...someEvents(1)[0]!, payload: Buffer.from('a secret') }]);
    await untilDead(namespace, 1);
    await until(() => lines.some((line) => line.includes('is a dead letter')));
    const secret = Buffer.from('a secret');
    expect(lines.join('\n')).not.toMatch(
      new RegExp(`a secret|${secret.toString('base64')}|${[...secret].join(',')}`),
    );
  });
});
