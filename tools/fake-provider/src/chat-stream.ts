import { type Answer, type Piece } from './answer';
import { type ChatRequest } from './chat-request';
import { type Exchange } from './exchange';
import { type Script } from './script';
import { SseWriter } from './sse-writer';
import { usageReport } from './usage-report';

/** Streams an answer as chat completion chunks, with the faults of its script. */
export async function streamChat(
  exchange: Exchange,
  script: Script,
  request: ChatRequest,
  answer: Answer,
): Promise<void> {
  const chunks = new ChunkText(exchange.record.number, request);
  const writer = new SseWriter(exchange, script.framing);
  exchange.sendHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
  exchange.response.flushHeaders();
  if (script.delayBeforeFirstTokenMs) await exchange.sleep(script.delayBeforeFirstTokenMs);
  if (!(await streamPieces(exchange, script, answer.pieces, writer, chunks))) return;

  if (answer.finishReason !== null) await writer.event(chunks.finish(answer.finishReason));
  const usage = request.stream_options?.include_usage
    ? usageReport(script, exchange.record.usage)
    : undefined;
  if (usage) await writer.event(chunks.usage(usage));
  if (script.framing?.done !== false) await writer.event('[DONE]');
  if (!exchange.isOver) exchange.response.end();
}

async function streamPieces(
  exchange: Exchange,
  script: Script,
  pieces: Piece[],
  writer: SseWriter,
  chunks: ChunkText,
): Promise<boolean> {
  const faults = pointsOf(script, pieces.length);
  for (let sent = 0; sent <= pieces.length; sent += 1) {
    if (exchange.isOver) return false;
    const next = sent < pieces.length ? chunks.piece(pieces[sent]!, sent === 0) : chunks.finish('stop');
    if (faults.has(sent) && !(await meetFaults(exchange, script, sent, pieces.length, writer, next)))
      return false;
    if (sent === pieces.length) break;
    if (sent > 0 && script.delayBetweenTokensMs) {
      await exchange.sleep(script.delayBetweenTokensMs);
      if (exchange.isOver) return false;
    }
    const full = writer.event(next);
    exchange.countTokens(1);
    if (full) await full;
  }
  return !exchange.isOver;
}

/** The numbers of sent tokens at which something goes wrong; a point beyond the answer is its end. */
function pointsOf(script: Script, length: number): Set<number> {
  const points = [script.stall?.at, script.cut?.at, script.errorEvent?.at, script.badJson?.at];
  return new Set(points.filter((at) => typeof at === 'number').map((at) => Math.min(at, length)));
}

async function meetFaults(
  exchange: Exchange,
  script: Script,
  sent: number,
  length: number,
  writer: SseWriter,
  next: string,
): Promise<boolean> {
  const isHere = (at: unknown) => typeof at === 'number' && Math.min(at, length) === sent;
  if (isHere(script.badJson?.at)) await writer.event('{"choices": [{"delta": {"content": oops');
  if (script.errorEvent && isHere(script.errorEvent.at)) {
    const { message = 'The model failed.', type = 'server_error', code = null } = script.errorEvent;
    await writer.event(JSON.stringify({ error: { message, type, param: null, code } }));
    if (!exchange.isOver) exchange.response.end();
    return false;
  }
  if (!isHere(script.stall?.at) && !isHere(script.cut?.at)) return !exchange.isOver;
  const here = { ...script, stall: isHere(script.stall?.at) ? { ...script.stall, at: sent } : undefined };
  if (script.cut && isHere(script.cut.at)) here.cut = { ...script.cut, at: sent };
  const line = `data: ${next}`;
  return exchange.pass(here, sent, () => line.slice(0, line.length / 2));
}

/** Makes the JSON of chunks; the parts that are the same in each are made once. */
class ChunkText {
  private readonly head: string;
  private readonly tail: string;

  constructor(number: number, request: ChatRequest) {
    const created = Math.floor(Date.now() / 1000);
    const usage = request.stream_options?.include_usage ? ',"usage":null' : '';
    this.head = `{"id":"chatcmpl-fake-${number}","object":"chat.completion.chunk","created":${created},"model":${JSON.stringify(request.model)},"choices":[`;
    this.tail = `]${usage}}`;
  }

  piece(piece: Piece, isFirst: boolean): string {
    const role = isFirst ? '"role":"assistant",' : '';
    const delta =
      piece.kind === 'text'
        ? `"content":${JSON.stringify(piece.text)}`
        : `"tool_calls":[${callDelta(piece)}]`;
    return `${this.head}{"index":0,"delta":{${role}${delta}},"finish_reason":null}${this.tail}`;
  }

  finish(reason: string): string {
    return `${this.head}{"index":0,"delta":{},"finish_reason":${JSON.stringify(reason)}}${this.tail}`;
  }

  usage(usage: Record<string, unknown>): string {
    return `${this.head}],"usage":${JSON.stringify(usage)}}`;
  }
}

function callDelta({ index, id, name, arguments: text }: Extract<Piece, { kind: 'call' }>): string {
  if (id === undefined) return JSON.stringify({ index, function: { arguments: text } });
  return JSON.stringify({ index, id, type: 'function', function: { name, arguments: text } });
}
