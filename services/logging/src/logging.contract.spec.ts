import { type common, events, logging } from '@weft/contracts';
import { createEvent, createInProcessEventBus, type EventBus } from '@weft/events';
import { newId, silentLogger } from '@weft/runtime';
import { startTestService, type TestClient, type TestService } from '@weft/testing';

import { loggingService } from './service';

// A database takes a second to open, and more on a busy machine.
jest.setTimeout(30_000);

const { Dimension, Interval } = logging;
const runFinishedSubject = 'weft.orchestrator.run_finished.v1';

let service: TestService;
let bus: EventBus;
let deadLetters: string[];
let tenants = 0;

beforeAll(async () => {
  bus = createInProcessEventBus({
    logger: silentLogger,
    retryDelayMs: 1,
    onDeadLetter: ({ id }) => deadLetters.push(id),
  });
  service = await startTestService(loggingService, { events: bus });
});

afterAll(() => service.stop());

beforeEach(() => {
  deadLetters = [];
});

/** A tenant of its own for each test. */
function newTenant() {
  const tenantId = `tenant-${++tenants}`;
  return {
    tenantId,
    usage: service.client(logging.UsageServiceDefinition, { tenantId }),
    records: service.client(logging.RecordServiceDefinition, { tenantId }),
  };
}

type CallInput = Partial<Omit<events.ModelCall, 'usage'>> & { usage?: Partial<common.Usage> };

function runFinished(
  tenantId: string,
  run: Partial<Omit<events.RunFinished, 'calls'>> & { calls?: CallInput[] } = {},
  envelope: { id?: string; eventTime?: Date } = {},
): events.EventEnvelope {
  const at = new Date('2026-03-01T10:00:00.123Z');
  const calls = (run.calls ?? [{}]).map((call, index) => ({
    attempt: index + 1,
    model: 'small',
    provider: 'openai',
    outcome: 'completed',
    startTime: at,
    endTime: at,
    ...call,
    usage: { inputTokens: 10, outputTokens: 5, ...call.usage },
  }));
  const message = events.RunFinished.fromPartial({
    runId: newId(),
    requestId: 'request',
    apiKeyId: 'key',
    state: 'completed',
    ...run,
    calls,
  });
  return createEvent(runFinishedSubject, tenantId, events.RunFinished, message, envelope);
}

async function everyPage<Item>(
  list: (pageToken: string) => Promise<{ items: Item[]; nextPageToken: string }>,
): Promise<Item[]> {
  const all: Item[] = [];
  let pageToken = '';
  do {
    const { items, nextPageToken } = await list(pageToken);
    all.push(...items);
    pageToken = nextPageToken;
  } while (pageToken !== '');
  return all;
}

