import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { invalidField, notFound, WeftError } from '@weft/errors';
import { type RpcContext } from '@weft/rpc';
import { startTestService } from '@weft/testing';
import OpenAI from 'openai';
import { gatewayService } from '../service';
import {
  completedEvent,
  failedEvent,
  openStand,
  type Stand,
  startedEvent,
  streamOf,
  textEvent,
} from '../test-stand';

let stand: Stand;
let client: OpenAI;
let defaults: Pick<Stand['orchestrator'], 'chat' | 'stream'>;

beforeAll(async () => {
  stand = await openStand(startTestService, gatewayService);
  defaults = { ...stand.orchestrator };
  client = new OpenAI({ baseURL: `${stand.httpUrl}/v1`, apiKey: stand.adminKey, maxRetries: 0 });
});

afterAll(() => stand.stop());

beforeEach(() => {
  Object.assign(stand.orchestrator, defaults);
});

const messages = [{ role: 'user' as const, content: 'Hi' }];

function post(body: object, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${stand.httpUrl}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${stand.adminKey}`, ...headers },
    body: JSON.stringify(body),
  });
}

const postStream = (body: object = {}) => post({ model: 'm', messages, stream: true, ...body });

async function errorOf(work: Promise<unknown>): Promise<InstanceType<typeof OpenAI.APIError>> {
  try {
    await work;
  } catch (error) {
    return error as InstanceType<typeof OpenAI.APIError>;
  }
  throw new Error('did not fail');
}

/** A promise and what settles it. */
function signal<Value = void>() {
  let fire: (value: Value) => void = () => undefined;
  const fired = new Promise<Value>((resolve) => {
    fire = resolve;
  });
  return { fired, fire };
}

/** Resolves with why the call was aborted. */
function abortOf(context: RpcContext): Promise<string> {
  return new Promise((resolve) => {
    context.signal.addEventListener('abort', () => resolve((context.signal.reason as WeftError).reason));
  });
}

async function collect(stream: AsyncIterable<OpenAI.ChatCompletionChunk>) {
  const chunks: OpenAI.ChatCompletionChunk[] = [];
  try {
    for await (const chunk of stream) chunks.push(chunk);
    return { chunks };
  } catch (error) {
    return { chunks, error: error as InstanceType<typeof OpenAI.APIError> };
  }
}

const textOf = (chunks: OpenAI.ChatCompletionChunk[]) =>
  chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');

describe('whole answers', () => {
  test('reach the openai client', async () => {
    const completion = await client.chat.completions.create({ model: 'm', messages });
    expect(completion.choices[0]?.message.content).toBe('Hello there');
  });

  test('name the run in a header', async () => {
    const response = await post({ model: 'm', messages });
    expect(response.headers.get('x-weft-run-id')).toBe('run-1');
  });

  test("name the run in weft's own part", async () => {
    const completion = await client.chat.completions.create({ model: 'm', messages });
    expect(completion).toMatchObject({ weft: { run_id: 'run-1', cached: false, citations: [] } });
  });

  test('are asked for in the name of the key', async () => {
    await client.chat.completions.create({ model: 'm', messages });
    expect(stand.orchestrator.lastCall?.context.caller.identity).toMatchObject({
      tenantId: 'default',
      principal: { kind: 'api_key' },
      scopes: ['*', 'tenants:admin'],
    });
  });

  test("carry the client's request id to the services and back", async () => {
    const response = await post({ model: 'm', messages }, { 'x-request-id': 'my-request_1' });
    expect([
      response.headers.get('x-request-id'),
      stand.orchestrator.lastCall?.context.caller.requestId,
    ]).toEqual(['my-request_1', 'my-request_1']);
  });

  test('carry the trace on', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await post({ model: 'm', messages }, { traceparent });
    expect(stand.orchestrator.lastCall?.context.caller.traceparent).toBe(traceparent);
  });

  test('do not believe an inbound identity', async () => {
    await post({ model: 'm', messages }, { 'x-weft-identity': 'forged', 'x-weft-tenant-id': 'other' });
    const { caller, metadata } = stand.orchestrator.lastCall!.context;
    expect([
      caller.identity.tenantId,
      metadata.get('x-weft-identity'),
      metadata.get('x-weft-tenant-id'),
    ]).toEqual(['default', undefined, undefined]);
  });

  test('have a deadline', async () => {
    await post({ model: 'm', messages });
    const left = stand.orchestrator.lastCall!.context.caller.deadline - Date.now();
    expect(left > 500_000 && left <= 600_000).toBe(true);
  });

  test('an unknown model is a NotFoundError that names the field', async () => {
    stand.orchestrator.chat = ({ model }) => Promise.reject(notFound('model', model));
    const error = await errorOf(client.chat.completions.create({ model: 'gpt-9', messages }));
    expect(error).toMatchObject({
      status: 404,
      code: 'model_not_found',
      param: 'model',
      type: 'invalid_request_error',
    });
  });

  test("a rule of the contract names the client's own field", async () => {
    const error = await errorOf(client.chat.completions.create({ model: 'm', messages, temperature: 3 }));
    expect(error).toMatchObject({ status: 400, param: 'temperature' });
  });

  test("a rule broken deep within names the client's own field", async () => {
    const tools = [{ type: 'function' as const, function: { name: 'not a name' } }];
    const error = await errorOf(client.chat.completions.create({ model: 'm', messages, tools }));
    expect(error.param).toBe('tools[0].function.name');
  });

  test('an error of ours tells nothing of its cause', async () => {
    stand.orchestrator.chat = () => Promise.reject(new Error('password is hunter2'));
    const response = await post({ model: 'm', messages });
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('hunter2')]);
  });

  test.each([
    ['UNAVAILABLE', 503],
    ['DEADLINE_EXCEEDED', 504],
    ['ABORTED', 409],
    ['RESOURCE_EXHAUSTED', 429],
    ['FAILED_PRECONDITION', 400],
  ] as const)('%s is HTTP %s', async (code, status) => {
    stand.orchestrator.chat = () => Promise.reject(new WeftError(code, 'SOMETHING', 'x'));
    expect((await post({ model: 'm', messages })).status).toBe(status);
  });

  test('UNAVAILABLE says when to come back', async () => {
    stand.orchestrator.chat = () =>
      Promise.reject(new WeftError('UNAVAILABLE', 'X', 'x', { retryDelayMs: 2500 }));
    expect((await post({ model: 'm', messages })).headers.get('retry-after')).toBe('3');
  });

  test('a client that hangs up aborts the call', async () => {
    const reason = signal<Promise<string>>();
    const arrived = signal();
    stand.orchestrator.chat = (_request, context) => {
      reason.fire(abortOf(context));
      arrived.fire();
      return new Promise(() => undefined);
    };
    const controller = new AbortController();
    const call = client.chat.completions.create({ model: 'm', messages }, { signal: controller.signal });
    await arrived.fired;
    controller.abort();
    await errorOf(call);
    expect(await reason.fired).toBe('CALLER_GONE');
  });
});

describe('streamed answers', () => {
  test('reach the openai client in order', async () => {
    const { chunks } = await collect(
      await client.chat.completions.create({ model: 'm', messages, stream: true }),
    );
    expect(textOf(chunks)).toBe('Hello there');
  });

  test('begin with the role and end with the finish reason', async () => {
    const { chunks } = await collect(
      await client.chat.completions.create({ model: 'm', messages, stream: true }),
    );
    expect([chunks[0]?.choices[0]?.delta.role, chunks.at(-1)?.choices[0]?.finish_reason]).toEqual([
      'assistant',
      'stop',
    ]);
  });

  test('tell the usage when asked', async () => {
    const stream = await client.chat.completions.create({
      model: 'm',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect((await collect(stream)).chunks.at(-1)).toMatchObject({ choices: [], usage: { total_tokens: 5 } });
  });

  test('end with [DONE]', async () => {
    expect((await (await postStream()).text()).endsWith('data: [DONE]\n\n')).toBe(true);
  });

  test('are neither cached nor held back on the way', async () => {
    const { headers } = await postStream();
    expect(
      ['content-type', 'cache-control', 'x-accel-buffering', 'x-weft-run-id'].map((name) =>
        headers.get(name),
      ),
    ).toEqual(['text/event-stream; charset=utf-8', 'no-cache', 'no', 'run-1']);
  });

  test('carry tool calls for the caller, and keep those of the assistant to themselves', async () => {
    const call = (name: string, callerRuns: boolean) => ({
      event: {
        $case: 'toolCall' as const,
        value: { call: { id: name, name, argumentsJson: '{}' }, callerRuns, index: 0 },
      },
    });
    stand.orchestrator.stream = () =>
      streamOf(startedEvent(), call('own', false), call('theirs', true), completedEvent());
    const { chunks } = await collect(
      await client.chat.completions.create({ model: 'm', messages, stream: true }),
    );
    expect(
      chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []).map((found) => found.id),
    ).toEqual(['theirs']);
  });

  test('send the first token before the second is there', async () => {
    const first = signal();
    stand.orchestrator.stream = async function* held() {
      yield { sequence: 1, ...startedEvent() };
      yield { sequence: 2, ...textEvent('one') };
      await first.fired;
      yield { sequence: 3, ...completedEvent() };
    };
    const stream = await client.chat.completions.create({ model: 'm', messages, stream: true });
    let text = '';
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (text === 'one') first.fire();
    }
    expect(text).toBe('one');
  });

  test('send a comment as heartbeat', async () => {
    const heartbeat = { event: { $case: 'heartbeat' as const, value: {} } };
    stand.orchestrator.stream = () => streamOf(startedEvent(), heartbeat, completedEvent());
    expect(await (await postStream()).text()).toContain('\n\n: keep-alive\n\n');
  });

  test('a refusal before the first event has its own HTTP status', async () => {
    stand.orchestrator.stream = () => {
      throw notFound('assistant', 'nobody');
    };
    const error = await errorOf(
      client.chat.completions.create({ model: 'assistant:nobody', messages, stream: true }),
    );
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
  });

  test('a failure before the first token has its own HTTP status and names the run', async () => {
    stand.orchestrator.stream = () =>
      streamOf(startedEvent(), failedEvent({ code: 8, reason: 'PROVIDER_RATE_LIMITED', message: 'Later.' }));
    const response = await postStream();
    expect([response.status, response.headers.get('x-weft-run-id')]).toEqual([429, 'run-1']);
  });

  test('a bad field has its own HTTP status', async () => {
    expect((await postStream({ n: 2 })).status).toBe(400);
  });

  test('a failed stream raises an error in the openai client, after what came before', async () => {
    stand.orchestrator.stream = () =>
      streamOf(
        startedEvent(),
        textEvent('Hel'),
        failedEvent({ code: 4, reason: 'PROVIDER_STALLED', message: 'It stalled.' }),
      );
    const { chunks, error } = await collect(
      await client.chat.completions.create({ model: 'm', messages, stream: true }),
    );
    expect([textOf(chunks), error?.code]).toEqual(['Hel', 'provider_stalled']);
  });

  test('a failed stream has an error event and no [DONE]', async () => {
    stand.orchestrator.stream = () =>
      streamOf(
        startedEvent(),
        textEvent('Hel'),
        failedEvent({ code: 14, reason: 'PROVIDER_LOST', message: 'Gone.' }),
      );
    const body = await (await postStream()).text();
    expect([
      body.includes('event: error\ndata: {"error":{"message":"Gone."'),
      body.includes('[DONE]'),
    ]).toEqual([true, false]);
  });

  test.each([
    ['ends without a terminal event', () => streamOf(startedEvent(), textEvent('Hel'))],
    [
      'throws',
      async function* broken() {
        yield* streamOf(startedEvent(), textEvent('Hel'));
        throw new Error('password is hunter2');
      },
    ],
    [
      'loses an event',
      async function* lossy() {
        yield* streamOf(startedEvent(), textEvent('Hel'));
        yield await Promise.resolve({ sequence: 4, ...completedEvent() });
      },
    ],
  ])('a stream that %s has an error event and no [DONE]', async (_how, stream) => {
    stand.orchestrator.stream = stream;
    const body = await (await postStream()).text();
    expect([body.includes('event: error\n'), body.includes('[DONE]'), body.includes('hunter2')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('a client that hangs up aborts the call', async () => {
    const reason = signal<Promise<string>>();
    stand.orchestrator.stream = async function* endless(_request, context) {
      reason.fire(abortOf(context));
      yield* streamOf(startedEvent(), textEvent('Hel'));
      await new Promise(() => undefined);
    };
    const stream = await client.chat.completions.create({ model: 'm', messages, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'Hel') break;
    expect(await reason.fired).toBe('CALLER_GONE');
  });

  test('a client that hangs up before the first event aborts the call', async () => {
    const reason = signal<Promise<string>>();
    const arrived = signal();
    stand.orchestrator.stream = async function* silent(_request, context) {
      reason.fire(abortOf(context));
      arrived.fire();
      await new Promise(() => undefined);
      yield startedEvent();
    };
    const controller = new AbortController();
    const call = client.chat.completions.create(
      { model: 'm', messages, stream: true },
      { signal: controller.signal },
    );
    await arrived.fired;
    controller.abort();
    await errorOf(call);
    expect(await reason.fired).toBe('CALLER_GONE');
  });

  test('a slow reader pauses the source, and loses nothing', async () => {
    const pieces = 4000;
    let sent = 0;
    stand.orchestrator.stream = async function* flood() {
      yield { sequence: 1, ...startedEvent() };
      for (; sent < pieces; sent += 1) yield { sequence: sent + 2, ...textEvent('x'.repeat(8192)) };
      yield await Promise.resolve({ sequence: pieces + 2, ...completedEvent() });
    };
    const call = httpRequest(`${stand.httpUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${stand.adminKey}` },
    });
    call.end(JSON.stringify({ model: 'm', messages, stream: true }));
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    // Nobody reads: the buffers of both sockets fill, then nothing moves any more.
    for (let before = -1; before !== sent; await new Promise((resolve) => setTimeout(resolve, 200)))
      before = sent;
    const sentUnread = sent;
    let body = '';
    for await (const text of response.setEncoding('utf8')) body += text as string;
    const received = body.split('x'.repeat(8192)).length - 1;
    expect([sentUnread < pieces, received, body.endsWith('data: [DONE]\n\n')]).toEqual([true, pieces, true]);
  });
});

describe('embeddings', () => {
  test('reach the openai client, which asks for base64 by itself', async () => {
    const list = await client.embeddings.create({ model: 'mini', input: ['abc', 'abcde'] });
    expect(list.data.map(({ embedding }) => embedding)).toEqual([
      [3, 0.5],
      [5, 0.5],
    ]);
  });

  test('reach the openai client as floats', async () => {
    const list = await client.embeddings.create({ model: 'mini', input: 'abc', encoding_format: 'float' });
    expect(list.data[0]?.embedding).toEqual([3, 0.5]);
  });

  test("a rule of the contract names the client's own field", async () => {
    const error = await errorOf(
      client.embeddings.create({ model: 'mini', input: ['a', 'x'.repeat(100_001)] }),
    );
    expect(error).toMatchObject({ status: 400, param: 'input[1]' });
  });
});

describe('models', () => {
  test('are listed from all pages, with embedding models and assistants', async () => {
    const list = await client.models.list();
    expect(list.data.map(({ id }) => id)).toEqual([
      'extractive',
      'org/large',
      'small',
      'mini',
      'assistant:docs',
    ]);
  });

  test.each(['extractive', 'org/large', 'mini', 'assistant:docs', 'assistant:docs@3'])(
    '%s is found by its name',
    async (id) => {
      expect(await client.models.retrieve(id)).toMatchObject({ id, object: 'model' });
    },
  );

  test.each(['nobody', 'assistant:nobody'])('%s is a NotFoundError', async (id) => {
    expect(await errorOf(client.models.retrieve(id))).toMatchObject({ status: 404, code: 'model_not_found' });
  });

  test('assistants are not shown to a key that may not read them', async () => {
    const key = await stand.makeKey({ scopes: ['models:read'] });
    const limited = new OpenAI({ baseURL: `${stand.httpUrl}/v1`, apiKey: key, maxRetries: 0 });
    expect((await limited.models.list()).data.map(({ id }) => id)).not.toContain('assistant:docs');
  });
});

describe('errors on /v1', () => {
  test('name the field and the limit of what is wrong', async () => {
    stand.orchestrator.chat = () => Promise.reject(invalidField('messages', 'must have at most 5 items'));
    const error = await errorOf(client.chat.completions.create({ model: 'm', messages }));
    expect(error.message).toBe('400 messages: must have at most 5 items');
  });
});
