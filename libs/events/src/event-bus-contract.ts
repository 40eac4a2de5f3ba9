import { type events } from '@weft/contracts';
import { newId } from '@weft/runtime';

import { type EventBus, type SubscribeOptions } from './event-bus';

/**
 * The tests that every event bus must pass, for jest.
 *
 * @param name names the adapter in the report
 * @param makeBus makes a fresh bus that retries without long waits
 */
export function eventBusContract(name: string, makeBus: () => Promise<EventBus>): void {
  describe(`${name} as an event bus`, () => {
    let bus: EventBus;

    beforeEach(async () => {
      bus = await makeBus();
    });

    afterEach(() => bus.close());

    it('delivers an event to every consumer that listens to its subject', async () => {
      const first = await collect(bus, { consumer: 'first', subjects: ['weft.prompt.created.v1'] });
      const second = await collect(bus, { consumer: 'second', subjects: ['weft.prompt.created.v1'] });
      const event = eventOn('weft.prompt.created.v1');
      await bus.publish([event]);
      await Promise.all([first.until(1), second.until(1)]);
      expect([first.ids(), second.ids()]).toEqual([[event.id], [event.id]]);
    });

    it('keeps an event from a consumer that does not listen to its subject', async () => {
      const other = await collect(bus, { consumer: 'other', subjects: ['weft.memory.>', 'weft.*.done.v1'] });
      const wanted = eventOn('weft.memory.fact.added.v1');
      await bus.publish([eventOn('weft.prompt.created.v1'), eventOn('weft.memory'), wanted]);
      await other.until(1);
      await bus.close();
      expect(other.ids()).toEqual([wanted.id]);
    });

    it('brings back the envelope as it was published', async () => {
      const collected = await collect(bus, { consumer: 'whole', subjects: ['weft.>'] });
      const event = {
        ...eventOn('weft.prompt.created.v1'),
        tenantId: 'acme',
        payload: Buffer.from([0, 255, 10]),
      };
      await bus.publish([event]);
      await collected.until(1);
      expect(collected.events[0]).toEqual(event);
    });

    it('keeps the order of what one publisher publishes', async () => {
      const collected = await collect(bus, { consumer: 'ordered', subjects: ['weft.>'], maxBatch: 7 });
      const published = Array.from({ length: 50 }, () => eventOn('weft.prompt.created.v1'));
      await bus.publish(published.slice(0, 20));
      await bus.publish(published.slice(20));
      await collected.until(50);
      expect(collected.ids()).toEqual(published.map(({ id }) => id));
    });

    it('hands out no more events at once than the consumer asked for', async () => {
      const collected = await collect(bus, { consumer: 'small', subjects: ['weft.>'], maxBatch: 3 });
      await bus.publish(Array.from({ length: 10 }, () => eventOn('weft.prompt.created.v1')));
      await collected.until(10);
      expect(Math.max(...collected.batchSizes)).toBeLessThanOrEqual(3);
    });

    it('delivers a batch again when its handler fails', async () => {
      let calls = 0;
      const collected = await collect(bus, { consumer: 'failing', subjects: ['weft.>'] }, async () => {
        calls += 1;
        if (calls === 1) throw new Error('the first time fails');
      });
      const event = eventOn('weft.prompt.created.v1');
      await bus.publish([event]);
      await collected.until(1);
      expect(collected.ids()).toEqual([event.id]);
    });

    it('goes on past an event that always fails', async () => {
      const published = Array.from({ length: 5 }, () => eventOn('weft.prompt.created.v1'));
      const poison = published[2]!.id;
      const collected = await collect(bus, { consumer: 'poisoned', subjects: ['weft.>'] }, async (batch) => {
        if (batch.some(({ id }) => id === poison)) throw new Error('poison');
      });
      await bus.publish(published);
      await collected.until(4);
      expect(new Set(collected.ids())).toEqual(
        new Set(published.map(({ id }) => id).filter((id) => id !== poison)),
      );
    });

    it('delivers nothing to a consumer that has ended', async () => {
      const ended = await collect(bus, { consumer: 'ended', subjects: ['weft.>'] });
      const living = await collect(bus, { consumer: 'living', subjects: ['weft.>'] });
      await ended.close();
      await bus.publish([eventOn('weft.prompt.created.v1')]);
      await living.until(1);
      expect(ended.ids()).toEqual([]);
    });

    it('lets a running handler finish before it closes', async () => {
      const started = Promise.withResolvers<void>();
      const finish = Promise.withResolvers<void>();
      const collected = await collect(bus, { consumer: 'slow', subjects: ['weft.>'] }, async () => {
        started.resolve();
        await finish.promise;
      });
      const published = bus.publish([eventOn('weft.prompt.created.v1')]);
      await started.promise;
      const closed = bus.close();
      finish.resolve();
      await Promise.all([published, closed]);
      expect(collected.ids()).toHaveLength(1);
    });

    it('refuses events once it is closed', async () => {
      await bus.close();
      await expect(bus.publish([eventOn('weft.prompt.created.v1')])).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      });
    });
  });
}

function eventOn(subject: string): events.EventEnvelope {
  return {
    id: newId(),
    subject,
    tenantId: 'acme',
    eventTime: new Date('2026-01-01T00:00:00Z'),
    payload: Buffer.alloc(0),
  };
}

/** Subscribes a consumer that keeps what it handled well. */
async function collect(
  bus: EventBus,
  options: Omit<SubscribeOptions, 'handle'>,
  before: (batch: events.EventEnvelope[]) => Promise<void> = async () => undefined,
) {
  const collected: events.EventEnvelope[] = [];
  const batchSizes: number[] = [];
  let onChange: () => void = () => undefined;
  const subscription = await bus.subscribe({
    ...options,
    async handle(batch) {
      await before(batch);
      collected.push(...batch);
      batchSizes.push(batch.length);
      onChange();
    },
  });
  return {
    events: collected,
    batchSizes,
    ids: () => collected.map(({ id }) => id),
    close: () => subscription.close(),
    until: async (count: number) => {
      while (collected.length < count) await new Promise<void>((resolve) => (onChange = resolve));
    },
  };
}
