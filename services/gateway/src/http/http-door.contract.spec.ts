import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import fc from 'fast-check';
import { publicMethods } from '../entry/public-methods';
import { useGatewayStand } from '../gateway-stand.fixture';

const stand = useGatewayStand({
  WEFT_HTTP_BODY_LIMIT_BYTES: '65536',
  WEFT_HTTP_INGEST_BODY_LIMIT_BYTES: '131072',
});

const chat = '/v1/chat/completions';
const getQuota = '/weft.gateway.v1.QuotaService/GetQuota';
const ingest = '/weft.retrieval.v1.DocumentService/IngestDocuments';

interface Sent {
  method?: string;
  body?: string | Buffer;
  headers?: Record<string, string>;
}

function send(path: string, { method = 'POST', body, headers = {} }: Sent = {}): Promise<Response> {
  return fetch(stand.httpUrl + path, {
    method,
    headers: { authorization: `Bearer ${stand.adminKey}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: body as string }),
  });
}

const openAiError = {
  error: { message: expect.any(String), type: expect.any(String), code: expect.any(String) },
};
const connectError = { code: expect.any(String), message: expect.any(String), details: expect.any(Array) };

/** Sends bytes that no client library would, and reads the whole answer. */
async function sendRaw(text: string): Promise<string> {
  const socket = connect(Number(new URL(stand.httpUrl).port), '127.0.0.1');
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
  socket.end(text);
  await once(socket, 'close');
  return answer;
}

describe('authentication', () => {
  test('every route but the probes answers 401 without a key', async () => {
    const guarded = stand.instance.http.routes.filter((route) => !/ \/(livez|readyz)$/.test(route));
    const statuses = await Promise.all(
      guarded.map(async (route) => {
        const [method, path] = route.split(' ') as [string, string];
        return (await fetch(stand.httpUrl + path, { method })).status;
      }),
    );
    expect([guarded.length > 40, new Set(statuses)]).toEqual([true, new Set([401])]);
  });

  test.each(['Bearer wrong-key-of-somebody', 'Basic abc', 'Bearer', ''])(
    'answers 401 to the authorization %j',
    async (authorization) => {
      expect((await send(getQuota, { body: '{}', headers: { authorization } })).status).toBe(401);
    },
  );

  test('asks for a bearer token', async () => {
    expect(
      (await send(getQuota, { body: '{}', headers: { authorization: '' } })).headers.get('www-authenticate'),
    ).toBe('Bearer');
  });

  test('answers 401 before it reads the body', async () => {
    const response = await send(chat, {
      body: '{{{',
      headers: { authorization: 'Bearer wrong-key-of-somebody' },
    });
    expect(response.status).toBe(401);
  });

  test.each([
    [chat, openAiError],
    [getQuota, connectError],
  ])('says so in the shape of the door: %s', async (path, shape) => {
    expect(await (await send(path, { headers: { authorization: '' }, body: '{}' })).json()).toMatchObject(
      shape,
    );
  });

  test('tells nobody which keys exist', async () => {
    const answer = async (key: string) =>
      (await send(getQuota, { body: '{}', headers: { authorization: `Bearer ${key}` } })).json();
    expect(await answer('weft_ab12cd34_x')).toEqual(await answer('another-text-that-is-no-key'));
  });
});

describe('what is wrong with a request', () => {
  test.each([
    ['an unknown route', 404, '/v1/nothing', {}],
    ['an unknown method of a service', 404, '/weft.gateway.v1.QuotaService/Nothing', { body: '{}' }],
    ['an internal method', 404, '/weft.llm.v1.LlmService/Generate', { body: '{}' }],
    ['a wrong HTTP method', 405, chat, { method: 'GET' }],
    ['a wrong HTTP method of an RPC', 405, getQuota, { method: 'GET' }],
    ['a wrong HTTP method of a probe', 405, '/livez', { method: 'DELETE' }],
    [
      'a wrong content type',
      415,
      chat,
      { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
    ],
    [
      'a wrong content type of an RPC',
      415,
      getQuota,
      { body: '<a/>', headers: { 'content-type': 'text/xml' } },
    ],
    ['a compressed body', 415, chat, { body: '{}', headers: { 'content-encoding': 'gzip' } }],
    ['wrong JSON', 400, chat, { body: '{"model":' }],
    ['wrong JSON of an RPC', 400, getQuota, { body: '{"model":' }],
    ['no body', 400, chat, { body: '' }],
    ['an array', 400, chat, { body: '[]' }],
    ['a key that stands twice', 400, chat, { body: '{"model":"a","model":"b"}' }],
    ['__proto__', 400, chat, { body: '{"__proto__":{}}' }],
    ['deep nesting', 400, chat, { body: `{"a":${'['.repeat(10_000)}` }],
    ['a body over the limit', 413, chat, { body: `{"a":"${'x'.repeat(70_000)}"}` }],
    ['a body over the limit of an RPC', 413, getQuota, { body: `{"a":"${'x'.repeat(70_000)}"}` }],
    ['documents over the limit', 413, ingest, { body: `{"a":"${'x'.repeat(140_000)}"}` }],
    ['an undecodable path', 400, '/v1/models/%E0%A4%A', { method: 'GET' }],
    ['a wrong timeout', 400, getQuota, { body: '{}', headers: { 'connect-timeout-ms': 'soon' } }],
  ] as [string, number, string, Sent][])(
    '%s is answered with %i in the shape of the door',
    async (_what, status, path, sent) => {
      const response = await send(path, sent);
      const shape = path.startsWith('/v1') ? openAiError : connectError;
      expect([response.status, await response.json()]).toMatchObject([status, shape]);
    },
  );

  test('a wrong HTTP method is told the right one', async () => {
    expect((await send(chat, { method: 'PUT', body: '{}' })).headers.get('allow')).toBe('POST');
  });

  test('a body over the limit is told the limit', async () => {
    const answer = (await (await send(chat, { body: `{"a":"${'x'.repeat(70_000)}"}` })).json()) as {
      error: object;
    };
    expect(answer.error).toMatchObject({
      message: 'The body must have at most 65536 bytes.',
      code: 'message_too_large',
    });
  });

  test('a body far over the limit gets its answer, and not a broken pipe', async () => {
    const body = `{"a":"${'x'.repeat(16 * 1024 * 1024)}"}`;
    expect((await send(chat, { body })).status).toBe(413);
  });

  test('a body without a length that goes far over the limit gets its answer too', async () => {
    const call = httpRequest(stand.httpUrl + chat, {
      method: 'POST',
      headers: { authorization: `Bearer ${stand.adminKey}`, 'content-type': 'application/json' },
    });
    const answered = once(call, 'response') as Promise<[IncomingMessage]>;
    call.write('{"a":"');
    for (let piece = 0; piece < 256; piece += 1) call.write('x'.repeat(65_536));
    call.end('"}');
    const [response] = await answered;
    response.resume();
    expect(response.statusCode).toBe(413);
  });

  test('documents have a limit of their own', async () => {
    const document = { uri: 'a', content: Buffer.alloc(70_000).toString('base64') };
    const response = await send(ingest, { body: JSON.stringify({ collection: 'c', documents: [document] }) });
    // Nobody stands in for the retrieval service here: the body was taken.
    expect(response.status).toBe(503);
  });

  test('bad JSON names the field on /v1', async () => {
    const answer = await (await send(chat, { body: '{"model":"a","model":"b"}' })).json();
    expect(answer).toMatchObject({
      error: { param: 'model', message: 'model: stands more than once in the same object' },
    });
  });

  test.each([
    ['bytes that are no HTTP', 'nonsense\r\n\r\n', 'HTTP/1.1 400'],
    [
      'headers that are too large',
      `GET /livez HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
      'HTTP/1.1 431',
    ],
    [
      'two lengths of the body',
      `POST ${chat} HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n{}`,
      'HTTP/1.1 400',
    ],
    [
      'a length and chunks',
      `POST ${chat} HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n{}`,
      'HTTP/1.1 400',
    ],
    ['no host', 'GET /livez HTTP/1.1\r\n\r\n', 'HTTP/1.1 400'],
  ])('%s are refused', async (_what, text, status) => {
    expect((await sendRaw(text)).startsWith(status)).toBe(true);
  });

  test('whatever JSON comes is answered or refused, and is never an error of ours', async () => {
    const fields = [
      'model',
      'messages',
      'stop',
      'tools',
      'tool_choice',
      'response_format',
      'weft',
      'temperature',
      'stream_options',
      'seed',
    ];
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constant([{ role: 'user', content: 'Hi' }]),
      fc.constant('m'),
    );
    const bodies = fc.dictionary(fc.constantFrom(...fields), value, { noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(bodies, async (fuzz) => {
        const { status } = await send(chat, { body: JSON.stringify(fuzz) });
        expect([200, 400]).toContain(status);
      }),
      { numRuns: 300 },
    );
  });

  test('whatever JSON comes to an RPC is refused or handed on, and is never an error of ours', async () => {
    const paths = fc.constantFrom(...publicMethods().map(({ path }) => path));
    const keys = fc.constantFrom(
      'name',
      'spec',
      'id',
      'pageSize',
      'pageToken',
      'documents',
      'messages',
      'texts',
      'version',
      'startTime',
    );
    await fc.assert(
      fc.asyncProperty(
        paths,
        fc.dictionary(keys, fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true }),
        async (path, fuzz) => {
          const { status } = await send(path, { body: JSON.stringify(fuzz) });
          expect(status).not.toBe(500);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('nothing of this ended the process', async () => {
    expect((await send(getQuota, { body: '{}' })).status).toBe(200);
  });
});

describe('every answer', () => {
  test.each([
    ['a good one', getQuota, { body: '{}' }],
    ['one of a probe', '/livez', { method: 'GET' }],
    ['a 401', getQuota, { body: '{}', headers: { authorization: '' } }],
    ['a 404', '/nothing', { method: 'GET' }],
    ['a 405', getQuota, { method: 'GET' }],
    ['a 400', chat, { body: '{' }],
    ['one to an undecodable path', '/v1/models/%E0%A4%A', { method: 'GET' }],
  ] as [string, string, Sent][])('%s carries the request id', async (_what, path, sent) => {
    const response = await send(path, { ...sent, headers: { ...sent.headers, 'x-request-id': 'mine' } });
    expect(response.headers.get('x-request-id')).toBe('mine');
  });

  test("has a request id of ours where the client's cannot be taken over", async () => {
    const response = await send('/livez', { method: 'GET', headers: { 'x-request-id': 'not good' } });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('probes', () => {
  test('livez needs no key', async () => {
    expect((await fetch(`${stand.httpUrl}/livez`)).status).toBe(200);
  });

  test('readyz needs no key', async () => {
    expect((await fetch(`${stand.httpUrl}/readyz`)).status).toBe(200);
  });
});
