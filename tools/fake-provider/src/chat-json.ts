import { type Answer, callsOf, textOf } from './answer';
import { type ChatRequest } from './chat-request';
import { type Exchange } from './exchange';
import { type Script } from './script';
import { usageReport } from './usage-report';

/** Answers with a whole chat completion, with the faults of its script. */
export async function sendChatJson(
  exchange: Exchange,
  script: Script,
  request: ChatRequest,
  answer: Answer,
): Promise<void> {
  const delayMs =
    (script.delayBeforeFirstTokenMs ?? 0) + (script.delayBetweenTokensMs ?? 0) * answer.pieces.length;
  if (delayMs > 0) await exchange.sleep(delayMs);
  if (exchange.isOver) return;
  exchange.record.usage.completionTokens = answer.pieces.length;
  const body = completionText(exchange.record.number, script, request, answer, exchange);
  const at = [script.stall?.at, script.cut?.at].find((point) => typeof point === 'number');
  if (at === undefined && !script.badJson) {
    exchange.sendJson(200, body);
    return;
  }
  const half = body.slice(0, body.length / 2);
  if (script.badJson) {
    exchange.sendJson(200, half);
    return;
  }
  exchange.sendHead(200, { 'content-type': 'application/json' });
  await exchange.write(half);
  await exchange.pass(script, at!, () => '');
}

function completionText(
  number: number,
  script: Script,
  request: ChatRequest,
  answer: Answer,
  exchange: Exchange,
): string {
  const toolCalls = callsOf(answer.pieces).map(({ id, name, arguments: json }) => ({
    id,
    type: 'function',
    function: { name, arguments: json },
  }));
  const text = textOf(answer.pieces);
  const message = {
    role: 'assistant',
    content: text === '' && toolCalls.length > 0 ? null : text,
    refusal: null,
    ...(toolCalls.length > 0 ? { tool_calls: toolCalls } : {}),
  };
  return JSON.stringify({
    id: `chatcmpl-fake-${number}`,
    object: 'chat.completion',
    created: Math.floor(Date.now() / 1000),
    model: request.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: answer.finishReason }],
    usage: usageReport(script, exchange.record.usage),
  });
}
