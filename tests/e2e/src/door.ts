import { adminKey, type WeftProcess } from './weft-process';

/** An answer of the JSON door. */
export interface DoorAnswer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- a black box: tests say what they expect of it
  body: any;
}

/** Calls a public RPC with a JSON body, as any HTTP client would. */
export async function call(
  weft: WeftProcess,
  method: string,
  body: unknown = {},
  key: string = adminKey,
): Promise<DoorAnswer> {
  return await post(weft, `/${method}`, body, key);
}

/** Posts JSON, or text as it is, to a path. */
export async function post(
  weft: WeftProcess,
  path: string,
  body: unknown,
  key: string = adminKey,
): Promise<DoorAnswer> {
  const response = await fetch(`${weft.httpUrl}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

/** Asks for a streamed answer as any HTTP client would; resolves with the head. */
export function openChatStream(weft: WeftProcess, model: string, content = 'Hi'): Promise<Response> {
  return fetch(`${weft.httpUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content }] }),
  });
}

/** The text of a streamed answer's body. */
export function textOfStream(body: string): string {
  const chunks = body.split('\n').filter((line) => line.startsWith('data: {'));
  return chunks.map((line) => JSON.parse(line.slice(6)).choices?.[0]?.delta.content ?? '').join('');
}

/** Makes a key and returns its secret. */
export async function createKey(
  weft: WeftProcess,
  options: { tenantId?: string; scopes?: string[]; requestsPerMinute?: number } = {},
): Promise<string> {
  const { status, body } = await call(weft, 'weft.gateway.v1.ApiKeyService/CreateApiKey', {
    displayName: 'test',
    scopes: ['*'],
    ...options,
  });
  if (status !== 200) throw new Error(`CreateApiKey answered ${status}: ${JSON.stringify(body)}`);
  return body.secret as string;
}

/** Makes a collection with documents. */
export async function createCollection(
  weft: WeftProcess,
  name: string,
  documents: Record<string, string>,
  key: string = adminKey,
): Promise<void> {
  await expectOk(call(weft, 'weft.retrieval.v1.CollectionService/CreateCollection', { name }, key));
  await expectOk(
    call(
      weft,
      'weft.retrieval.v1.DocumentService/IngestDocuments',
      {
        collection: name,
        documents: Object.entries(documents).map(([uri, text]) => ({
          uri,
          content: Buffer.from(text).toString('base64'),
        })),
      },
      key,
    ),
  );
}

/** Waits for an answer and refuses one that is not 200. */
export async function expectOk(answer: Promise<DoorAnswer>): Promise<DoorAnswer['body']> {
  const { status, body } = await answer;
  if (status !== 200) throw new Error(`expected 200, got ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** Waits until a check passes; throws what it says last after ten seconds. */
export async function eventually<T>(check: () => Promise<T | undefined>): Promise<T> {
  const latest = Date.now() + 10_000;
  for (;;) {
    const value = await check();
    if (value !== undefined) return value;
    if (Date.now() > latest) throw new Error('the condition did not come true within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