describe('the ledger', () => {
  it('keeps a row for each model call of a run', async () => {
    const { tenantId, usage } = newTenant();
    const startTime = new Date('2026-03-01T10:00:00Z');
    const endTime = new Date('2026-03-01T10:00:02.5Z');
    const call = {
      startTime,
      endTime,
      usage: { inputTokens: 7, outputTokens: 3, cachedInputTokens: 2, reasoningTokens: 1, estimated: true },
    };
    await bus.publish([
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
      },
    ]);
  });

  it('counts an event once, however often it is delivered', async () => {
    const { tenantId, usage } = newTenant();
    const event = runFinished(tenantId);
    await bus.publish([event, event]);
    await bus.publish([event]);
    expect((await usage.queryUsage(range())).sums).toMatchObject([{ calls: 1, usage: { inputTokens: 10 } }]);
  });

  it('counts a model call once, also when two events tell of it', async () => {
    const { tenantId, usage } = newTenant();
    await bus.publish([runFinished(tenantId, { runId: 'run-1' }), runFinished(tenantId, { runId: 'run-1' })]);
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
    if (batches === 'one batch') await bus.publish([lost, completed]);
    else for (const event of [lost, completed]) await bus.publish([event]);
    const { records } = await usage.listUsageRecords({});
    expect(records).toMatchObject([{ attempt: 1, outcome: logging.CallOutcome.FAILED }]);
  });

  it('bills nothing more when the first end of a run told of no call', async () => {
    const { tenantId, usage } = newTenant();
    await bus.publish([runFinished(tenantId, { runId: 'run-1', calls: [] })]);
    await bus.publish([runFinished(tenantId, { runId: 'run-1' })]);
    expect((await usage.listUsageRecords({})).records).toEqual([]);
  });

  it('keeps runs of one id apart by their tenants', async () => {
    const [first, second] = [newTenant(), newTenant()];
    await bus.publish([runFinished(first.tenantId, { runId: 'run-1' })]);
    await bus.publish([runFinished(second.tenantId, { runId: 'run-1' })]);
    expect((await second.usage.listUsageRecords({})).records).toHaveLength(1);
  });

  it('counts both when two runs came with one request id', async () => {
    const { tenantId, usage } = newTenant();
    await bus.publish([
      runFinished(tenantId, { requestId: 'same' }),
      runFinished(tenantId, { requestId: 'same' }),
    ]);
    expect((await usage.listUsageRecords({ requestId: 'same' })).records).toHaveLength(2);
  });

  it('counts usage under names that the database would refuse', async () => {
    const { tenantId, usage } = newTenant();
    await bus.publish([runFinished(tenantId, { calls: [{ model: 'a\0b\ud800' }] })]);
    expect((await usage.listUsageRecords({})).records).toMatchObject([{ model: 'a\ufffdb\ufffd' }]);
  });

  it('loses no other event to one that cannot be read', async () => {
    const { tenantId, usage } = newTenant();
    const poison = { ...runFinished(tenantId), payload: Buffer.from([0xff]) };
    await bus.publish([runFinished(tenantId), poison, runFinished(tenantId)]);
    expect([(await usage.listUsageRecords({})).records.length, deadLetters]).toEqual([2, [poison.id]]);
  });

  it('loses no event of another tenant to one that the database refuses', async () => {
    const [bad, good] = [newTenant(), newTenant()];
    const refused = runFinished(bad.tenantId, {}, { eventTime: new Date(NaN) });
    const before = runFinished(good.tenantId);
    const after = runFinished(good.tenantId);
    await bus.publish([before, refused, after]);
    const { records } = await good.usage.listUsageRecords({});
    expect([records.length, deadLetters]).toEqual([2, [refused.id]]);
  });

  it('stores events of many tenants that come together', async () => {
    const clients = [newTenant(), newTenant(), newTenant()];
    await bus.publish(clients.map(({ tenantId }) => runFinished(tenantId)));
    const counts = clients.map(async ({ usage }) => (await usage.listUsageRecords({})).records.length);
    expect(await Promise.all(counts)).toEqual([1, 1, 1]);
  });
});

/** All of March 2026, as one interval unless told. */
function range(more: Partial<logging.QueryUsageRequest> = {}) {
  return { startTime: new Date('2026-03-01T00:00:00Z'), endTime: new Date('2026-04-01T00:00:00Z'), ...more };
}

