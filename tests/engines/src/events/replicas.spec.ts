import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { type EventBus } from '@weft/events';

import { collectIds, idsOf, newNamespace, someEvents, until, useEventTestServer } from './event-bus.fixture';

const server = useEventTestServer();

// A replica that takes events and never handles them: it says so, and waits to be killed.
const stuckReplica = `
const { createJetStreamEventBus } = require('@weft/events');
const { silentLogger } = require('@weft/runtime');
const [natsUrl, namespace] = process.argv.slice(1);
void createJetStreamEventBus({ natsUrl, namespace, logger: silentLogger, ackWaitMs: 500 }).then((bus) =>
  bus.subscribe({
    consumer: 'reader',
    subjects: ['weft.>'],
    handle: (batch) => {
      console.log(batch.length);
      return new Promise(() => undefined);
    },
  }),
);`;

describe('replicas of a consumer', () => {
  it('share the work: each event goes to one of them, and both get some', async () => {
    const namespace = newNamespace();
    const handled = await Promise.all(
      [1, 2].map(async () => {
        const ids: string[] = [];
        const bus = await server.makeBus({ namespace });
        await bus.subscribe({
          consumer: 'reader',
          subjects: ['weft.>'],
          maxBatch: 5,
          handle: async (batch) => void ids.push(...idsOf(batch)),
        });
        return { bus, ids };
      }),
    );
    const published = someEvents(400);
    for (let start = 0; start < 400; start += 10) {
      await handled[0]!.bus.publish(published.slice(start, start + 10));
    }
    const all = () => handled.flatMap(({ ids }) => ids);
    await until(() => all().length >= 400);
    expect([all().sort(), handled.every(({ ids }) => ids.length > 0)]).toEqual([
      idsOf(published).sort(),
      true,
    ]);
  });

  it('get the events that one held when it was killed', async () => {
    const namespace = newNamespace();
    const publisher = await server.makeBus({ namespace });
    const published = someEvents(5);
    await publisher.publish(published);
    const child = spawn(process.execPath, ['-e', stuckReplica, server.nats.url, namespace], {
      cwd: __dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    const ids = await collectIds(await server.makeBus({ namespace, ackWaitMs: 500 }));
    await until(() => ids.length >= 5);
    expect(ids.sort()).toEqual(idsOf(published).sort());
  });

  it('get at once what one has not begun when it closes, and not what it finishes', async () => {
    const namespace = newNamespace();
    // A minute would pass if it were not given back.
    const closing = await server.makeBus({ namespace, ackWaitMs: 60_000 });
    const held = await holdFirst(closing);
    const published = someEvents(20);
    await closing.publish(published);
    await held.started;
    const closed = closing.close();
    const ids = await collectIds(await server.makeBus({ namespace, ackWaitMs: 60_000 }));
    await until(() => ids.length >= 19);
    held.finish();
    await closed;
    expect([...held.ids, ...ids]).toEqual(idsOf(published));
  });
});

/** A consumer that stays at its first event until it is told to finish. */
async function holdFirst(bus: EventBus) {
  const ids: string[] = [];
  const started = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<void>();
  await bus.subscribe({
    consumer: 'reader',
    subjects: ['weft.>'],
    maxBatch: 1,
    async handle(batch) {
      started.resolve();
      await finished.promise;
      ids.push(...idsOf(batch));
    },
  });
  return { ids, started: started.promise, finish: () => finished.resolve() };
}
