import { unavailable } from '@weft/errors';
import { readDeadLetters } from '@weft/events';
import fc from 'fast-check';

import { idsOf, newNamespace, someEvents, until, useEventTestServer } from './event-bus.fixture';

const server = useEventTestServer();

/** What happens to batches with an event in them: so many times something is away, then so many times it is the event's fault. */
const fate = fc.record({
  away: fc.oneof(
    { weight: 9, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 3 }) },
  ),
  failing: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 1, arbitrary: fc.constant(Infinity) },
  ),
});

describe('the JetStream bus under any pattern of failures', () => {
  it('handles each event or makes a dead letter of it, and never makes one of an event that would be handled alone', async () => {
    const attemptsMax = 5;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fate, { minLength: 1, maxLength: 30 }),
        fc.integer({ min: 1, max: 10 }),
        async (fates, maxBatch) => {
          const namespace = newNamespace();
          const bus = await server.makeBus({ namespace, attemptsMax });
          const published = someEvents(fates.length);
          const left = new Map(published.map(({ id }, index) => [id, { ...fates[index]! }]));
          const handled = new Set<string>();
          await bus.subscribe({
            consumer: 'reader',
            subjects: ['weft.>'],
            maxBatch,
            async handle(batch) {
              for (const { id } of batch) {
                const fate = left.get(id)!;
                if (fate.away-- > 0) throw unavailable('DATABASE_UNAVAILABLE', 'away');
                if (fate.failing-- > 0) throw new Error('poison');
              }
              for (const { id } of batch) handled.add(id);
            },
          });
          await bus.publish(published);
          const info = () => server.manage((manager) => manager.consumers.info(namespace, 'reader'));
          await until(async () => (await info()).ack_floor.stream_seq === published.length);
          await bus.close();
          const letters = await readDeadLetters({ natsUrl: server.nats.url, namespace });
          const poison = idsOf(published).filter((_, index) => fates[index]!.failing === Infinity);
          expect({
            dead: letters.map(({ event }) => event!.id).sort(),
            handled: [...handled].sort(),
          }).toEqual({
            dead: poison.sort(),
            handled: idsOf(published)
              .filter((id) => !poison.includes(id))
              .sort(),
          });
        },
      ),
      { numRuns: 30 },
    );
  });
});
