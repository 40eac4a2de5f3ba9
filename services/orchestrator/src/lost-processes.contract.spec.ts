import { events, orchestrator } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';

import { read, runsOf, toolCall, useReplicaStand } from './replica-stand.fixture';
import { RunRecovery } from './run-recovery';
import { type LostRow } from './run-rows';
import { until } from './testing/until';

const { CANCELLED, FAILED, RUNNING } = orchestrator.RunState;

const stand = useReplicaStand();
const { ended, fake, oneEventOf, runOf, toolAssistant } = stand;

describe('a run that goes on', () => {
  it('has a row before its model is called, which every replica sees', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const other = await stand.replicas.start();
    const reading = read(other);
    const id = await reading.runId;
    const { runs } = await runsOf(stand.survivor).listRuns({ state: RUNNING });
    const seen = await runOf(id);
    await runsOf(other).cancelRun({ id });
    await other.stop();
    expect([seen.state, seen.model, runs.map((run) => run.id)]).toEqual([RUNNING, 'fake-model', [id]]);
  });

  it('is not seen by another tenant', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const reading = read(stand.survivor);
    const id = await reading.runId;
    const stranger = runsOf(stand.survivor, 'other');
    const { runs } = await stranger.listRuns({});
    await expect(stranger.getRun({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await runsOf(stand.survivor).cancelRun({ id });
    expect(runs).toEqual([]);
  });

  it('keeps its lease for as long as its process lives', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const other = await stand.replicas.start();
    const id = await read(other).runId;
    // Another run that is lost meanwhile shows that the survivor looked, and looked after this one's first lease had passed.
    const dying = await stand.replicas.start();
    const lost = await read(dying).runId;
    dying.kill();
    await ended(lost);
    const { state } = await runOf(id);
    await runsOf(other).cancelRun({ id });
    await other.stop();
    expect(state).toBe(RUNNING);
  });
});

describe('a run whose process is killed', () => {
  it('is ended as lost, once, and billed with what was known of its call', async () => {
    fake.turns = [{ texts: ['one two three '], end: 'stall' }];
    const dying = await stand.replicas.start();
    const id = await read(dying).runId;
    await until(async () => (await draftOf(id)).calls[0]?.provider === 'fake');
    dying.kill();
    const run = await ended(id);
    const event = await oneEventOf(id);
    expect(run).toMatchObject({
      state: FAILED,
      error: { code: 14, reason: 'RUN_LOST' },
      endTime: expect.any(Date),
    });
    expect(event).toMatchObject({
      state: 'failed',
      errorReason: 'RUN_LOST',
      calls: [
        {
          attempt: 1,
          model: 'fake-model',
          provider: 'fake',
          outcome: 'failed',
          usage: { inputTokens: 5, outputTokens: 4, estimated: true },
          endTime: expect.any(Date),
        },
      ],
    });
    expect(run.usage).toEqual(event.calls[0]!.usage);
  });

  it('keeps what its finished calls took, and no step of it runs again', async () => {
    const model = await toolAssistant('killed-later');
    fake.turns = [
      { toolCalls: [toolCall], end: 'completed' },
      { texts: ['It is '], end: 'stall' },
    ];
    const dying = await stand.replicas.start();
    const id = await read(dying, model).runId;
    await fake.stall.promise;
    dying.kill();
    await ended(id);
    const { calls } = await oneEventOf(id);
    expect(calls).toMatchObject([
      { attempt: 1, outcome: 'completed', usage: { inputTokens: 10, outputTokens: 5, estimated: false } },
      { attempt: 2, outcome: 'failed', usage: { estimated: true } },
    ]);
    expect([fake.toolCalls.length, fake.modelRequests.length]).toEqual([1, 2]);
  });

  it('bills no call when it died before its model was called', async () => {
    const dying = await stand.replicas.start();
    fake.holdScreening = Promise.withResolvers<void>();
    const reading = read(dying);
    const id = await rowOf('acme');
    dying.kill();
    fake.holdScreening.resolve();
    await reading.end;
    await ended(id);
    expect([(await oneEventOf(id)).calls, fake.modelRequests]).toEqual([[], []]);
  });

  it('is found by a process that is started later', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const dying = await stand.replicas.start();
    const id = await read(dying).runId;
    dying.kill();
    const later = await stand.replicas.start();
    stand.survivor.faults.database = 'away';
    await until(async () => (await runOf(id, later)).state === FAILED);
    stand.survivor.faults.database = 'up';
    await later.stop();
    expect(await oneEventOf(id)).toMatchObject({ errorReason: 'RUN_LOST' });
  });

  it('is ended once when several processes find it at the same time', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const dying = await stand.replicas.start();
    const ids = await Promise.all([1, 2, 3].map(() => read(dying).runId));
    stand.survivor.faults.database = 'frozen';
    dying.kill();
    const finders = [1, 2].map(
      () => new RunRecovery(stand.replicas.database, { notify: () => undefined }, silentLogger),
    );
    let found: LostRow[][] = [];
    await until(async () => {
      found = await Promise.all(finders.map((finder) => finder.find([])));
      return found.every((rows) => rows.length === 3);
    });
    await Promise.all(finders.map((finder, index) => finder.end(found[index]!)));
    const rows = await stand.replicas.database.query('acme', 'select id from outbox');
    stand.survivor.faults.database = 'up';
    await until(() => ids.every((id) => stand.replicas.eventsOf(id).length > 0));
    expect(rows).toHaveLength(3);
  });
});

describe('CancelRun of a run of another process', () => {
  it('ends it there and returns it when it has ended', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const other = await stand.replicas.start();
    const reading = read(other);
    const { run } = await runsOf(stand.survivor).cancelRun({ id: await reading.runId });
    const end = await reading.end;
    await other.stop();
    expect([run!.state, end!]).toMatchObject([
      CANCELLED,
      { $case: 'failed', value: { error: { reason: 'RUN_CANCELLED' } } },
    ]);
  });

  it('is not found by another tenant, whose attempt changes nothing', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const other = await stand.replicas.start();
    const id = await read(other).runId;
    await expect(runsOf(stand.survivor, 'stranger').cancelRun({ id })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    const [row] = await stand.replicas.database.query(
      'acme',
      'select cancel_requested from runs where id = $1',
      [id],
    );
    await runsOf(other).cancelRun({ id });
    await other.stop();
    expect(row).toEqual({ cancel_requested: false });
  });

  it('returns a run whose process is lost when it has been ended', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const dying = await stand.replicas.start();
    const id = await read(dying).runId;
    dying.kill();
    const { run } = await runsOf(stand.survivor).cancelRun({ id });
    expect([run!.state, run!.error!.reason]).toEqual([FAILED, 'RUN_LOST']);
  });
});

/** What would be told of a run if its process died now. */
async function draftOf(id: string): Promise<events.RunFinished> {
  const [row] = await stand.replicas.database.query<{ draft: Uint8Array }>(
    'acme',
    'select draft from runs where id = $1',
    [id],
  );
  return events.RunFinished.decode(row!.draft);
}

/** The id of the run that goes on. */
async function rowOf(tenantId: string): Promise<string> {
  let rows: { id: string }[] = [];
  await until(async () => {
    rows = await stand.replicas.database.query(tenantId, 'select id from runs where state = 1');
    return rows.length === 1;
  });
  return rows[0]!.id;
}
