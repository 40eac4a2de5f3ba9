import { common, orchestrator } from '@weft/contracts';
import { notFound } from '@weft/errors';
import { implement, type RpcContext, type RpcService } from '@weft/rpc';

type StreamEvent = Parameters<typeof orchestrator.StreamChatResponse.fromPartial>[0];

/** Stands for the orchestrator: each test sets what the chat answers. */
export interface FakeOrchestrator {
  /** What the last chat call brought. */
  lastCall: { request: orchestrator.ChatRequest; context: RpcContext } | undefined;
  chat(
    request: orchestrator.ChatRequest,
    context: RpcContext,
  ): Promise<Parameters<typeof orchestrator.ChatResponse.fromPartial>[0]>;
  stream(request: orchestrator.ChatRequest, context: RpcContext): AsyncIterable<StreamEvent>;
}

/** An orchestrator that greets. */
export function fakeOrchestrator(): FakeOrchestrator {
  return {
    lastCall: undefined,
    chat: (request) =>
      Promise.resolve({
        runId: 'run-1',
        model: request.model,
        message: { role: common.Role.ASSISTANT, content: 'Hello there' },
        finishReason: common.FinishReason.STOP,
        usage: { inputTokens: 3, outputTokens: 2 },
      }),
    stream: (request) =>
      streamOf(startedEvent(request.model), textEvent('Hello '), textEvent('there'), completedEvent()),
  };
}

export function startedEvent(model = 'm'): StreamEvent {
  return { event: { $case: 'started', value: { runId: 'run-1', model } } };
}

export function textEvent(text: string): StreamEvent {
  return { event: { $case: 'text', value: { text } } };
}

export function completedEvent(): StreamEvent {
  return {
    event: {
      $case: 'completed',
      value: { finishReason: common.FinishReason.STOP, usage: { inputTokens: 3, outputTokens: 2 } },
    },
  };
}

export function failedEvent(error: Partial<common.ErrorStatus>): StreamEvent {
  return { event: { $case: 'failed', value: { error } } };
}

/** A stream of these events, numbered from 1. */
export async function* streamOf(...events: StreamEvent[]): AsyncGenerator<StreamEvent, void, undefined> {
  for (const [index, event] of events.entries())
    yield await Promise.resolve({ sequence: index + 1, ...event });
}

/** A stream that stands still after its first text until it may go on. */
export async function* heldStream(goOn: Promise<void>): AsyncGenerator<StreamEvent, void, undefined> {
  yield { sequence: 1, ...startedEvent() };
  yield { sequence: 2, ...textEvent('Hel') };
  await goOn;
  yield { sequence: 3, ...completedEvent() };
}

/** The orchestrator's services. */
export function chatServices(fake: FakeOrchestrator): RpcService[] {
  const assistant = { name: 'docs', version: 3, createTime: new Date(1_700_000_000_000) };
  return [
    implement(orchestrator.ChatServiceDefinition, {
      chat(request, context) {
        fake.lastCall = { request, context };
        return fake.chat(request, context);
      },
      async *streamChat(request, context) {
        fake.lastCall = { request: request.call!, context };
        yield* fake.stream(request.call!, context);
      },
    }),
    implement(orchestrator.AssistantServiceDefinition, {
      listAssistants: () => Promise.resolve({ assistants: [assistant] }),
      getAssistant: ({ name }) =>
        name === 'docs' ? Promise.resolve({ assistant }) : Promise.reject(notFound('assistant', name)),
      createAssistant: () => Promise.resolve({ assistant }),
      updateAssistant: () => Promise.resolve({ assistant }),
      deleteAssistant: () => Promise.resolve({}),
    }),
  ];
}
