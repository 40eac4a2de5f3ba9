import { type GenerationEvent } from '../language-model-provider';

/** What one chunk of a streamed chat completion says. */
export interface ChunkBody {
  model: unknown;
  error: unknown;
  usage: unknown;
  events: GenerationEvent[];
  /** Undefined when the chunk names none. */
  finishReason: unknown;
  /** Whether the model produced anything, reasoning that is not shown included. */
  hasContent: boolean;
}

interface RawChunk {
  model?: unknown;
  error?: unknown;
  usage?: unknown;
  choices?: unknown;
}

interface RawDelta {
  content?: unknown;
  refusal?: unknown;
  reasoning_content?: unknown;
  reasoning?: unknown;
  tool_calls?: unknown;
}

interface RawToolCall {
  index?: unknown;
  id?: unknown;
  function?: { name?: unknown; arguments?: unknown } | null;
}

/** Reads the JSON of a chunk; undefined when it is not the JSON of an object. */
export function readChunk(data: string): ChunkBody | undefined {
  let raw: RawChunk | null;
  try {
    raw = JSON.parse(data) as RawChunk | null;
  } catch {
    return undefined;
  }
  if (typeof raw !== 'object' || raw === null) return undefined;
  const { model, error, usage, choices } = raw;
  const chunk: ChunkBody = { model, error, usage, events: [], finishReason: undefined, hasContent: false };
  const choice = (Array.isArray(choices) ? choices[0] : undefined) as
    { delta?: RawDelta | null; finish_reason?: unknown } | undefined;
  if (!choice) return chunk;
  if (choice.delta) readDelta(choice.delta, chunk);
  chunk.finishReason = choice.finish_reason ?? undefined;
  chunk.hasContent ||= chunk.events.length > 0 || chunk.finishReason !== undefined;
  return chunk;
}

function readDelta(delta: RawDelta, chunk: ChunkBody): void {
  const { content, refusal, tool_calls: toolCalls } = delta;
  for (const text of [content, refusal]) {
    if (typeof text === 'string' && text !== '') chunk.events.push({ kind: 'text', text });
  }
  if (Array.isArray(toolCalls)) {
    toolCalls.forEach((call: RawToolCall | null, position) => {
      if (call) chunk.events.push(toolCallOf(call, position));
    });
  }
  chunk.hasContent = isText(delta.reasoning_content) || isText(delta.reasoning);
}

function toolCallOf({ index, id, function: called }: RawToolCall, position: number): GenerationEvent {
  return {
    kind: 'tool-call',
    index: Number.isInteger(index) ? (index as number) : position,
    id: textOr(id),
    name: textOr(called?.name),
    argumentsJson: textOr(called?.arguments),
  };
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function textOr(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
