import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type events } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { measureMetrics, metrics, silentLogger } from '@weft/runtime';

import { ALL_TENANTS, type Database } from '../database';
import { type DatabaseEngine } from '../database-engine';
import { createEmbeddedEngine } from '../embedded/embedded-engine';
import { outboxStatement } from './outbox';
import { createOutboxRelay, type OutboxRelay, type OutboxRelayOptions } from './outbox-relay';

// A database takes a second to open, and more on a busy machine.
jest.setTimeout(30_000);

let engine: DatabaseEngine;
let database: Database;
const relays: OutboxRelay[] = [];
let lastId = 0;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'weft-outbox-'));
  writeFileSync(join(folder, '0001_outbox.sql'), 'select weft_outbox_table();');
  engine = await createEmbeddedEngine({ dataDir: 'memory', logger: silentLogger });
  database = await engine.openSchema({ schema: 'outboxed', migrationsFolder: folder, logger: silentLogger });
  rmSync(folder, { recursive: true });
});

afterAll(() => engine.close());

afterEach(async () => {
  for (const relay of relays.splice(0)) await relay.stop();
  for (const table of ['outbox', 'outbox_dead', 'outbox_lease'])
    await database.query(ALL_TENANTS, `delete from ${table}`);
});

function someEvents(count: number, tenantId = 'acme') {
  return Array.from({ length: count }, () => ({
    id: `event-${++lastId}`,
    subject: 'weft.test.happened.v1',
    tenantId,
    payload: Buffer.from([1, 2]),
  }));
}

async function write(written: ReturnType<typeof someEvents>): Promise<void> {
  const { text, values } = outboxStatement(written);
  await database.query(written[0]!.tenantId, text, values);
}

async function countLeft(): Promise<number> {
  const [row] = await database.query<{ count: number }>(ALL_TENANTS, 'select count(*) as count from outbox');
  return row!.count;
}

/** A relay to a bus that keeps what it got. `before` may fail a round, whose events it is told. */
function relayTo(
  options: Partial<OutboxRelayOptions> = {},
  before: (round: number, envelopes: events.EventEnvelope[]) => void | Promise<void> = () => undefined,
) {
  const published: events.EventEnvelope[][] = [];
  let rounds = 0;
  let onPublish: () => void = () => undefined;
  const relay = createOutboxRelay({
    database,
    logger: silentLogger,
    lingerMs: 0,
    retryDelayMs: 1,
    pollIntervalMs: 60_000,
    async publish(envelopes) {
      rounds += 1;
      await before(rounds, envelopes);
      published.push(envelopes);
      onPublish();
    },
    ...options,
  });
  relays.push(relay);
  const until = async (count: number) => {
    while (published.flat().length < count) await new Promise<void>((resolve) => (onPublish = resolve));
  };
  return { relay, published, until, ids: () => published.flat().map(({ id }) => id) };
}

it('counts what goes wrong from zero: an alert must see the first', () => {
  measureMetrics(true);
  relayTo({ service: 'orchestrator' });
  const begun = [metrics.outboxFailures, metrics.outboxRefused].map((metric) => metric.read());
  measureMetrics(false);
  const zero = [{ labels: { 'weft.service': 'orchestrator' }, value: { total: 0 } }];
  expect(begun).toEqual([zero, zero]);
});

describe('outboxStatement', () => {
  it('refuses an event of another tenant than the one of the transaction', async () => {
    const { text, values } = outboxStatement(someEvents(1, 'beta'));
    await expect(database.query('acme', text, values)).rejects.toMatchObject({ code: '42501' });
  });

  it('writes nothing when the transaction around it fails', async () => {
    await database
      .batch('acme', [outboxStatement(someEvents(1)), { text: 'select 1 / 0' }])
      .catch(() => undefined);
    expect(await countLeft()).toBe(0);
  });
});

