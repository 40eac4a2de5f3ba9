import { common, llm } from '@weft/contracts';
import { unavailable } from '@weft/errors';
import { abortReason, fromErrorStatus, isTerminal, upToLast } from '@weft/rpc';
import { withoutCallCounts } from './call-counts';
import { CallMeter } from './call-meter';
import { type ChatEvent, releasedText } from './chat-event';
import { type ChatRun, modelCall } from './chat-run';
import { OutputScreen } from './output-screen';
import { screenOutput, screenToolCalls } from './screen-output';

/** How a run calls its models: for a reader who waits for the whole, or for one who reads along. */
export type ChatMode = 'whole' | 'stream';

/** What one model call came to. */
export interface TurnResult {
  /** The released text. */
  text: string;
  toolCalls: common.ToolCall[];
  finishReason: common.FinishReason;
}

/**
 * Makes one model call, once the run's row says that it is made. Yields text that may be released, as events; returns what the call came
 * to.
 */
export async function* modelTurn(
  run: ChatRun,
  mode: ChatMode,
  call: llm.GenerateRequest,
): AsyncGenerator<ChatEvent, TurnResult, undefined> {
  const meter = new CallMeter(run.trace, call.model, call.messages);
  await announce(run, meter);
  const step = run.trace.openStep('generate');
  try {
    const result =
      mode === 'whole' ? yield* wholeTurn(run, call, meter) : yield* streamTurn(run, call, meter);
    const screened = await screenToolCalls(run, result.toolCalls);
    return screened.blocked
      ? { ...result, toolCalls: [], finishReason: common.FinishReason.CONTENT_FILTER }
      : { ...result, toolCalls: screened.calls };
  } catch (error) {
    step.fail(error);
    meter.fail(error, run.signal.aborted ? 'cancelled' : 'failed');
    throw withoutCallCounts(error);
  } finally {
    // Reached unsettled only when the reader left, or when the policy ended the answer before the model did.
    meter.settle('cancelled', undefined);
    step.close();
  }
}

/** Makes durable that the call is made. Whatever prevents that prevents the call. */
async function announce(run: ChatRun, meter: CallMeter): Promise<void> {
  try {
    await run.record.save();
    if (run.signal.aborted) throw abortReason(run.signal);
    meter.sent();
  } catch (error) {
    meter.discard();
    throw error;
  }
}

async function* wholeTurn(
  run: ChatRun,
  call: llm.GenerateRequest,
  meter: CallMeter,
): AsyncGenerator<ChatEvent, TurnResult, undefined> {
  const answer = await run.peers.client(llm.LlmServiceDefinition).generate(call, modelCall(run));
  meter.started(answer);
  meter.settle('completed', answer.usage);
  const { text, blocked } = await screenOutput(run, answer.message?.content ?? '');
  if (blocked) return { text: '', toolCalls: [], finishReason: common.FinishReason.CONTENT_FILTER };
  if (text !== '') yield releasedText(run, text);
  return { text, toolCalls: answer.message?.toolCalls ?? [], finishReason: answer.finishReason };
}

async function* streamTurn(
  run: ChatRun,
  call: llm.GenerateRequest,
  meter: CallMeter,
): AsyncGenerator<ChatEvent, TurnResult, undefined> {
  const toolCalls: common.ToolCall[] = [];
  const screen = new OutputScreen(run);
  let text = '';
  let finishReason: common.FinishReason | undefined;
  try {
    const events = run.peers.client(llm.LlmServiceDefinition).streamGenerate({ call }, modelCall(run));
    for await (const { event } of upToLast(events, isTerminal)) {
      if (event?.$case === 'started') meter.started(event.value);
      else if (event?.$case === 'toolCall') collectToolCall(toolCalls, event.value, meter);
      else if (event?.$case === 'text') {
        meter.wrote(event.value.text);
        const released = await screen.push(event.value.text);
        text += released.text;
        if (released.text !== '') yield releasedText(run, released.text);
        if (released.blocked)
          return { text, toolCalls: [], finishReason: common.FinishReason.CONTENT_FILTER };
      } else if (event?.$case === 'failed') {
        meter.settle('failed', event.value.usage);
        throw fromErrorStatus(event.value.error!);
      } else if (event?.$case === 'completed') {
        meter.settle('completed', event.value.usage);
        finishReason = event.value.finishReason;
      }
    }
    if (finishReason === undefined)
      throw unavailable('MODEL_STREAM_TRUNCATED', 'The model service ended its stream before its end event.');
    const rest = await screen.end();
    text += rest.text;
    if (rest.text !== '') yield releasedText(run, rest.text);
    return {
      text,
      toolCalls,
      finishReason: rest.blocked ? common.FinishReason.CONTENT_FILTER : finishReason,
    };
  } finally {
    screen.close();
  }
}

function collectToolCall(toolCalls: common.ToolCall[], delta: llm.ToolCallDelta, meter: CallMeter): void {
  const call = (toolCalls[delta.index] ??= { id: '', name: '', argumentsJson: '' });
  call.id ||= delta.id;
  call.name ||= delta.name;
  call.argumentsJson += delta.argumentsJson;
  meter.wrote(delta.name + delta.argumentsJson);
}
