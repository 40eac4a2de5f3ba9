import { type Door, type DoorAnswer, post, send } from '../door';

/** Asks for a whole answer. */
export function chat(door: Door, content = 'Hi', requestId?: string): Promise<DoorAnswer> {
  return post(
    door,
    'v1/chat/completions',
    { model: 'fake-model', messages: [{ role: 'user', content }] },
    requestId === undefined ? {} : { headers: { 'x-request-id': requestId } },
  );
}

/** A streamed answer that is read as it comes. */
export interface ChatStream {
  /** The body so far. */
  text(): string;
  /** Resolves when the body so far holds the text; rejects when the stream ends without it. */
  until(text: string): Promise<void>;
  /** Resolves with the whole body when the stream has ended. */
  ended: Promise<string>;
}

/** Asks for a streamed answer. */
export async function streamChat(door: Door, content = 'Hi'): Promise<ChatStream> {
  const response = await send(door, 'v1/chat/completions', {
    model: 'fake-model',
    stream: true,
    messages: [{ role: 'user', content }],
  });
  let text = '';
  let over = false;
  let onChange: () => void = () => undefined;
  const read = async () => {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body!) {
        text += decoder.decode(chunk, { stream: true });
        onChange();
      }
    } finally {
      over = true;
      onChange();
    }
    return text;
  };
  const ended = read();
  ended.catch(() => undefined);
  return {
    text: () => text,
    ended,
    async until(wanted) {
      while (!text.includes(wanted)) {
        if (over) throw new Error(`the stream ended without '${wanted}': ${text}`);
        await new Promise<void>((resolve) => (onChange = resolve));
      }
    },
  };
}

/** Asks again and again until the answer is as it should be; rejects with the last one when that takes too long. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  withinMs = 60_000,
): Promise<T> {
  const endsAt = performance.now() + withinMs;
  for (;;) {
    const answer = await ask().catch((error: unknown) => error as T);
    if (!(answer instanceof Error) && isRight(answer)) return answer;
    if (performance.now() > endsAt) throw new Error(`not within ${withinMs} ms: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