describe('QueryUsage', () => {
  const at = (text: string) => new Date(`2026-03-${text}Z`);

  it('sums all of the range by default', async () => {
    const { tenantId, usage } = newTenant();
    await bus.publish([
      runFinished(tenantId, { calls: [{ usage: { inputTokens: 1, outputTokens: 2 } }] }),
      runFinished(tenantId, {
        calls: [
          {
            usage: {
              inputTokens: 30,
              outputTokens: 40,
              cachedInputTokens: 5,
              reasoningTokens: 6,
              estimated: true,
            },
          },
        ],
      }),
    ]);
    expect((await usage.queryUsage(range())).sums).toEqual([
      {
        startTime: range().startTime,
        apiKeyId: '',
        model: '',
        assistant: '',
        calls: 2,
        usage: {
          inputTokens: 31,
          outputTokens: 42,
          cachedInputTokens: 5,
          reasoningTokens: 6,
          estimated: true,
        },
      },
    ]);
  });

  it.each([
    ['minutes', Interval.MINUTE, ['01T10:00:00', '01T10:01:00', '02T00:00:00']],
    ['hours', Interval.HOUR, ['01T10:00:00', '02T00:00:00']],
    ['days', Interval.DAY, ['01T00:00:00', '02T00:00:00']],
  ])('sums by %s in UTC, leaving out those without usage', async (_, interval, expected) => {
    const { tenantId, usage } = newTenant();
    const times = ['01T10:00:00', '01T10:00:59.999', '01T10:01:00', '02T00:00:00'].map(at);
    await bus.publish(times.map((startTime) => runFinished(tenantId, { calls: [{ startTime }] })));
    const { sums } = await usage.queryUsage({
      startTime: at('01T09:00:00'),
      endTime: at('02T01:00:00'),
      interval,
    });
    expect(sums.map(({ startTime }) => startTime)).toEqual(expected.map(at));
  });

  it('takes the beginning of the range in and leaves its end out', async () => {
    const { tenantId, usage } = newTenant();
    const times = [
      at('01T00:00:00'),
      at('01T23:59:59.999'),
      at('02T00:00:00'),
      new Date('2026-02-28T23:59:59.999Z'),
    ];
    await bus.publish(times.map((startTime) => runFinished(tenantId, { calls: [{ startTime }] })));
    const { sums } = await usage.queryUsage({ startTime: at('01T00:00:00'), endTime: at('02T00:00:00') });
    expect(sums).toMatchObject([{ calls: 2 }]);
  });

  it('covers the last 24 hours when no range is given', async () => {
    const { tenantId, usage } = newTenant();
    const ago = (ms: number) => runFinished(tenantId, { calls: [{ startTime: new Date(Date.now() - ms) }] });
    await bus.publish([ago(60_000), ago(86_300_000), ago(86_500_000)]);
    expect((await usage.queryUsage({})).sums).toMatchObject([{ calls: 2 }]);
  });

  it('keeps sums apart by what it is asked for alone', async () => {
    const { tenantId, usage } = newTenant();
    await bus.publish([
      runFinished(tenantId, {
        apiKeyId: 'k1',
        assistant: 'docs',
        calls: [{ model: 'small' }, { model: 'large' }],
      }),
      runFinished(tenantId, { apiKeyId: 'k2', assistant: '', calls: [{ model: 'small' }] }),
    ]);
    const by = async (...groupBy: logging.Dimension[]) =>
      (await usage.queryUsage(range({ groupBy }))).sums.map(({ apiKeyId, model, assistant, calls }) => [
        apiKeyId,
        model,
        assistant,
        calls,
      ]);
    expect([
      await by(Dimension.API_KEY),
      await by(Dimension.MODEL),
      await by(Dimension.ASSISTANT, Dimension.API_KEY, Dimension.MODEL),
    ]).toEqual([
      [
        ['k1', '', '', 2],
        ['k2', '', '', 1],
      ],
      [
        ['', 'large', '', 1],
        ['', 'small', '', 2],
      ],
      [
        ['k1', 'large', 'docs', 1],
        ['k1', 'small', 'docs', 1],
        ['k2', 'small', '', 1],
      ],
    ]);
  });

  it('sums nothing of another tenant', async () => {
    const [acme, globex] = [newTenant(), newTenant()];
    await bus.publish([runFinished(acme.tenantId)]);
    expect((await globex.usage.queryUsage(range())).sums).toEqual([]);
  });

  it.each([
    ['is empty', { startTime: at('01T00:00:00'), endTime: at('01T00:00:00') }, 'end_time'],
    ['ends before it begins', { startTime: at('02T00:00:00'), endTime: at('01T00:00:00') }, 'end_time'],
    [
      'has 1,001 intervals',
      { startTime: at('01T00:00:00'), endTime: at('01T16:41:00'), interval: Interval.MINUTE },
      'interval',
    ],
    ['has intervals of an unknown width', { interval: 99 as logging.Interval }, 'interval'],
    [
      'is kept apart by something unknown',
      { groupBy: [Dimension.MODEL, Dimension.UNSPECIFIED] },
      'group_by[1]',
    ],
  ])('raises INVALID_ARGUMENT when the range %s', async (_, request, field) => {
    const { usage } = newTenant();
    await expect(usage.queryUsage(request)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      violations: [{ field }],
    });
  });

  it('allows 1,000 intervals', async () => {
    const { usage } = newTenant();
    const request = { startTime: at('01T00:00:00'), endTime: at('01T16:40:00'), interval: Interval.MINUTE };
    await expect(usage.queryUsage(request)).resolves.toEqual({ sums: [] });
  });
});

