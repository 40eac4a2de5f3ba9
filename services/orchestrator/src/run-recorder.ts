import { events, orchestrator } from '@weft/contracts';
import {
  ALL_TENANTS,
  createGroupCommit,
  type Database,
  type GroupCommit,
  outboxStatement,
} from '@weft/postgres';
import { newId } from '@weft/runtime';
import { type RunEnd, type RunTrace } from './run-trace';

/** The subject of the event that tells of an ended run. */
export const runFinishedSubject = 'weft.orchestrator.run_finished.v1';

interface Entry {
  tenantId: string;
  run: orchestrator.Run;
  event: events.RunFinished;
}

/**
 * Writes ended runs with their events, many in one transaction: what ends while one commit is under way goes into the
 * next. `record` resolves when its own run is durable.
 */
export class RunRecorder {
  private readonly commits: GroupCommit<Entry>;

  constructor(
    private readonly database: Database,
    private readonly outbox: { notify(): void },
  ) {
    this.commits = createGroupCommit({ flush: (entries) => this.write(entries) });
  }

  async record(trace: RunTrace, end: RunEnd): Promise<orchestrator.Run> {
    const run = trace.toRun(end);
    await this.commits.add({ tenantId: trace.caller.identity.tenantId, run, event: trace.toEvent(run) });
    return run;
  }

  /** Waits for what is being written. */
  drain(): Promise<void> {
    return this.commits.drain();
  }

  private async write(entries: Entry[]): Promise<void> {
    // Runs of several tenants share a commit, so the transaction is not any one tenant's.
    await this.database.batch(ALL_TENANTS, [runsStatement(entries), outboxStatement(entries.map(toOutbox))]);
    this.outbox.notify();
  }
}

function runsStatement(entries: Entry[]) {
  const rows = entries.map(({ tenantId, run }) => ({
    tenant_id: tenantId,
    id: run.id,
    assistant: run.assistant,
    state: run.state,
    record: Buffer.from(orchestrator.Run.encode(run).finish()).toString('base64'),
  }));
  return {
    text: `insert into runs (tenant_id, id, assistant, state, record)
           select tenant_id, id, assistant, state, decode(record, 'base64')
           from jsonb_to_recordset($1::jsonb) as r (tenant_id text, id uuid, assistant text, state smallint, record text)`,
    values: [JSON.stringify(rows)],
  };
}

function toOutbox({ tenantId, run, event }: Entry) {
  return {
    id: newId(),
    subject: runFinishedSubject,
    tenantId,
    eventTime: run.endTime!,
    payload: events.RunFinished.encode(event).finish(),
  };
}
