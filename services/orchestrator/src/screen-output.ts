import { type common, safety } from '@weft/contracts';
import { type ChatRun, stepCall } from './chat-run';

/** Screens a whole output text. */
export async function screenOutput(run: ChatRun, text: string): Promise<{ text: string; blocked: boolean }> {
  if (text === '') return { text, blocked: false };
  const { texts, blocked } = await screenTexts(run, [text]);
  return { text: texts[0]!, blocked };
}

/**
 * Screens the arguments of tool calls, which leave weft as text does. Arguments that are no JSON any more when the policy
 * has been at them count as blocked: half a call must not be made.
 */
export async function screenToolCalls(
  run: ChatRun,
  calls: common.ToolCall[],
): Promise<{ calls: common.ToolCall[]; blocked: boolean }> {
  if (calls.length === 0) return { calls, blocked: false };
  const originals = calls.map(({ argumentsJson }) => argumentsJson);
  const { texts, blocked } = await screenTexts(run, originals);
  const broken = texts.some(
    (text, index) => text !== originals[index] && isJson(originals[index]!) && !isJson(text),
  );
  return {
    calls: calls.map((call, index) => ({ ...call, argumentsJson: texts[index]! })),
    blocked: blocked || broken,
  };
}

async function screenTexts(run: ChatRun, texts: string[]): Promise<{ texts: string[]; blocked: boolean }> {
  const policy = run.target.assistant?.spec?.safetyPolicy ?? '';
  const verdict = await run.peers
    .client(safety.SafetyServiceDefinition)
    .screenText({ policy, direction: safety.Direction.OUTPUT, texts }, stepCall(run));
  run.trace.findingCount += verdict.findings.length;
  return { texts: verdict.texts, blocked: verdict.blocked };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