describe('the outbox relay', () => {
  it('publishes what was written before it started, whole and in order', async () => {
    const written = someEvents(3).map((event, index) => ({
      ...event,
      eventTime: new Date(1_700_000_000_000 + index),
    }));
    await write(written);
    const bus = relayTo();
    bus.relay.start();
    await bus.until(3);
    expect(bus.published.flat()).toEqual(written);
  });

  it('publishes what is written later when it is told', async () => {
    const bus = relayTo();
    bus.relay.start();
    const written = someEvents(2);
    await write(written);
    bus.relay.notify();
    await bus.until(2);
    expect(bus.ids()).toEqual(written.map(({ id }) => id));
  });

  it('finds what it was not told of', async () => {
    const bus = relayTo({ pollIntervalMs: 5 });
    bus.relay.start();
    await write(someEvents(1));
    await bus.until(1);
    expect(bus.ids()).toHaveLength(1);
  });

  it('publishes each event once and leaves an empty outbox', async () => {
    const bus = relayTo({ batchSize: 4 });
    bus.relay.start();
    const written: string[] = [];
    for (let round = 0; round < 5; round++) {
      const more = someEvents(3);
      written.push(...more.map(({ id }) => id));
      await write(more);
      bus.relay.notify();
    }
    await bus.relay.stop();
    expect([bus.ids(), await countLeft()]).toEqual([written, 0]);
  });

  it('publishes no more at once than its batch size', async () => {
    await write(someEvents(7));
    const bus = relayTo({ batchSize: 3 });
    bus.relay.start();
    await bus.until(7);
    expect(bus.published.map(({ length }) => length)).toEqual([3, 3, 1]);
  });

  it('publishes again, in order, when publishing failed', async () => {
    const written = someEvents(2);
    await write(written);
    const bus = relayTo({}, (round) => {
      if (round <= 3) throw new Error('the bus is away');
    });
    bus.relay.start();
    await bus.until(2);
    expect(bus.ids()).toEqual(written.map(({ id }) => id));
  });

  it('keeps events in the outbox until publishing has succeeded', async () => {
    await write(someEvents(2));
    const counts: number[] = [];
    const bus = relayTo({}, async () => void counts.push(await countLeft()));
    bus.relay.start();
    await bus.until(2);
    await bus.relay.stop();
    expect([counts, await countLeft()]).toEqual([[2], 0]);
  });

  it('publishes again after a death between publishing and deleting', async () => {
    const written = someEvents(1);
    await write(written);
    const published = Promise.withResolvers<void>();
    // A database that never answers after the first read stands for the death: nothing is deleted.
    let calls = 0;
    const dying: Database = {
      ...bind(database),
      batch: (...given) => (++calls === 1 ? database.batch(...given) : new Promise(() => undefined)),
    };
    createOutboxRelay({
      database: dying,
      logger: silentLogger,
      publish: async () => published.resolve(),
      leaseMs: 50,
    }).start();
    await published.promise;
    const bus = relayTo({ pollIntervalMs: 10 });
    bus.relay.start();
    await bus.until(1);
    expect(bus.ids()).toEqual([written[0]!.id]);
  });

  it('publishes what is left when it stops', async () => {
    const bus = relayTo();
    bus.relay.start();
    await write(someEvents(1));
    await bus.relay.stop();
    expect(bus.ids()).toHaveLength(1);
  });

  it('stops while the bus is away, and keeps the events', async () => {
    const failed = Promise.withResolvers<void>();
    const bus = relayTo({ retryDelayMs: 60_000 }, () => {
      failed.resolve();
      throw new Error('the bus is away');
    });
    await write(someEvents(1));
    bus.relay.start();
    await failed.promise;
    await bus.relay.stop();
    expect(await countLeft()).toBe(1);
  });
});

