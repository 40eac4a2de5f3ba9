import { orchestrator, safety } from '@weft/contracts';
import { implement, type RpcContext, type RpcService } from '../index';

type ScreenText = (
  request: safety.ScreenTextRequest,
  context: RpcContext,
) => Promise<Partial<safety.ScreenTextResponse>>;

type StreamScreenText = (
  requests: AsyncIterable<safety.StreamScreenTextRequest>,
  context: RpcContext,
) => AsyncIterable<Partial<safety.StreamScreenTextResponse>>;

type StreamChat = (
  request: orchestrator.StreamChatRequest,
  context: RpcContext,
) => AsyncIterable<Partial<orchestrator.StreamChatResponse>>;

/** A service with the handlers that a test needs; the others fail. */
export function partialService(
  definition: { methods: object },
  handlers: Record<string, (request: never, context: RpcContext) => unknown>,
): RpcService {
  const missing = Object.keys(definition.methods).map((name) => [
    name,
    () => Promise.reject(new Error(`${name} is not part of this test`)),
  ]);
  return implement(definition as never, { ...Object.fromEntries(missing), ...handlers } as never);
}

/** Safety with the handlers a test gives; the others answer what they are sent. */
export function safetyService(
  handlers: { screenText?: ScreenText; streamScreenText?: StreamScreenText } = {},
): RpcService {
  return implement(safety.SafetyServiceDefinition, {
    screenText: handlers.screenText ?? (({ texts }) => Promise.resolve({ texts })),
    streamScreenText:
      handlers.streamScreenText ??
      async function* echo(requests) {
        for await (const { text, end } of requests) yield { released: text, end };
      },
  });
}

/** Chat whose stream is what a test gives. */
export function chatService(streamChat: StreamChat): RpcService {
  return implement(orchestrator.ChatServiceDefinition, {
    chat: () => Promise.resolve({}),
    streamChat,
  });
}

export const screenRequest = { direction: safety.Direction.INPUT, texts: ['hello'] };

export const chatRequest = { call: { model: 'test', messages: [{ role: 2, content: 'hello' }] } };

/** A stream event that says nothing but its number. */
export function chatEvent(sequence: number, text = ''): Partial<orchestrator.StreamChatResponse> {
  return { sequence, event: { $case: 'text', value: { text } } };
}
