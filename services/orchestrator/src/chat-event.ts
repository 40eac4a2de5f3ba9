import { type common, type orchestrator } from '@weft/contracts';
import { type WeftError } from '@weft/errors';
import { type ChatRun } from './chat-run';

/** What a run tells of itself, in order: text and tool calls, then exactly one of `completed` and `failed`. */
export type ChatEvent =
  | { $case: 'text'; value: orchestrator.ChatTextDelta }
  | { $case: 'toolCall'; value: { call: common.ToolCall; callerRuns: boolean; index: number } }
  | { $case: 'completed'; value: orchestrator.ChatCompleted }
  | { $case: 'failed'; value: orchestrator.ChatFailed; error: WeftError };

/** Text that may be released; the run's trace notes when the first came. */
export function releasedText(run: ChatRun, text: string): ChatEvent {
  run.trace.sawText();
  return { $case: 'text', value: { text } };
}
