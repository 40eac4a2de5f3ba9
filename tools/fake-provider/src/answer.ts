import { type ChatRequest, contentText, lastUserText } from './chat-request';
import { type Script, type ScriptedToolCall } from './script';
import { countTokens, splitTokens } from './tokens';

/** What is streamed at once, and counted as one token. */
export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'call'; index: number; id?: string; name?: string; arguments: string };

/** A tool call as it is sent. */
export interface AnsweredToolCall {
  id: string;
  name: string;
  arguments: string;
}

/** An answer before it is sent. */
export interface Answer {
  pieces: Piece[];
  finishReason: string | null;
  promptTokens: number;
}

const defaultText = 'This is the answer of the fake provider, made of a few plain words for you.';
const fixedAnswers = new WeakMap<Script, Omit<Answer, 'promptTokens'>>();

/** Makes the answer to a request from its script: text or echo, then tool calls, cut at the request's token limit. */
export function makeAnswer(script: Script, request: ChatRequest): Answer {
  const promptTokens = request.messages.reduce(
    (sum, { content }) => sum + countTokens(contentText(content)),
    0,
  );
  const answer = script.echo ? compose(script, lastUserText(request)) : fixedAnswer(script);
  const limit = request.max_completion_tokens ?? request.max_tokens ?? Infinity;
  if (answer.pieces.length <= limit) return { ...answer, promptTokens };
  const pieces = answer.pieces.slice(0, limit);
  const finishReason = script.finishReason === undefined ? 'length' : script.finishReason;
  return { pieces, finishReason, promptTokens };
}

/** The text of all pieces. */
export function textOf(pieces: Piece[]): string {
  return pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');
}

/** The tool calls of all pieces. */
export function callsOf(pieces: Piece[]): AnsweredToolCall[] {
  const calls: AnsweredToolCall[] = [];
  for (const piece of pieces) {
    if (piece.kind !== 'call') continue;
    if (piece.id === undefined) calls[piece.index]!.arguments += piece.arguments;
    else calls[piece.index] = { id: piece.id, name: piece.name ?? '', arguments: piece.arguments };
  }
  return calls;
}

function fixedAnswer(script: Script): Omit<Answer, 'promptTokens'> {
  let answer = fixedAnswers.get(script);
  if (!answer) {
    answer = compose(script, script.text ?? (script.toolCalls ? '' : defaultText));
    fixedAnswers.set(script, answer);
  }
  return answer;
}

function compose(script: Script, text: string | string[]): Omit<Answer, 'promptTokens'> {
  const tokens = typeof text === 'string' ? splitTokens(text) : text;
  const pieces: Piece[] = [];
  for (let round = 0; round < (script.repeat ?? 1); round += 1) {
    for (const token of tokens) pieces.push({ kind: 'text', text: token });
  }
  script.toolCalls?.forEach((call, index) =>
    pieces.push(...callPieces(call, index, script.toolCallPieceLength ?? 8)),
  );
  const usual = script.toolCalls?.length ? 'tool_calls' : 'stop';
  const finishReason = script.finishReason === undefined ? usual : script.finishReason;
  return { pieces, finishReason };
}

function callPieces(call: ScriptedToolCall, index: number, length: number): Piece[] {
  const text = typeof call.arguments === 'string' ? call.arguments : JSON.stringify(call.arguments);
  const pieces: Piece[] = [
    { kind: 'call', index, id: call.id ?? `call_${index}`, name: call.name, arguments: '' },
  ];
  for (let start = 0; start < text.length; start += length) {
    pieces.push({ kind: 'call', index, arguments: text.slice(start, start + length) });
  }
  return pieces;
}
