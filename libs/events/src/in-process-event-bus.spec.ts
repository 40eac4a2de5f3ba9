import { type events } from '@weft/contracts';
import { unavailable } from '@weft/errors';
import { newId, silentLogger } from '@weft/runtime';

import { createInProcessEventBus, type InProcessEventBusOptions } from './in-process-event-bus';

function makeBus(options: Partial<InProcessEventBusOptions> = {}) {
  return createInProcessEventBus({ logger: silentLogger, retryDelayMs: 1, ...options });
}

function someEvents(count: number): events.EventEnvelope[] {
  return Array.from({ length: count }, () => ({
    id: newId(),
    subject: 'weft.prompt.created.v1',
    tenantId: 'acme',
    eventTime: new Date(),
    payload: Buffer.alloc(0),
  }));
}

describe('the in-process bus', () => {
  it('resolves a publish only when the consumer has handled the events', async () => {
    const bus = makeBus();
    const finish = Promise.withResolvers<void>();
    const order: string[] = [];
    await bus.subscribe({
      consumer: 'slow',
      subjects: ['weft.>'],
      handle: () => finish.promise.then(() => void order.push('handled')),
    });
    const published = bus.publish(someEvents(1)).then(() => order.push('published'));
    finish.resolve();
    await published;
    expect(order).toEqual(['handled', 'published']);
  });

  it('gives the event that always fails, and no other, to the dead letters', async () => {
    const dead: string[] = [];
    const bus = makeBus({ onDeadLetter: (event, consumer) => dead.push(`${consumer} ${event.id}`) });
    const published = someEvents(20);
    const poison = published[13]!;
    await bus.subscribe({
      consumer: 'reader',
      subjects: ['weft.>'],
      async handle(batch) {
        if (batch.includes(poison)) throw new Error('poison');
      },
    });
    await bus.publish(published);
    expect(dead).toEqual([`reader ${poison.id}`]);
  });

  it('tries an event no more often than it was told before it gives it up', async () => {
    const bus = makeBus({ attemptsMax: 3 });
    let calls = 0;
    await bus.subscribe({
      consumer: 'reader',
      subjects: ['weft.>'],
      async handle() {
        calls += 1;
        throw new Error('poison');
      },
    });
    await bus.publish(someEvents(1));
    expect(calls).toBe(3);
  });

  it('never gives an event up because something the consumer depends on is away', async () => {
    const dead: events.EventEnvelope[] = [];
    const bus = makeBus({ attemptsMax: 2, onDeadLetter: (event) => dead.push(event) });
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
    expect([calls, dead.length]).toEqual([6, 0]);
  });

  it('makes a publisher wait while the queue of a consumer is full', async () => {
    const bus = makeBus({ queueMax: 2 });
    const finish = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const sizes: number[] = [];
    await bus.subscribe({
      consumer: 'slow',
      subjects: ['weft.>'],
      async handle(batch) {
        sizes.push(batch.length);
        started.resolve();
        await finish.promise;
      },
    });
    const published = bus.publish(someEvents(7));
    await started.promise;
    finish.resolve();
    await published;
    expect(sizes).toEqual([2, 2, 2, 1]);
  });

  it('rejects the publish of events that are not handled when it closes, so that they are published again', async () => {
    const bus = makeBus({ retryDelayMs: 60_000 });
    const tried = Promise.withResolvers<void>();
    await bus.subscribe({
      consumer: 'failing',
      subjects: ['weft.>'],
      async handle() {
        tried.resolve();
        throw new Error('no');
      },
    });
    const published = bus.publish(someEvents(3));
    await tried.promise;
    await Promise.all([bus.close(), expect(published).rejects.toMatchObject({ code: 'UNAVAILABLE' })]);
  });

  it('refuses a second consumer of the same name', async () => {
    const bus = makeBus();
    const options = { consumer: 'logging', subjects: ['weft.>'], handle: async () => undefined };
    await bus.subscribe(options);
    await expect(bus.subscribe(options)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  });
});
