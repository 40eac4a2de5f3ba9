import { orchestrator } from '@weft/contracts';

import { leaseMs, read, runsOf, toolCall, useReplicaStand } from './replica-stand.fixture';
import { until } from './testing/until';

const { COMPLETED, RUNNING } = orchestrator.RunState;

const stand = useReplicaStand();
const { ended, fake, oneEventOf, runOf, toolAssistant } = stand;

describe('a process that is cut off for longer than its lease', () => {
  it('ends its stream as lost and leaves the row as it was ended', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const frozen = await stand.replicas.start();
    const reading = read(frozen);
    const id = await reading.runId;
    frozen.faults.database = 'frozen';
    await ended(id);
    frozen.faults.database = 'up';
    const end = await reading.end;
    await frozen.stop();
    expect(end).toMatchObject({ $case: 'failed', value: { error: { code: 14, reason: 'RUN_LOST' } } });
    expect([await runOf(id), await oneEventOf(id)]).toMatchObject([
      { error: { reason: 'RUN_LOST' } },
      { errorReason: 'RUN_LOST' },
    ]);
  });

  it('tells an answer as lost that was streamed meanwhile, as it is recorded', async () => {
    const go = Promise.withResolvers<void>();
    fake.turns = [{ texts: ['one '], waitFor: go.promise, end: 'completed' }];
    const frozen = await stand.replicas.start();
    const reading = read(frozen);
    const id = await reading.runId;
    frozen.faults.database = 'frozen';
    await ended(id);
    go.resolve();
    await until(() => fake.modelEnds === 1);
    frozen.faults.database = 'up';
    const end = await reading.end;
    await frozen.stop();
    expect(end).toMatchObject({ $case: 'failed', value: { error: { reason: 'RUN_LOST' } } });
    expect((await oneEventOf(id)).state).toBe('failed');
  });

  it('calls no further model for a run that was ended as lost', async () => {
    const model = await toolAssistant('cut-off');
    const go = Promise.withResolvers<void>();
    fake.turns = [
      { texts: ['one '], waitFor: go.promise, toolCalls: [toolCall], end: 'completed' },
      { texts: ['two'], end: 'completed' },
    ];
    const frozen = await stand.replicas.start();
    const reading = read(frozen, model);
    const id = await reading.runId;
    frozen.faults.database = 'frozen';
    await ended(id);
    go.resolve();
    await until(() => fake.modelEnds === 1);
    frozen.faults.database = 'up';
    await reading.end;
    await frozen.stop();
    expect(fake.modelRequests).toHaveLength(1);
  });
});

describe('a database that is away', () => {
  it('refuses a new chat before any model is called', async () => {
    const other = await stand.replicas.start({ WEFT_ORCHESTRATOR_RECORD_TIMEOUT_MS: '200' });
    other.faults.database = 'away';
    const end = await read(other).end;
    other.faults.database = 'up';
    await other.stop();
    expect([end, fake.modelRequests]).toEqual([
      expect.objectContaining({ code: 'UNAVAILABLE', reason: 'RUN_NOT_RECORDED' }),
      [],
    ]);
  });

  it('does not end a stream: it completes when the database is back', async () => {
    const go = Promise.withResolvers<void>();
    fake.turns = [{ texts: ['one ', 'two '], waitFor: go.promise, end: 'completed' }];
    const reading = read(stand.survivor);
    const id = await reading.runId;
    stand.survivor.faults.database = 'away';
    go.resolve();
    await until(() => fake.modelEnds === 1);
    stand.survivor.faults.database = 'up';
    expect([(await reading.end)!, (await runOf(id)).state]).toMatchObject([
      { $case: 'completed' },
      COMPLETED,
    ]);
  });

  it('ends a stream as not recorded when it stays away, and its run is recorded with its true usage later', async () => {
    const go = Promise.withResolvers<void>();
    fake.turns = [{ texts: ['one '], waitFor: go.promise, end: 'completed' }];
    const other = await stand.replicas.start({
      WEFT_ORCHESTRATOR_RECORD_TIMEOUT_MS: '200',
      WEFT_ORCHESTRATOR_RUN_LEASE_MS: '60000',
    });
    const reading = read(other);
    const id = await reading.runId;
    other.faults.database = 'away';
    go.resolve();
    const end = await reading.end;
    other.faults.database = 'up';
    const event = await oneEventOf(id);
    await other.stop();
    expect(end).toMatchObject({
      $case: 'failed',
      value: { error: { code: 14, reason: 'RUN_NOT_RECORDED' } },
    });
    expect(event.calls).toMatchObject([{ usage: { inputTokens: 10, outputTokens: 5, estimated: false } }]);
  });

  it('lets nobody take those for lost who could not reach it either', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const other = await stand.replicas.start();
    const reading = read(other);
    const id = await reading.runId;
    for (const { faults } of [stand.survivor, other]) faults.database = 'away';
    await until(async () => (await leaseLeftMs(id)) < -leaseMs);
    stand.survivor.faults.database = 'up';
    // The survivor is back first, and looks before the other has extended its lease.
    const looks = stand.survivor.faults.steps + 6;
    await until(() => stand.survivor.faults.steps > looks);
    other.faults.database = 'up';
    await until(async () => (await leaseLeftMs(id)) > 0);
    const { state } = await runOf(id);
    await runsOf(other).cancelRun({ id });
    await other.stop();
    expect(state).toBe(RUNNING);
  });
});

describe('a commit whose outcome is unknown', () => {
  it('is made again and ends the run once', async () => {
    const go = Promise.withResolvers<void>();
    fake.turns = [{ texts: ['one '], waitFor: go.promise, end: 'completed' }];
    const other = await stand.replicas.start();
    const reading = read(other);
    const id = await reading.runId;
    other.faults.database = 'commit-unknown';
    go.resolve();
    await until(async () => (await runOf(id)).state === COMPLETED);
    other.faults.database = 'up';
    const end = await reading.end;
    await other.stop();
    expect([end!, (await oneEventOf(id)).state]).toMatchObject([{ $case: 'completed' }, 'completed']);
  });

  it('of a refused run leaves no call that was never made', async () => {
    const other = await stand.replicas.start({ WEFT_ORCHESTRATOR_RECORD_TIMEOUT_MS: '200' });
    other.faults.database = 'commit-unknown';
    const end = (await read(other).end) as { metadata?: Record<string, string> };
    const id = end.metadata!['run_id']!;
    other.faults.database = 'up';
    const event = await oneEventOf(id);
    await other.stop();
    expect([event.state, event.errorReason, event.calls, fake.modelRequests]).toEqual([
      'failed',
      'RUN_NOT_RECORDED',
      [],
      [],
    ]);
  });
});

async function leaseLeftMs(id: string): Promise<number> {
  const [row] = await stand.replicas.database.query<{ left: number }>(
    'acme',
    `select extract(epoch from lease_end_time - now())::float8 * 1000 as left from runs where id = $1`,
    [id],
  );
  return row!.left;
}
