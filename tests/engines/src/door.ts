/** The HTTP door of a weft. */
export interface Door {
  httpUrl: string;
  adminKey: string;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a black box: who reads an answer says what is in it
export type Answer = any;

export interface DoorAnswer {
  status: number;
  headers: Headers;
  /** Undefined where the answer is empty. */
  body: Answer;
}

export interface PostOptions {
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Sends JSON; resolves with the head of the answer. */
export function send(
  { httpUrl, adminKey }: Door,
  path: string,
  body: unknown,
  { headers, ...options }: PostOptions = {},
): Promise<Response> {
  return fetch(`${httpUrl}/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    ...options,
  });
}

/** Posts JSON, and reads the whole answer. */
export async function post(
  door: Door,
  path: string,
  body: unknown,
  options?: PostOptions,
): Promise<DoorAnswer> {
  const response = await send(door, path, body, options);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}