describe('ListUsageRecords', () => {
  it('pages through all rows, newest first, each once', async () => {
    const { tenantId, usage } = newTenant();
    const times = Array.from(
      { length: 7 },
      (_, index) => new Date(1_772_359_200_000 + Math.floor(index / 2)),
    );
    await bus.publish(
      times.map((startTime) => runFinished(tenantId, { calls: [{ startTime }, { startTime }] })),
    );
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
    await bus.publish([
      runFinished(tenantId, { requestId: 'r1' }),
      runFinished(tenantId, { requestId: 'r2' }),
    ]);
    expect((await usage.listUsageRecords({ requestId: 'r2' })).records).toMatchObject([{ requestId: 'r2' }]);
  });

  it('lists nothing of another tenant', async () => {
    const [acme, globex] = [newTenant(), newTenant()];
    await bus.publish([runFinished(acme.tenantId, { requestId: 'r1' })]);
    expect((await globex.usage.listUsageRecords({ requestId: 'r1' })).records).toEqual([]);
  });

  it('refuses a page token of a list with another filter', async () => {
    const { tenantId, usage } = newTenant();
    await bus.publish([runFinished(tenantId), runFinished(tenantId)]);
    const { nextPageToken } = await usage.listUsageRecords({ pageSize: 1 });
    const listed = usage.listUsageRecords({ pageToken: nextPageToken, requestId: 'other' });
    await expect(listed).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', reason: 'BAD_PAGE_TOKEN' });
  });
});

