import { type ErrorCode, unavailable, WeftError } from '@weft/errors';
import { Agent, type Dispatcher } from 'undici';
import { type DoorAddress } from './door-address';
import { toDoorError } from './door-error';
import { type DoorMethod } from './door-methods';

/** How one call is made. */
export interface DoorCall {
  /** Ends the call early. */
  signal?: AbortSignal;
  /** The longest wait for the whole answer, in milliseconds: 30,000 if unset. */
  timeoutMs?: number;
}

/** A running weft, called through its HTTP door. Every method throws WeftError. */
export interface DoorClient {
  /** Calls an RPC with a request in canonical proto3 JSON. */
  call<Answer>(method: DoorMethod, request: object, call?: DoorCall): Promise<Answer>;
  get<Answer>(path: string, call?: DoorCall): Promise<Answer>;
  post<Answer>(path: string, body: object, call?: DoorCall): Promise<Answer>;
  /** Posts, and returns the body of the answer as it comes. More than a minute of silence ends it with an error. */
  stream(path: string, body: object, call?: Pick<DoorCall, 'signal'>): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

/** As much of a key as the server shows too, in its list of keys; of a short one only a third. */
const shownKeyLengthMax = 12;
const defaultTimeoutMs = 30_000;
const connectTimeoutMs = 10_000;
/** Weft says every 10 s that a stream is alive. */
const streamSilenceMs = 60_000;
/** The longest deadline of a chat: until then a stream may wait for its first byte. */
const streamHeadersMs = 600_000;

/** Makes a client; connections are opened when they are needed. */
export function createDoorClient(address: DoorAddress): DoorClient {
  const { url, apiKey, keySource } = address;
  const agent = new Agent({ connect: { timeout: connectTimeoutMs } });
  const base = new URL(url);
  const prefix = base.pathname.replace(/\/+$/, '');

  async function send(
    path: string,
    options: { body?: object; signal?: AbortSignal; headersTimeout: number; bodyTimeout: number },
  ): Promise<Dispatcher.ResponseData> {
    const { body, ...rest } = options;
    const answer = await agent.request({
      ...rest,
      origin: base.origin,
      path: `${prefix}${path}`,
      method: body === undefined ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (answer.statusCode === 200) return answer;
    const header = (name: string) => [answer.headers[name]].flat()[0];
    throw withKeySource(
      toDoorError({ status: answer.statusCode, header, text: await answer.body.text() }),
      apiKey,
      keySource,
    );
  }

  async function whole<Answer>(path: string, body: object | undefined, call: DoorCall = {}): Promise<Answer> {
    const timeout = AbortSignal.timeout(call.timeoutMs ?? defaultTimeoutMs);
    const signal = call.signal === undefined ? timeout : AbortSignal.any([call.signal, timeout]);
    try {
      const answer = await send(path, { body, signal, headersTimeout: 0, bodyTimeout: 0 });
      return parseAnswer<Answer>(await answer.body.text(), url);
    } catch (error) {
      throw toCallError(error, url, call.signal);
    }
  }

  return {
    call: (method, request, call) => whole(method, request, call),
    get: (path, call) => whole(path, undefined, call),
    post: whole,
    async stream(path, body, { signal } = {}) {
      try {
        const answer = await send(path, {
          body,
          signal,
          headersTimeout: streamHeadersMs,
          bodyTimeout: streamSilenceMs,
        });
        return withCallErrors(answer.body, url, signal);
      } catch (error) {
        throw toCallError(error, url, signal);
      }
    },
    close: () => agent.destroy(),
  };
}

/** A refused key is named, as far as a key may be shown, with the place where it was found. */
function withKeySource(error: WeftError, apiKey: string, keySource: string): WeftError {
  if (error.code !== 'UNAUTHENTICATED') return error;
  const shown = apiKey.slice(0, Math.min(shownKeyLengthMax, Math.floor(apiKey.length / 3)));
  const message = `${error.message} The key that was sent (${shown}…) comes from ${keySource}.`;
  const { metadata, violations, retryDelayMs } = error;
  return new WeftError(error.code, error.reason, message, {
    metadata: { ...metadata },
    violations: [...violations],
    retryDelayMs,
    cause: error,
  });
}

async function* withCallErrors(
  body: AsyncIterable<Uint8Array>,
  url: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* body;
  } catch (error) {
    throw toCallError(error, url, signal);
  }
}

function parseAnswer<Answer>(text: string, url: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch (cause) {
    throw new WeftError(
      'UNKNOWN',
      'NOT_JSON',
      `${url} answered with something other than JSON. Is it weft's HTTP door?`,
      {
        cause,
      },
    );
  }
}

/** What went wrong on the way to weft, in words for a person. */
function toCallError(error: unknown, url: string, signal: AbortSignal | undefined): WeftError {
  if (error instanceof WeftError) return error;
  if (signal?.aborted) return new WeftError('CANCELLED', 'INTERRUPTED', 'Interrupted.', { cause: error });
  const { name, code, message } = error as { name?: string; code?: string; message?: string };
  if (name === 'TimeoutError' || code === 'UND_ERR_HEADERS_TIMEOUT' || code === 'UND_ERR_BODY_TIMEOUT') {
    const silence: ErrorCode = 'DEADLINE_EXCEEDED';
    return new WeftError(silence, 'NO_ANSWER', `${url} did not answer in time.`, { cause: error });
  }
  if (
    code === 'ECONNREFUSED' ||
    code === 'ENOTFOUND' ||
    code === 'EAI_AGAIN' ||
    code === 'UND_ERR_CONNECT_TIMEOUT'
  ) {
    return unavailable('UNREACHABLE', `${url} cannot be reached (${code}).`, { cause: error });
  }
  return unavailable('CONNECTION_LOST', `The connection to ${url} failed: ${message ?? String(error)}`, {
    cause: error,
  });
}
