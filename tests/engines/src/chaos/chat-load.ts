import { type Door, send } from '../door';
import { type Random } from './random';

/** What became of a chat, as its client saw it. */
export type ChatOutcome = 'completed' | 'left' | 'failed';

/** Chats that go on until they are stopped. */
export interface ChatLoad {
  /** The chats so far, by request id. */
  outcomes: ReadonlyMap<string, ChatOutcome>;
  stop(): Promise<void>;
}

type Kind = 'whole' | 'stream' | 'leave';
const pauseMs = 20;

/**
 * Chats in several loops at once: whole answers, streams, and streams whose reader leaves after the first text. Each chat has its own
 * request id, which is also its message, so that the provider's record tells them apart.
 */
export function startChatLoad(door: Door, random: Random, options: { loops: number }): ChatLoad {
  const outcomes = new Map<string, ChatOutcome>();
  let stopping = false;
  let count = 0;
  const loop = async () => {
    while (!stopping) {
      const id = `chaos-${(count += 1)}`;
      outcomes.set(id, await chat(door, id, random.pick<Kind>(['whole', 'stream', 'stream', 'leave'])));
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  };
  const loops = Array.from({ length: options.loops }, loop);
  return {
    outcomes,
    async stop() {
      stopping = true;
      await Promise.all(loops);
    },
  };
}

async function chat(door: Door, id: string, kind: Kind): Promise<ChatOutcome> {
  const leaving = new AbortController();
  try {
    const body = {
      model: 'fake-model',
      stream: kind !== 'whole',
      messages: [{ role: 'user', content: id }],
    };
    const response = await send(door, 'v1/chat/completions', body, {
      headers: { 'x-request-id': id },
      signal: AbortSignal.any([leaving.signal, AbortSignal.timeout(60_000)]),
    });
    if (!response.ok) {
      await response.text();
      return 'failed';
    }
    if (kind === 'whole') return isWhole(await response.text()) ? 'completed' : 'failed';
    return await readStream(response, kind === 'leave' ? leaving : undefined);
  } catch {
    return leaving.signal.aborted ? 'left' : 'failed';
  }
}

function isWhole(body: string): boolean {
  return JSON.parse(body).choices[0].finish_reason === 'stop';
}

/** A stream is whole when it ends with `[DONE]`; nothing else may look so. */
async function readStream(response: Response, leaving: AbortController | undefined): Promise<ChatOutcome> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body!) {
    text += decoder.decode(chunk, { stream: true });
    if (leaving !== undefined && text.includes('"content"')) leaving.abort();
  }
  return text.trimEnd().endsWith('data: [DONE]') ? 'completed' : 'failed';
}
