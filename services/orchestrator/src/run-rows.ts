import { common, events, orchestrator } from '@weft/contracts';
import { toErrorStatus } from '@weft/rpc';
import { recordedTraceparent } from '@weft/runtime';
import { runLost } from './run-errors';
import { sumUsage } from './run-usage';
import { type RunEnd, type RunTrace } from './run-trace';

/** A run as it is kept while it goes on. */
export interface OpenRow {
  tenantId: string;
  id: string;
  assistant: string;
  /** The encoded weft.orchestrator.v1.Run. */
  record: Uint8Array;
  /** The encoded weft.events.v1.RunFinished that tells of the run if its process dies now; the calls that are open have no end. */
  draft: Uint8Array;
}

/** A run that has ended, and the event that tells of it. */
export interface EndedRow {
  tenantId: string;
  id: string;
  assistant: string;
  state: orchestrator.RunState;
  record: Uint8Array;
  eventId: string;
  eventTime: Date;
  payload: Uint8Array;
  /** The W3C trace context of who began the run; undefined when a lost run is ended by another. */
  traceparent: string | undefined;
}

/** A run whose process is lost, as it was kept last. */
export interface LostRow {
  tenantId: string;
  id: string;
  record: Uint8Array;
  draft: Uint8Array;
  /** When it was found, by the database's clock. */
  foundTime: Date;
}

const lostEnd: RunEnd = {
  state: orchestrator.RunState.FAILED,
  finishReason: common.FinishReason.UNSPECIFIED,
  error: runLost(),
};

/** The run as it stands. */
export function openRow(trace: RunTrace): OpenRow {
  const draft = trace.toEvent(trace.toRun(lostEnd), [...trace.calls, ...trace.openCalls()]);
  return {
    tenantId: trace.caller.identity.tenantId,
    id: trace.id,
    assistant: trace.assistant?.name ?? '',
    record: orchestrator.Run.encode(trace.toRun()).finish(),
    draft: events.RunFinished.encode({ ...draft, endTime: undefined }).finish(),
  };
}

/** The run as it ended. */
export function endedRow(trace: RunTrace, end: RunEnd): EndedRow {
  const run = trace.toRun(end);
  const traceparent = recordedTraceparent(trace.caller.traceparent);
  return rowOf(trace.caller.identity.tenantId, run, trace.toEvent(run), traceparent);
}

/** The run as it ends because its process is lost: with the calls that were begun, and what was known of them last. */
export function lostRow({ tenantId, record, draft, foundTime }: LostRow): EndedRow {
  const event = events.RunFinished.decode(draft);
  event.calls = event.calls.map((call) => ({ ...call, endTime: call.endTime ?? foundTime }));
  const run: orchestrator.Run = {
    ...orchestrator.Run.decode(record),
    state: lostEnd.state,
    error: toErrorStatus(lostEnd.error!),
    usage: sumUsage(event.calls.map(({ usage }) => usage!)),
    endTime: foundTime,
  };
  return rowOf(tenantId, run, { ...event, endTime: foundTime });
}

function rowOf(
  tenantId: string,
  run: orchestrator.Run,
  event: events.RunFinished,
  traceparent?: string,
): EndedRow {
  return {
    tenantId,
    id: run.id,
    assistant: run.assistant,
    state: run.state,
    record: orchestrator.Run.encode(run).finish(),
    // One run, one event: whoever ends it, and however often that is tried.
    eventId: `${run.id}:finished`,
    eventTime: run.endTime!,
    payload: events.RunFinished.encode(event).finish(),
    traceparent,
  };
}