describe('two relays of one outbox', () => {
  it('publish each event once between them', async () => {
    const buses = [relayTo({ pollIntervalMs: 5 }), relayTo({ pollIntervalMs: 5 })];
    for (const { relay } of buses) relay.start();
    const written: string[] = [];
    for (let round = 0; round < 20; round++) {
      const more = someEvents(3);
      written.push(...more.map(({ id }) => id));
      await write(more);
      buses[round % 2]!.relay.notify();
    }
    for (const { relay } of buses) await relay.stop();
    expect(buses.flatMap(({ ids }) => ids()).sort()).toEqual(written.sort());
  });

  it('publish one at a time: the other waits while the first is at it, however long it takes', async () => {
    const begun = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    const first = relayTo({ leaseMs: 60 }, () => {
      begun.resolve();
      return end.promise;
    });
    const second = relayTo({ leaseMs: 60, pollIntervalMs: 5 });
    await write(someEvents(1));
    first.relay.start();
    await begun.promise;
    second.relay.start();
    await leaseRenewals(5);
    end.resolve();
    await first.until(1);
    await first.relay.stop();
    await second.relay.stop();
    expect(second.ids()).toEqual([]);
  });

  it('go on with the second at once when the first stops', async () => {
    const first = relayTo({ leaseMs: 60_000 });
    await write(someEvents(1));
    first.relay.start();
    await first.until(1);
    await first.relay.stop();
    const second = relayTo({ leaseMs: 60_000 });
    const written = someEvents(1);
    await write(written);
    second.relay.start();
    await second.until(1);
    expect(second.ids()).toEqual([written[0]!.id]);
  });

  it('do not publish what was read before the lease ended', async () => {
    await write(someEvents(1));
    // The first round's answer comes when its lease is over and another relay has it.
    let rounds = 0;
    const slow: Database = {
      ...bind(database),
      async batch(...given) {
        const results = await database.batch(...given);
        rounds += 1;
        if (rounds > 1) return results;
        await database.query(
          ALL_TENANTS,
          `update outbox_lease set holder = 'other', expire_time = 'infinity'`,
        );
        await new Promise((resolve) => setTimeout(resolve, 60));
        return results;
      },
    };
    const bus = relayTo({ database: slow, leaseMs: 30 });
    bus.relay.start();
    await bus.relay.stop();
    expect([rounds > 1, bus.ids()]).toEqual([true, []]);
  });
});

describe('an event that the bus refuses for ever', () => {
  const refuse = (poison: string) => (_: number, envelopes: events.EventEnvelope[]) => {
    if (envelopes.some(({ id }) => id === poison))
      throw new WeftError('INVALID_ARGUMENT', 'EVENT_TOO_LARGE', 'The event is too large.');
  };

  it('is put aside, with the reason, and the others go on in their order', async () => {
    const written = someEvents(5);
    const poison = written[2]!.id;
    await write(written);
    const bus = relayTo({ attemptsMax: 2 }, refuse(poison));
    bus.relay.start();
    await bus.until(4);
    await bus.relay.stop();
    const dead = await database.query('acme', 'select id, reason, payload from outbox_dead');
    expect([bus.ids(), dead, await countLeft()]).toEqual([
      written.map(({ id }) => id).filter((id) => id !== poison),
      [{ id: poison, reason: 'EVENT_TOO_LARGE', payload: Uint8Array.from([1, 2]) }],
      0,
    ]);
  });

  it('is tried by itself as often as it may be', async () => {
    const [poison] = someEvents(1);
    await write([poison!]);
    let alone = 0;
    const bus = relayTo({ attemptsMax: 3 }, (round, envelopes) => {
      alone += 1;
      refuse(poison!.id)(round, envelopes);
    });
    bus.relay.start();
    await bus.relay.stop();
    // Once with whatever came with it, and then by itself.
    expect(alone).toBe(1 + 3);
  });

  it('stays in the outbox while the bus is away', async () => {
    const written = someEvents(2);
    await write(written);
    const failed = Promise.withResolvers<void>();
    const bus = relayTo({ attemptsMax: 2, retryDelayMs: 60_000 }, (round) => {
      if (round === 1) throw new WeftError('INVALID_ARGUMENT', 'EVENT_TOO_LARGE', 'The event is too large.');
      failed.resolve();
      throw new Error('the bus is away');
    });
    bus.relay.start();
    await failed.promise;
    await bus.relay.stop();
    expect([await countLeft(), await database.query('acme', 'select id from outbox_dead')]).toEqual([2, []]);
  });
});

/** Waits until the lease was renewed so many times. */
async function leaseRenewals(count: number): Promise<void> {
  const seen = new Set<string>();
  while (seen.size <= count) {
    const [row] = await database.query<{ expires: string }>(
      ALL_TENANTS,
      'select expire_time::text as expires from outbox_lease',
    );
    seen.add(row!.expires);
  }
}

function bind(whole: Database): Database {
  return {
    query: whole.query.bind(whole),
    batch: whole.batch.bind(whole),
    transaction: whole.transaction.bind(whole),
  };
}
