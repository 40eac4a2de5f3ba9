import { type OutgoingHttpHeaders } from 'node:http';
import { orchestrator } from '@weft/contracts';
import { publicError, type Peers } from '@weft/rpc';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { jsonBodyOf, sendJson } from '../http/request-body';
import { SseWriter } from '../http/sse-writer';
import { createChatChunks, type ChatChunks, doneFrame, errorFrame, keepAliveFrame } from './chat-chunks';
import { type ChatCall, readChatRequest } from './chat-request';
import { toChatCompletion } from './chat-response';
import { completeChatStream } from './complete-chat-stream';
import { toOpenAiError } from './openai-error';

/** Serves `POST /v1/chat/completions`. */
export function chatRoute(peers: Peers) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const call = readChatRequest(jsonBodyOf(request));
    request.exchange.paramOf = call.paramOf;
    if (call.stream) return streamAnswer(peers, call, request, reply);
    const chat = peers.client(orchestrator.ChatServiceDefinition);
    const response = await chat.chat(call.request, request.exchange.callOptions);
    void reply.header('x-weft-run-id', response.runId);
    return sendJson(reply, JSON.stringify(toChatCompletion(response, nowSeconds())));
  };
}

/**
 * Streams an answer. The head goes out with the first event after `started`, so that whatever is refused or fails before the first
 * token has its own HTTP status; after that a failure is an `error` event, and `[DONE]` comes after `completed` alone.
 */
async function streamAnswer(
  peers: Peers,
  call: ChatCall,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const { exchange } = request;
  const writer = new SseWriter(reply.raw);
  const chat = peers.client(orchestrator.ChatServiceDefinition);
  const events = completeChatStream(chat.streamChat({ call: call.request }, exchange.callOptions));
  const relay = new StreamRelay(writer, call, reply);
  try {
    for await (const event of events) {
      const caughtUp = relay.pass(event);
      if (caughtUp !== undefined) await caughtUp;
    }
  } catch (error) {
    if (!writer.opened) throw error;
    writer.end(errorFrame(toOpenAiError(publicError(exchange.reasonOf(error)), call.paramOf)));
    return reply;
  }
  writer.end(doneFrame);
  return reply;
}

/** Turns the events of one answer into frames. */
class StreamRelay {
  private runId = '';
  private model: string;
  private chunks: ChatChunks | undefined;

  constructor(
    private readonly writer: SseWriter,
    private readonly call: ChatCall,
    private readonly reply: FastifyReply,
  ) {
    this.model = call.request.model;
  }

  /** A promise means: wait for the reader. */
  pass({ event }: orchestrator.StreamChatResponse): Promise<void> | undefined {
    if (event === undefined) return undefined;
    if (event.$case === 'started') {
      this.runId = event.value.runId;
      this.model = event.value.model;
      void this.reply.header('x-weft-run-id', this.runId);
      return undefined;
    }
    if (this.chunks === undefined) {
      this.chunks = this.open();
      return this.writer.send(this.chunks.role() + frameOf(event, this.chunks));
    }
    const frame = frameOf(event, this.chunks);
    return frame === '' ? undefined : this.writer.send(frame);
  }

  private open(): ChatChunks {
    // From here on the response is ours: fastify neither writes it nor ends it.
    this.reply.hijack();
    this.writer.open(this.reply.getHeaders() as OutgoingHttpHeaders);
    this.reply.request.exchange.observation?.streams();
    return createChatChunks({
      runId: this.runId,
      model: this.model,
      created: nowSeconds(),
      includeUsage: this.call.includeUsage,
    });
  }
}

type ChatEvent = NonNullable<orchestrator.StreamChatResponse['event']>;

/** The frame of an event; empty for what concerns the assistant alone. */
function frameOf(event: ChatEvent, chunks: ChatChunks): string {
  switch (event.$case) {
    case 'text':
      return chunks.text(event.value.text);
    case 'toolCall':
      return event.value.callerRuns && event.value.call
        ? chunks.toolCall(event.value.index, event.value.call)
        : '';
    case 'heartbeat':
      return keepAliveFrame;
    case 'completed':
      return chunks.completed(event.value);
    default:
      return '';
  }
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
