import { type common, type orchestrator } from '@weft/contracts';
import { callFrom, type Peers } from '@weft/rpc';
import { type ChatTarget } from './chat-target';
import { type RunRecord } from './run-record';
import { type RunTrace } from './run-trace';

/** One run on its way: what was asked, of whom, and what its steps work with. */
export interface ChatRun {
  request: orchestrator.ChatRequest;
  target: ChatTarget;
  trace: RunTrace;
  /** Its durable side. */
  record: RunRecord;
  peers: Peers;
  /** Aborted when the client goes away, at the deadline and by CancelRun. */
  signal: AbortSignal;
  stepTimeoutMs: number;
}

/** The options of a call that a step makes. */
export function stepCall(run: ChatRun) {
  return callFrom({ caller: run.trace.caller, signal: run.signal }, { timeoutMs: run.stepTimeoutMs });
}

/** The options of a model call: bounded by the run's own deadline alone. */
export function modelCall(run: ChatRun) {
  return callFrom({ caller: run.trace.caller, signal: run.signal });
}

/** The last thing a person said; empty when nobody did. */
export function lastQuestion(messages: common.Message[], userRole: common.Role): string {
  return messages.findLast(({ role }) => role === userRole)?.content ?? '';
}
