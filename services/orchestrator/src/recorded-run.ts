import { common, orchestrator } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { abortReason, publicError, toErrorStatus } from '@weft/rpc';
import { type Logger } from '@weft/runtime';
import { answerChat } from './answer-chat';
import { type ChatEvent } from './chat-event';
import { type ChatRun } from './chat-run';
import { type ChatMode } from './model-turn';
import { type RunEnd } from './run-trace';

export interface RecordedRunOptions {
  logger: Logger;
  /** Called when the run is recorded, or could not be in time. */
  onEnd(): void;
}

/**
 * Answers and records: whatever becomes of the run, one end is recorded, and the terminal event waits for it. Throws nothing; a
 * failure is the event `failed`. A run that somebody else ended as lost has failed, whatever it came to: what is told of it is what
 * is recorded. When the reader leaves, the run is recorded as cancelled with what it took until then.
 */
export async function* recordedRun(
  run: ChatRun,
  mode: ChatMode,
  options: RecordedRunOptions,
): AsyncGenerator<ChatEvent, void, undefined> {
  const { trace } = run;
  let isEnding = false;
  const end = (how: RunEnd): Promise<void> => {
    isEnding = true;
    return run.record.end(how);
  };
  try {
    const { finishReason } = yield* answerChat(run, mode);
    await end({ state: orchestrator.RunState.COMPLETED, finishReason, error: undefined });
    yield {
      $case: 'completed',
      value: { finishReason, usage: trace.usage(), citations: trace.citations, cached: trace.cached },
    };
  } catch (error) {
    const failure = failureOf(run, error, options.logger);
    if (!isEnding) await quietly(run, end(failureEnd(failure)), options);
    yield { $case: 'failed', value: { error: toErrorStatus(failure), usage: trace.usage() }, error: failure };
  } finally {
    if (!isEnding) await quietly(run, end(failureEnd(readerLeft())), options);
    options.onEnd();
  }
}

function failureOf(run: ChatRun, error: unknown, logger: Logger): WeftError {
  if (run.signal.aborted) return abortReason(run.signal);
  const failure = publicError(error);
  if (failure.code === 'INTERNAL') logger.error({ err: error, runId: run.trace.id }, 'a run failed');
  return failure;
}

function failureEnd(error: WeftError): RunEnd {
  const { CANCELLED, FAILED } = orchestrator.RunState;
  return {
    state: error.code === 'CANCELLED' ? CANCELLED : FAILED,
    finishReason: common.FinishReason.UNSPECIFIED,
    error,
  };
}

function readerLeft(): WeftError {
  return new WeftError('CANCELLED', 'CALLER_GONE', 'The reader of the stream went away.');
}

/** The run has failed already: that its end is not recorded goes to the log. */
async function quietly(
  run: ChatRun,
  recording: Promise<void>,
  { logger }: RecordedRunOptions,
): Promise<void> {
  try {
    await recording;
  } catch (error) {
    logger.warn({ err: error, runId: run.trace.id }, 'the end of a failed run is not recorded');
  }
}
