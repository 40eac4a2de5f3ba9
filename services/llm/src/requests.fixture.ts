import { common, llm } from '@weft/contracts';
import { type CallBounds, type GenerationEvent } from './language-model-provider';
import { ProviderCalls } from './provider-calls';

/** A request of one user message. */
export function requestOf(content: string, fields: Partial<llm.GenerateRequest> = {}): llm.GenerateRequest {
  return {
    ...llm.GenerateRequest.fromPartial({ model: 'fake-model', messages: [user(content)] }),
    ...fields,
  };
}

export function user(content: string): common.Message {
  return common.Message.fromPartial({ role: common.Role.USER, content });
}

/** A passage with a text of its own and nothing else. */
export function passageOf(
  number: number,
  text: string,
  fields: Partial<common.Passage> = {},
): common.Passage {
  return { ...common.Passage.fromPartial({ number, text }), ...fields };
}

/** Bounds that nothing reaches unless the test aborts. */
export function openBounds(): CallBounds & { controller: AbortController } {
  const controller = new AbortController();
  return {
    controller,
    signal: controller.signal,
    deadline: Date.now() + 60_000,
    calls: new ProviderCalls(),
  };
}

/** Reads events to the end, or to the failure. */
export async function collect(
  source: AsyncIterable<GenerationEvent>,
): Promise<{ events: GenerationEvent[]; error: unknown }> {
  const events: GenerationEvent[] = [];
  try {
    for await (const event of source) events.push(event);
    return { events, error: undefined };
  } catch (error) {
    return { events, error };
  }
}

/** The text of the deltas among events. */
export function textOf(events: GenerationEvent[]): string {
  return events.map((event) => (event.kind === 'text' ? event.text : '')).join('');
}
