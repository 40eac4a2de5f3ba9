import { logging } from '@weft/contracts';

import { everyPage, useLoggingStand, range, runFinished } from './logging-stand.fixture';

const stand = useLoggingStand();
const { newTenant, publish } = stand;

describe('the ledger', () => {
  beforeEach(() => stand.deadLetters.splice(0));

  it('keeps a row for each model call of a run', async () => {
    const { tenantId, usage } = newTenant();
    const startTime = new Date('2026-03-01T10:00:00Z');
    const endTime = new Date('2026-03-01T10:00:02.5Z');
    const call = {
      startTime,
      endTime,
      usage: { inputTokens: 7, outputTokens: 3, cachedInputTokens: 2, reasoningTokens: 1, estimated: true },
    };
    await publish([
      runFinished(tenantId, {
        runId: 'run-1',
        requestId: 'req-1',
        assistant: 'docs',
        calls: [call, { startTime: endTime, outcome: 'cancelled' }],
      }),
    ]);
    const { records } = await usage.listUsageRecords({});
    expect(records).toEqual([
      expect.objectContaining({ runId: 'run-1', attempt: 2, outcome: logging.CallOutcome.CANCELLED }),
      {
        requestId: 'req-1',
        attempt: 1,
        runId: 'run-1',
        apiKeyId: 'key',
        model: 'small',
        provider: 'openai',
        assistant: 'docs',
        usage: call.usage,
        outcome: logging.CallOutcome.COMPLETED,
        startTime,
        endTime,
        cost: undefined,
      },
    ]);
  });

  it('counts an event once, however often it is delivered', async () => {
    const { tenantId, usage } = newTenant();
    const event = runFinished(tenantId);
    await publish([event, event]);
    await publish([event]);
    expect((await usage.queryUsage(range())).sums).toMatchObject([{ calls: 1, usage: { inputTokens: 10 } }]);
  });

  it('counts a model call once, also when two events tell of it', async () => {
    const { tenantId, usage } = newTenant();
    await publish([runFinished(tenantId, { runId: 'run-1' }), runFinished(tenantId, { runId: 'run-1' })]);
    expect((await usage.queryUsage(range())).sums).toMatchObject([{ calls: 1 }]);
  });

  it.each(['one batch', 'two batches'])('bills the first of two ends of one run in %s', async (batches) => {
    const { tenantId, usage } = newTenant();
    const lost = runFinished(tenantId, {
      runId: 'run-1',
      errorReason: 'RUN_LOST',
      calls: [{ outcome: 'failed' }],
    });
    const completed = runFinished(tenantId, { runId: 'run-1', calls: [{}, {}] });
    if (batches === 'one batch') await publish([lost, completed]);
    else for (const event of [lost, completed]) await publish([event]);
    const { records } = await usage.listUsageRecords({});
    expect(records).toMatchObject([{ attempt: 1, outcome: logging.CallOutcome.FAILED }]);
  });

  it('bills nothing more when the first end of a run told of no call', async () => {
    const { tenantId, usage } = newTenant();
    await publish([runFinished(tenantId, { runId: 'run-1', calls: [] })]);
    await publish([runFinished(tenantId, { runId: 'run-1' })]);
    expect((await usage.listUsageRecords({})).records).toEqual([]);
  });

  it('keeps runs of one id apart by their tenants', async () => {
    const [first, second] = [newTenant(), newTenant()];
    await publish([runFinished(first.tenantId, { runId: 'run-1' })]);
    await publish([runFinished(second.tenantId, { runId: 'run-1' })]);
    expect((await second.usage.listUsageRecords({})).records).toHaveLength(1);
  });

  it('counts both when two runs came with one request id', async () => {
    const { tenantId, usage } = newTenant();
    await publish([
      runFinished(tenantId, { requestId: 'same' }),
      runFinished(tenantId, { requestId: 'same' }),
    ]);
    expect((await usage.listUsageRecords({ requestId: 'same' })).records).toHaveLength(2);
  });

  it('counts usage under names that the database would refuse', async () => {
    const { tenantId, usage } = newTenant();
    await publish([runFinished(tenantId, { calls: [{ model: 'a\0b\ud800' }] })]);
    expect((await usage.listUsageRecords({})).records).toMatchObject([{ model: 'a\ufffdb\ufffd' }]);
  });

  it('loses no other event to one that cannot be read', async () => {
    const { tenantId, usage } = newTenant();
    const poison = { ...runFinished(tenantId), payload: Buffer.from([0xff]) };
    await publish([runFinished(tenantId), poison, runFinished(tenantId)]);
    expect([(await usage.listUsageRecords({})).records.length, stand.deadLetters]).toEqual([2, [poison.id]]);
  });

  it('loses no event of another tenant to one that the database refuses', async () => {
    const [bad, good] = [newTenant(), newTenant()];
    const refused = runFinished(bad.tenantId, {}, { eventTime: new Date(NaN) });
    const before = runFinished(good.tenantId);
    const after = runFinished(good.tenantId);
    await publish([before, refused, after]);
    const { records } = await good.usage.listUsageRecords({});
    expect([records.length, stand.deadLetters]).toEqual([2, [refused.id]]);
  });

  it('stores events of many tenants that come together', async () => {
    const clients = [newTenant(), newTenant(), newTenant()];
    await publish(clients.map(({ tenantId }) => runFinished(tenantId)));
    const counts = clients.map(async ({ usage }) => (await usage.listUsageRecords({})).records.length);
    expect(await Promise.all(counts)).toEqual([1, 1, 1]);
  });
});

describe('ListUsageRecords', () => {
  it('pages through all rows, newest first, each once', async () => {
    const { tenantId, usage } = newTenant();
    const times = Array.from(
      { length: 7 },
      (_, index) => new Date(1_772_359_200_000 + Math.floor(index / 2)),
    );
    await publish(times.map((startTime) => runFinished(tenantId, { calls: [{ startTime }, { startTime }] })));
    const rows = await everyPage(async (pageToken) => {
      const { records, nextPageToken } = await usage.listUsageRecords({ pageSize: 3, pageToken });
      return { items: records, nextPageToken };
    });
    const keys = rows.map(
      ({ startTime, runId, attempt }) => `${startTime!.toISOString()} ${runId} ${attempt}`,
    );
    expect([keys, new Set(keys).size]).toEqual([keys.toSorted().toReversed(), 14]);
  });

  it('keeps the rows of one request alone', async () => {
    const { tenantId, usage } = newTenant();
    await publish([runFinished(tenantId, { requestId: 'r1' }), runFinished(tenantId, { requestId: 'r2' })]);
    expect((await usage.listUsageRecords({ requestId: 'r2' })).records).toMatchObject([{ requestId: 'r2' }]);
  });

  it('lists nothing of another tenant', async () => {
    const [acme, globex] = [newTenant(), newTenant()];
    await publish([runFinished(acme.tenantId, { requestId: 'r1' })]);
    expect((await globex.usage.listUsageRecords({ requestId: 'r1' })).records).toEqual([]);
  });

  it('refuses a page token of a list with another filter', async () => {
    const { tenantId, usage } = newTenant();
    await publish([runFinished(tenantId), runFinished(tenantId)]);
    const { nextPageToken } = await usage.listUsageRecords({ pageSize: 1 });
    const listed = usage.listUsageRecords({ pageToken: nextPageToken, requestId: 'other' });
    await expect(listed).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'BAD_PAGE_TOKEN' });
  });
});
