import { events, type logging } from '@weft/contracts';
import { createEvent } from '@weft/events';
import { newId } from '@weft/runtime';
import { type TestClient } from '@weft/testing';

import { everyPage, useLoggingStand, runFinished } from './logging-stand.fixture';

const stand = useLoggingStand();
const { newTenant, publish } = stand;

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
    await publish([event]);
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
    await publish([
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
    await publish([{ id: newId(), subject: 'weft.other.done.v1', tenantId, eventTime: new Date(), payload }]);
    expect((await records.listRecords({})).records).toMatchObject([
      { subject: 'weft.other.done.v1', detailJson: '{}' },
    ]);
  });

  it('pages through all records, newest first, each once', async () => {
    const { tenantId, records } = newTenant();
    const published = Array.from({ length: 7 }, (_, index) =>
      keyEvent(tenantId, new Date(1_772_359_200_000 + Math.floor(index / 3))),
    );
    await publish(published);
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
    await publish([
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
    await publish([runFinished(acme.tenantId, { runId: 'run-1' })]);
    expect((await globex.records.listRecords({ runId: 'run-1' })).records).toEqual([]);
  });

  it('refuses a page token of another tenant', async () => {
    const [acme, globex] = [newTenant(), newTenant()];
    await publish([keyEvent(acme.tenantId), keyEvent(acme.tenantId)]);
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
      await publish([runFinished(globex.tenantId), runFinished(acme.tenantId, { runId: 'run-acme' })]);
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
