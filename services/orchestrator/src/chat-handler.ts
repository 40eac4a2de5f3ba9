import { common, orchestrator } from '@weft/contracts';
import { internal } from '@weft/errors';
import { implement, type Peers, type RpcContext, type RpcService } from '@weft/rpc';
import { type Logger } from '@weft/runtime';
import { type ActiveRuns } from './active-runs';
import { type AssistantStore } from './assistant-store';
import { type ChatEvent } from './chat-event';
import { checkAgainstTarget, resolveTarget } from './chat-target';
import { type OrchestratorConfig } from './config';
import { contractStream, refusal } from './contract-stream';
import { type ChatMode } from './model-turn';
import { recordedRun } from './recorded-run';
import { type RunRecorder } from './run-recorder';
import { RunTrace } from './run-trace';

export interface ChatHandlerOptions {
  assistants: AssistantStore;
  active: ActiveRuns;
  recorder: RunRecorder;
  peers: Peers;
  config: OrchestratorConfig;
  logger: Logger;
}

/** Serves ChatService. */
export function chatHandler(options: ChatHandlerOptions): RpcService {
  return implement(orchestrator.ChatServiceDefinition, {
    async chat(request, context) {
      const { trace, events } = await openRun(options, request, context, 'whole');
      return await wholeAnswer(events, trace);
    },
    async *streamChat({ call }, context) {
      const { trace, events } = await openRun(options, call!, context, 'stream');
      yield* contractStream(events, {
        runId: trace.id,
        model: call!.model,
        heartbeatMs: options.config.heartbeatMs,
      });
    },
  });
}

async function openRun(
  { assistants, active, recorder, peers, config, logger }: ChatHandlerOptions,
  request: orchestrator.ChatRequest,
  { caller, signal }: RpcContext,
  mode: ChatMode,
): Promise<{ trace: RunTrace; events: AsyncGenerator<ChatEvent, void, undefined> }> {
  const target = await resolveTarget(assistants, caller.identity.tenantId, request.model);
  checkAgainstTarget(request, target);
  const trace = new RunTrace(caller, request.model, request.conversationId);
  trace.assistant = target.assistant;
  const activeRun = active.open(trace, signal);
  const run = {
    request,
    target,
    trace,
    record: recorder.open(trace, (reason) => activeRun.abort(reason)),
    peers,
    signal: activeRun.signal,
    stepTimeoutMs: config.stepTimeoutMs,
  };
  return { trace, events: recordedRun(run, mode, { logger, onEnd: () => activeRun.close() }) };
}

async function wholeAnswer(
  events: AsyncIterable<ChatEvent>,
  trace: RunTrace,
): Promise<orchestrator.ChatResponse> {
  let content = '';
  const toolCalls: common.ToolCall[] = [];
  for await (const event of events) {
    if (event.$case === 'text') content += event.value.text;
    else if (event.$case === 'toolCall' && event.value.callerRuns) toolCalls.push(event.value.call);
    else if (event.$case === 'failed') throw refusal(event.error, trace.id);
    else if (event.$case === 'completed') {
      const { finishReason, usage, citations, cached } = event.value;
      const message = common.Message.fromPartial({ role: common.Role.ASSISTANT, content, toolCalls });
      return { runId: trace.id, model: trace.model, message, finishReason, usage, citations, cached };
    }
  }
  throw internal('a run ended without its terminal event');
}
