import { common, events, orchestrator } from '@weft/contracts';
import { silentLogger } from '@weft/runtime';
import { RunRecovery } from './run-recovery';
import { type LostRow } from './run-rows';
import { bindCaller } from '@weft/testing';
import { createFakePeers, type FakePeers } from './testing/fake-peers';
import { openReplicas, type Replica, type Replicas } from './testing/replicas.fixture';
import { until } from './testing/until';

// A process that is lost is noticed after its lease: short here, so that the tests need not wait long.
const leaseMs = 300;
const env = {
  WEFT_ORCHESTRATOR_RUN_LEASE_MS: String(leaseMs),
  WEFT_ORCHESTRATOR_RECORD_TIMEOUT_MS: '5000',
};
const caller = { tenantId: 'acme' };
const { COMPLETED, FAILED, CANCELLED, RUNNING } = orchestrator.RunState;

let fake: FakePeers;
let replicas: Replicas;
let survivor: Replica;

beforeAll(async () => {
  fake = createFakePeers();
  replicas = await openReplicas(fake.services, env);
  survivor = await replicas.start();
});

afterAll(() => replicas.stop());

beforeEach(() => {
  const { services: _, ...fresh } = createFakePeers();
  Object.assign(fake, fresh);
});

const runsOf = (replica: Replica, tenantId = 'acme') =>
  bindCaller(replica.transport, orchestrator.RunServiceDefinition, { tenantId });

const ask = (content: string) => [{ role: common.Role.USER, content }];

/** A chat that is read as it comes, until it ends however it ends. */
interface Reading {
  runId: Promise<string>;
  kinds: string[];
  /** The terminal event, or the error that ended the call. */
  end: Promise<orchestrator.StreamChatResponse['event'] | Error>;
}

function read(replica: Replica, model = 'fake-model', content = 'Hi'): Reading {
  const started = Promise.withResolvers<string>();
  const kinds: string[] = [];
  const reading = async () => {
    let last: orchestrator.StreamChatResponse['event'];
    const chat = bindCaller(replica.transport, orchestrator.ChatServiceDefinition, caller);
    const stream = chat.streamChat({ call: { model, messages: ask(content) } });
    try {
      for await (const { event } of stream) {
        last = event;
        kinds.push(event!.$case);
        if (event?.$case === 'started') started.resolve(event.value.runId);
      }
    } catch (error) {
      return error as Error;
    }
    return last;
  };
  return { runId: started.promise, kinds, end: reading() };
}

async function runOf(id: string, replica = survivor): Promise<orchestrator.Run> {
  return (await runsOf(replica).getRun({ id })).run!;
}

async function ended(id: string): Promise<orchestrator.Run> {
  await until(async () => (await runOf(id)).state !== RUNNING);
  return await runOf(id);
}

async function oneEventOf(runId: string): Promise<events.RunFinished> {
  await until(() => replicas.eventsOf(runId).length > 0);
  const all = replicas.eventsOf(runId);
  expect(all).toHaveLength(1);
  return all[0]!;
}

async function toolAssistant(name: string): Promise<string> {
  const assistants = bindCaller(survivor.transport, orchestrator.AssistantServiceDefinition, caller);
  await assistants.createAssistant({ name, spec: { model: 'fake-model', tools: ['calculator'] } });
  return `assistant:${name}`;
}

const toolCall = { id: 'c1', name: 'calculator', argumentsJson: '{"expression":"2+2"}' };

describe('a run that goes on', () => {
  it('has a row before its model is called, which every replica sees', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const other = await replicas.start();
    const reading = read(other);
    const id = await reading.runId;
    const { runs } = await runsOf(survivor).listRuns({ state: RUNNING });
    const seen = await runOf(id);
    await runsOf(other).cancelRun({ id });
    await other.stop();
    expect([seen.state, seen.model, runs.map((run) => run.id)]).toEqual([RUNNING, 'fake-model', [id]]);
  });

  it('is not seen by another tenant', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const reading = read(survivor);
    const id = await reading.runId;
    const stranger = runsOf(survivor, 'other');
    const { runs } = await stranger.listRuns({});
    await expect(stranger.getRun({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await runsOf(survivor).cancelRun({ id });
    expect(runs).toEqual([]);
  });

  it('keeps its lease for as long as its process lives', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const other = await replicas.start();
    const id = await read(other).runId;
    // Another run that is lost meanwhile shows that the survivor looked, and looked after this one's first lease had passed.
    const dying = await replicas.start();
    const lost = await read(dying).runId;
    dying.kill();
    await ended(lost);
    const { state } = await runOf(id);
    await runsOf(other).cancelRun({ id });
    await other.stop();
    expect(state).toBe(RUNNING);
  });
});

async function leaseLeftMs(id: string): Promise<number> {
  const [row] = await replicas.database.query<{ left: number }>(
    'acme',
    `select extract(epoch from lease_end_time - now())::float8 * 1000 as left from runs where id = $1`,
    [id],
  );
  return row!.left;
}

