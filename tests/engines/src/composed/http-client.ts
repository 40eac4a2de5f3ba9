/** The HTTP door of a weft. */
export interface Door {
  httpUrl: string;
  adminKey: string;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a black box: who reads an answer says what is in it
export type Answer = any;

export interface HttpAnswer {
  status: number;
  headers: Headers;
  body: Answer;
}

/** Posts JSON. */
export async function post(
  { httpUrl, adminKey }: Door,
  path: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<HttpAnswer> {
  const response = await fetch(`${httpUrl}/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

/** Asks for a whole answer. */
export function chat(door: Door, content = 'Hi', requestId?: string): Promise<HttpAnswer> {
  return post(
    door,
    'v1/chat/completions',
    { model: 'fake-model', messages: [{ role: 'user', content }] },
    requestId === undefined ? {} : { 'x-request-id': requestId },
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
export async function streamChat({ httpUrl, adminKey }: Door, content = 'Hi'): Promise<ChatStream> {
  const response = await fetch(`${httpUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'fake-model', stream: true, messages: [{ role: 'user', content }] }),
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