describe('ListRecords', () => {
  const keyEvent = (tenantId: string, eventTime = new Date()) =>
    createEvent(
      'weft.gateway.api_key_created.v1',
      tenantId,
      events.ApiKeyCreated,
      { apiKeyId: 'k', createdBy: 'admin', scopes: ['chat:write'] },
      { eventTime },
    );

  it('tells the fields of an event as JSON', async () => {
    const { tenantId, records } = newTenant();
    const event = keyEvent(tenantId, new Date('2026-03-01T00:00:00Z'));
    await bus.publish([event]);
    const { records: listed } = await records.listRecords({});
    expect(
      listed.map(({ detailJson, ...record }) => ({ ...record, detail: JSON.parse(detailJson) as unknown })),
    ).toEqual([
      {
        id: event.id,
        subject: 'weft.gateway.api_key_created.v1',
        eventTime: event.eventTime,
        runId: '',
        detail: { apiKeyId: 'k', createdBy: 'admin', scopes: ['chat:write'] },
      },
    ]);
  });

  it('tells what a run was made of', async () => {
    const { tenantId, records } = newTenant();
    await bus.publish([
      runFinished(tenantId, {
        runId: 'run-9',
        prompt: 'answer',
        promptVersion: 3,
        tools: ['clock'],
        timeToFirstTokenUs: 1500,
      }),
    ]);
    const [record] = (await records.listRecords({})).records;
    expect([record!.runId, JSON.parse(record!.detailJson)]).toEqual([
      'run-9',
      expect.objectContaining({
        prompt: 'answer',
        promptVersion: 3,
        tools: ['clock'],
        timeToFirstTokenUs: 1500,
        calls: [expect.objectContaining({ model: 'small' })],
      }),
    ]);
  });

  it('keeps of an unknown kind of event that it happened, and nothing of its payload', async () => {
    const { tenantId, records } = newTenant();
    const payload = Buffer.from('canary');
    await bus.publish([
      { id: newId(), subject: 'weft.other.done.v1', tenantId, eventTime: new Date(), payload },
    ]);
    expect((await records.listRecords({})).records).toMatchObject([
      { subject: 'weft.other.done.v1', detailJson: '{}' },
    ]);
  });

  it('pages through all records, newest first, each once', async () => {
    const { tenantId, records } = newTenant();
    const published = Array.from({ length: 7 }, (_, index) =>
      keyEvent(tenantId, new Date(1_772_359_200_000 + Math.floor(index / 3))),
    );
    await bus.publish(published);
    const listed = await everyPage(async (pageToken) => {
      const { records: items, nextPageToken } = await records.listRecords({ pageSize: 2, pageToken });
      return { items, nextPageToken };
    });
    const newestFirst = published.toSorted(
      (a, b) => b.eventTime!.getTime() - a.eventTime!.getTime() || (a.id < b.id ? 1 : -1),
    );
    expect(listed.map(({ id }) => id)).toEqual(newestFirst.map(({ id }) => id));
  });

  it('keeps the records of a subject or of a run alone', async () => {
    const { tenantId, records } = newTenant();
    await bus.publish([
      keyEvent(tenantId),
      runFinished(tenantId, { runId: 'run-1' }),
      runFinished(tenantId, { runId: 'run-2' }),
    ]);
    const listed = [
      await records.listRecords({ subject: 'weft.gateway.api_key_created.v1' }),
      await records.listRecords({ runId: 'run-2' }),
      await records.listRecords({ subject: 'weft.gateway.api_key_created.v1', runId: 'run-2' }),
    ];
    expect(listed.map(({ records: found }) => found.map(({ runId }) => runId))).toEqual([
      [''],
      ['run-2'],
      [],
    ]);
  });

  it('lists nothing of another tenant', async () => {
    const [acme, globex] = [newTenant(), newTenant()];
    await bus.publish([runFinished(acme.tenantId, { runId: 'run-1' })]);
    expect((await globex.records.listRecords({ runId: 'run-1' })).records).toEqual([]);
  });

  it('refuses a page token of another tenant', async () => {
    const [acme, globex] = [newTenant(), newTenant()];
    await bus.publish([keyEvent(acme.tenantId), keyEvent(acme.tenantId)]);
    const { nextPageToken } = await acme.records.listRecords({ pageSize: 1 });
    await expect(globex.records.listRecords({ pageToken: nextPageToken })).rejects.toMatchObject({
      reason: 'BAD_PAGE_TOKEN',
    });
  });
});

describe('TailRecords', () => {
  it('streams the records of the tenant as they come, numbered without holes, until the caller goes', async () => {
    const [acme, globex] = [newTenant(), newTenant()];
    const caller = new AbortController();
    const responses: logging.TailRecordsResponse[] = [];
    const reading = read(acme.records, caller.signal, responses);
    // Nothing tells when the stream has begun, so events go out until two have come.
    while (responses.length < 2)
      await bus.publish([runFinished(globex.tenantId), runFinished(acme.tenantId, { runId: 'run-acme' })]);
    caller.abort();
    await reading;
    expect([
      responses.map(({ sequence }) => sequence),
      new Set(responses.map(({ record }) => record?.runId)),
    ]).toEqual([responses.map((_, index) => index + 1), new Set(['run-acme'])]);
  });
});

/** Reads a tail until it is aborted. */
async function read(
  client: TestClient<logging.RecordServiceDefinition>,
  signal: AbortSignal,
  responses: logging.TailRecordsResponse[],
): Promise<void> {
  try {
    for await (const response of client.tailRecords({}, { signal })) responses.push(response);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