describe('a run whose process is killed', () => {
  it('is ended as lost, once, and billed with what was known of its call', async () => {
    fake.turns = [{ texts: ['one two three '], end: 'stall' }];
    const dying = await replicas.start();
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
    const dying = await replicas.start();
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
    const dying = await replicas.start();
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
    const dying = await replicas.start();
    const id = await read(dying).runId;
    dying.kill();
    const later = await replicas.start();
    survivor.faults.database = 'away';
    await until(async () => (await runOf(id, later)).state === FAILED);
    survivor.faults.database = 'up';
    await later.stop();
    expect(await oneEventOf(id)).toMatchObject({ errorReason: 'RUN_LOST' });
  });

  it('is ended once when several processes find it at the same time', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const dying = await replicas.start();
    const ids = await Promise.all([1, 2, 3].map(() => read(dying).runId));
    survivor.faults.database = 'frozen';
    dying.kill();
    const finders = [1, 2].map(
      () => new RunRecovery(replicas.database, { notify: () => undefined }, silentLogger),
    );
    let found: LostRow[][] = [];
    await until(async () => {
      found = await Promise.all(finders.map((finder) => finder.find([])));
      return found.every((rows) => rows.length === 3);
    });
    await Promise.all(finders.map((finder, index) => finder.end(found[index]!)));
    const rows = await replicas.database.query('acme', 'select id from outbox');
    survivor.faults.database = 'up';
    await until(() => ids.every((id) => replicas.eventsOf(id).length > 0));
    expect(rows).toHaveLength(3);
  });
});

/** What would be told of a run if its process died now. */
async function draftOf(id: string): Promise<events.RunFinished> {
  const [row] = await replicas.database.query<{ draft: Uint8Array }>(
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
    rows = await replicas.database.query(tenantId, 'select id from runs where state = 1');
    return rows.length === 1;
  });
  return rows[0]!.id;
}

describe('a process that is cut off for longer than its lease', () => {
  it('ends its stream as lost and leaves the row as it was ended', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const frozen = await replicas.start();
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
    const frozen = await replicas.start();
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
    const frozen = await replicas.start();
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
    const other = await replicas.start({ WEFT_ORCHESTRATOR_RECORD_TIMEOUT_MS: '200' });
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
    const reading = read(survivor);
    const id = await reading.runId;
    survivor.faults.database = 'away';
    go.resolve();
    await until(() => fake.modelEnds === 1);
    survivor.faults.database = 'up';
    expect([(await reading.end)!, (await runOf(id)).state]).toMatchObject([
      { $case: 'completed' },
      COMPLETED,
    ]);
  });

  it('ends a stream as not recorded when it stays away, and its run is recorded with its true usage later', async () => {
    const go = Promise.withResolvers<void>();
    fake.turns = [{ texts: ['one '], waitFor: go.promise, end: 'completed' }];
    const other = await replicas.start({
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
    const other = await replicas.start();
    const reading = read(other);
    const id = await reading.runId;
    for (const { faults } of [survivor, other]) faults.database = 'away';
    await until(async () => (await leaseLeftMs(id)) < -leaseMs);
    survivor.faults.database = 'up';
    // The survivor is back first, and looks before the other has extended its lease.
    const looks = survivor.faults.steps + 6;
    await until(() => survivor.faults.steps > looks);
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
    const other = await replicas.start();
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
    const other = await replicas.start({ WEFT_ORCHESTRATOR_RECORD_TIMEOUT_MS: '200' });
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

describe('CancelRun of a run of another process', () => {
  it('ends it there and returns it when it has ended', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const other = await replicas.start();
    const reading = read(other);
    const { run } = await runsOf(survivor).cancelRun({ id: await reading.runId });
    const end = await reading.end;
    await other.stop();
    expect([run!.state, end!]).toMatchObject([
      CANCELLED,
      { $case: 'failed', value: { error: { reason: 'RUN_CANCELLED' } } },
    ]);
  });

  it('is not found by another tenant, whose attempt changes nothing', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const other = await replicas.start();
    const id = await read(other).runId;
    await expect(runsOf(survivor, 'stranger').cancelRun({ id })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const [row] = await replicas.database.query('acme', 'select cancel_requested from runs where id = $1', [
      id,
    ]);
    await runsOf(other).cancelRun({ id });
    await other.stop();
    expect(row).toEqual({ cancel_requested: false });
  });

  it('returns a run whose process is lost when it has been ended', async () => {
    fake.turns = [{ texts: ['one '], end: 'stall' }];
    const dying = await replicas.start();
    const id = await read(dying).runId;
    dying.kill();
    const { run } = await runsOf(survivor).cancelRun({ id });
    expect([run!.state, run!.error!.reason]).toEqual([FAILED, 'RUN_LOST']);
  });
});
