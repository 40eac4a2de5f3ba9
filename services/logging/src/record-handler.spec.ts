import { type logging } from '@weft/contracts';
import { type RpcContext } from '@weft/rpc';

import { type EventRecord } from './record';
import { RecordFeed } from './record-feed';
import { createRecordHandler } from './record-handler';

const neverListed = { list: () => Promise.reject(new Error('a tail lists nothing')) };

/** A tail of the tenant `acme` that has begun: its first answer is on its way. */
function beginTail(options: { heartbeatMs?: number; subject?: string } = {}) {
  const feed = new RecordFeed();
  const caller = new AbortController();
  const handler = createRecordHandler({
    store: neverListed,
    feed,
    heartbeatMs: options.heartbeatMs ?? 60_000,
  });
  const context = {
    signal: caller.signal,
    caller: { identity: { tenantId: 'acme' } },
  } as unknown as RpcContext;
  const stream = handler.tailRecords({ subject: options.subject ?? '' }, context);
  const first = stream.next().then(({ value }) => value as logging.TailRecordsResponse);
  return { feed, caller, stream, first };
}

function record(id: string, more: Partial<EventRecord> = {}): EventRecord {
  return {
    tenantId: 'acme',
    id,
    subject: 'weft.a.b.v1',
    eventTime: new Date(0),
    runId: '',
    detail: {},
    ...more,
  };
}

describe('tailRecords', () => {
  it('sends a heartbeat without a record after silence, and numbers it', async () => {
    const { feed, stream, first } = beginTail({ heartbeatMs: 1 });
    const heartbeat = await first;
    feed.add([record('a')]);
    expect([heartbeat, (await stream.next()).value]).toMatchObject([
      { sequence: 1, record: undefined },
      { sequence: 2, record: { id: 'a' } },
    ]);
  });

  it('sends no record of another tenant or subject', async () => {
    const { feed, first } = beginTail({ subject: 'weft.wanted.b.v1' });
    feed.add([
      record('other tenant', { tenantId: 'beta', subject: 'weft.wanted.b.v1' }),
      record('other subject'),
    ]);
    feed.add([record('wanted', { subject: 'weft.wanted.b.v1' })]);
    expect((await first).record?.id).toBe('wanted');
  });

  it('keeps 1,000 records for a slow reader', async () => {
    const { feed, stream, first } = beginTail();
    feed.add([record('first')]);
    await first;
    feed.add(Array.from({ length: 1000 }, (_, index) => record(`${index}`)));
    const ids: (string | undefined)[] = [];
    for (let count = 0; count < 1000; count++)
      ids.push(((await stream.next()).value as logging.TailRecordsResponse).record?.id);
    expect(ids).toEqual(Array.from({ length: 1000 }, (_, index) => `${index}`));
  });

  it('ends with OUT_OF_RANGE when the reader is more than 1,000 records behind', async () => {
    const { feed, stream, first } = beginTail();
    feed.add([record('first')]);
    await first;
    feed.add(Array.from({ length: 1001 }, (_, index) => record(`${index}`)));
    await expect(stream.next()).rejects.toMatchObject({ code: 'OUT_OF_RANGE', reason: 'TAIL_BEHIND' });
  });

  it('ends when the caller goes away', async () => {
    const { caller, first } = beginTail();
    caller.abort();
    await expect(first).rejects.toMatchObject({ code: 'CANCELLED' });
  });

  it('leaves no follower behind', async () => {
    const { feed, caller, first } = beginTail();
    caller.abort();
    await first.catch(() => undefined);
    expect(Reflect.get(feed, 'followers')).toEqual(new Map());
  });
});
