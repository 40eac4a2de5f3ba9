import { join } from 'node:path';
import { events } from '@weft/contracts';
import { createEvent } from '@weft/events';
import { unavailable } from '@weft/errors';
import { type Database, type Statement } from '@weft/postgres';
import { openTestDatabase, type TestDatabase } from '@weft/testing';

import { consumeEvents } from './consume-events';
import { runFinishedSubject } from './event-kinds';
import { PostgresEventStore } from './postgres-event-store';
import { PriceList } from './price-list';
import { RecordFeed } from './record-feed';

// A database takes a second to open, and more on a busy machine.
jest.setTimeout(30_000);

const prices = new PriceList({ currencyCode: 'USD', models: {} });

let opened: TestDatabase;

beforeAll(async () => {
  opened = await openTestDatabase({
    schema: 'logging',
    migrationsFolder: join(__dirname, '..', 'migrations'),
  });
});

afterAll(() => opened.close());

function handlerOver(batch: Database['batch']) {
  const { database } = opened;
  const store = new PostgresEventStore({
    batch,
    query: (...given) => database.query(...given),
    transaction: (...given) => database.transaction(...given),
  });
  return consumeEvents({ store, feed: new RecordFeed(), prices });
}

function runFinished(tenantId: string, runId: string): events.EventEnvelope {
  const at = new Date('2026-03-01T10:00:00Z');
  const call = { attempt: 1, model: 'm', startTime: at, endTime: at, usage: { inputTokens: 1 } };
  const message = events.RunFinished.fromPartial({ runId, calls: [call] });
  return createEvent(runFinishedSubject, tenantId, events.RunFinished, message);
}

async function countsOf(tenantId: string): Promise<unknown> {
  const [row] = await opened.database.query(
    tenantId,
    'select (select count(*) from records) as records, (select count(*) from usage_ledger) as calls',
  );
  return row;
}

describe('consumeEvents', () => {
  it('keeps a batch once when its commit succeeded and the answer was lost', async () => {
    let answers = 0;
    const handle = handlerOver(async (tenant, statements) => {
      const result = await opened.database.batch(tenant, statements);
      answers += 1;
      if (answers === 1) throw unavailable('COMMIT_UNKNOWN', 'lost');
      return result;
    });
    const batch = [runFinished('unknown', 'run-1'), runFinished('unknown', 'run-2')];
    await expect(handle(batch)).rejects.toMatchObject({ reason: 'COMMIT_UNKNOWN' });
    await handle(batch);
    expect(await countsOf('unknown')).toEqual({ records: 2, calls: 2 });
  });

  it('keeps nothing of a batch that fails, and all of it when it comes again', async () => {
    const failing = { text: 'select 1 / 0' } satisfies Statement;
    const broken = handlerOver((tenant, statements) =>
      opened.database.batch(tenant, [...statements, failing]),
    );
    const batch = [runFinished('whole', 'run-1'), runFinished('whole', 'run-2')];
    await expect(broken(batch)).rejects.toThrow();
    const before = await countsOf('whole');
    await handlerOver((...given) => opened.database.batch(...given))(batch);
    expect([before, await countsOf('whole')]).toEqual([
      { records: 0, calls: 0 },
      { records: 2, calls: 2 },
    ]);
  });
});
