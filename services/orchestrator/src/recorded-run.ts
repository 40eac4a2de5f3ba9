import { common, orchestrator } from '@weft/contracts';
import { WeftError } from '@weft/errors';
import { abortReason, publicError, toErrorStatus } from '@weft/rpc';
import { type Logger } from '@weft/runtime';
import { answerChat } from './answer-chat';
import { type ChatEvent } from './chat-event';
import { type ChatRun } from './chat-run';
import { type ChatMode } from './model-turn';
import { type RunRecorder } from './run-recorder';
import { type RunEnd } from './run-trace';

export interface RecordedRunOptions {
  recorder: RunRecorder;
  logger: Logger;
  /** Called when the run is recorded, or could not be. */
  onEnd(): void;
}

/**
 * Answers and records: whatever becomes of the run, one record is written, and the terminal event waits for it. Throws nothing; a
 * failure is the event `failed`. When the reader leaves, the run is recorded as cancelled with what it took until then.
 */
export async function* recordedRun(
  run: ChatRun,
  mode: ChatMode,
  options: RecordedRunOptions,
): AsyncGenerator<ChatEvent, void, undefined> {
  const { trace } = run;
  let ended = false;
  try {
    const { finishReason } = yield* answerChat(run, mode);
    await options.recorder.record(trace, {
      state: orchestrator.RunState.COMPLETED,
      finishReason,
      error: undefined,
    });
    ended = true;
    yield {
      $case: 'completed',
      value: { finishReason, usage: trace.usage(), citations: trace.citations, cached: trace.cached },
    };
  } catch (error) {
    const failure = failureOf(run, error, options.logger);
    ended = true;
    await recordQuietly(run, failureEnd(failure), options);
    yield { $case: 'failed', value: { error: toErrorStatus(failure), usage: trace.usage() }, error: failure };
  } finally {
    if (!ended) await recordQuietly(run, failureEnd(readerLeft()), options);
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

/** The run has failed already: that its record fails too goes to the log. */
async function recordQuietly(
  run: ChatRun,
  end: RunEnd,
  { recorder, logger }: RecordedRunOptions,
): Promise<void> {
  try {
    await recorder.record(run.trace, end);
  } catch (error) {
    logger.error({ err: error, runId: run.trace.id }, 'a failed run could not be recorded');
  }
}
