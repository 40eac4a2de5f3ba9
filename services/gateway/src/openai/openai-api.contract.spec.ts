import { invalidField, notFound, WeftError } from '@weft/errors';

import { abortOf, errorOf, messages, openAiClient, useOpenAiStand } from './openai-stand.fixture';

const stand = useOpenAiStand();
const { gateway } = stand;

describe('whole answers', () => {
  test('reach the openai client', async () => {
    const completion = await stand.client.chat.completions.create({ model: 'm', messages });
    expect(completion.choices[0]?.message.content).toBe('Hello there');
  });

  test('name the run in a header', async () => {
    const response = await stand.post({ model: 'm', messages });
    expect(response.headers.get('x-weft-run-id')).toBe('run-1');
  });

  test("name the run in weft's own part", async () => {
    const completion = await stand.client.chat.completions.create({ model: 'm', messages });
    expect(completion).toMatchObject({ weft: { run_id: 'run-1', cached: false, citations: [] } });
  });

  test('are asked for in the name of the key', async () => {
    await stand.client.chat.completions.create({ model: 'm', messages });
    expect(gateway.orchestrator.lastCall?.context.caller.identity).toMatchObject({
      tenantId: 'default',
      principal: { kind: 'api_key' },
      scopes: ['*', 'tenants:admin'],
    });
  });

  test("carry the client's request id to the services and back", async () => {
    const response = await stand.post({ model: 'm', messages }, { 'x-request-id': 'my-request_1' });
    expect([
      response.headers.get('x-request-id'),
      gateway.orchestrator.lastCall?.context.caller.requestId,
    ]).toEqual(['my-request_1', 'my-request_1']);
  });

  test('carry the trace on', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await stand.post({ model: 'm', messages }, { traceparent });
    expect(gateway.orchestrator.lastCall?.context.caller.traceparent).toBe(traceparent);
  });

  test('do not believe an inbound identity', async () => {
    await stand.post({ model: 'm', messages }, { 'x-weft-identity': 'forged', 'x-weft-tenant-id': 'other' });
    const { caller, metadata } = gateway.orchestrator.lastCall!.context;
    expect([
      caller.identity.tenantId,
      metadata.get('x-weft-identity'),
      metadata.get('x-weft-tenant-id'),
    ]).toEqual(['default', undefined, undefined]);
  });

  test('have a deadline', async () => {
    await stand.post({ model: 'm', messages });
    const left = gateway.orchestrator.lastCall!.context.caller.deadline - Date.now();
    expect(left > 500_000 && left <= 600_000).toBe(true);
  });

  test('an unknown model is a NotFoundError that names the field', async () => {
    gateway.orchestrator.chat = ({ model }) => Promise.reject(notFound('model', model));
    const error = await errorOf(stand.client.chat.completions.create({ model: 'gpt-9', messages }));
    expect(error).toMatchObject({
      status: 404,
      code: 'model_not_found',
      param: 'model',
      type: 'invalid_request_error',
    });
  });

  test("a rule of the contract names the client's own field", async () => {
    const error = await errorOf(
      stand.client.chat.completions.create({ model: 'm', messages, temperature: 3 }),
    );
    expect(error).toMatchObject({ status: 400, param: 'temperature' });
  });

  test("a rule broken deep within names the client's own field", async () => {
    const tools = [{ type: 'function' as const, function: { name: 'not a name' } }];
    const error = await errorOf(stand.client.chat.completions.create({ model: 'm', messages, tools }));
    expect(error.param).toBe('tools[0].function.name');
  });

  test('an error of ours tells nothing of its cause', async () => {
    gateway.orchestrator.chat = () => Promise.reject(new Error('password is hunter2'));
    const response = await stand.post({ model: 'm', messages });
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('hunter2')]);
  });

  test.each([
    ['UNAVAILABLE', 503],
    ['DEADLINE_EXCEEDED', 504],
    ['ABORTED', 409],
    ['RESOURCE_EXHAUSTED', 429],
    ['FAILED_PRECONDITION', 400],
  ] as const)('%s is HTTP %s', async (code, status) => {
    gateway.orchestrator.chat = () => Promise.reject(new WeftError(code, 'SOMETHING', 'x'));
    expect((await stand.post({ model: 'm', messages })).status).toBe(status);
  });

  test('UNAVAILABLE says when to come back', async () => {
    gateway.orchestrator.chat = () =>
      Promise.reject(new WeftError('UNAVAILABLE', 'X', 'x', { retryDelayMs: 2500 }));
    expect((await stand.post({ model: 'm', messages })).headers.get('retry-after')).toBe('3');
  });

  test('a client that hangs up aborts the call', async () => {
    const reason = Promise.withResolvers<string>();
    const arrived = Promise.withResolvers<void>();
    gateway.orchestrator.chat = (_request, context) => {
      reason.resolve(abortOf(context));
      arrived.resolve();
      return new Promise(() => undefined);
    };
    const controller = new AbortController();
    const call = stand.client.chat.completions.create(
      { model: 'm', messages },
      { signal: controller.signal },
    );
    await arrived.promise;
    controller.abort();
    await errorOf(call);
    expect(await reason.promise).toBe('CALLER_GONE');
  });
});

describe('embeddings', () => {
  test('reach the openai client, which asks for base64 by itself', async () => {
    const list = await stand.client.embeddings.create({ model: 'mini', input: ['abc', 'abcde'] });
    expect(list.data.map(({ embedding }) => embedding)).toEqual([
      [3, 0.5],
      [5, 0.5],
    ]);
  });

  test('reach the openai client as floats', async () => {
    const list = await stand.client.embeddings.create({
      model: 'mini',
      input: 'abc',
      encoding_format: 'float',
    });
    expect(list.data[0]?.embedding).toEqual([3, 0.5]);
  });

  test("a rule of the contract names the client's own field", async () => {
    const error = await errorOf(
      stand.client.embeddings.create({ model: 'mini', input: ['a', 'x'.repeat(100_001)] }),
    );
    expect(error).toMatchObject({ status: 400, param: 'input[1]' });
  });
});

describe('models', () => {
  test('are listed from all pages, with embedding models and assistants', async () => {
    const list = await stand.client.models.list();
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
      expect(await stand.client.models.retrieve(id)).toMatchObject({ id, object: 'model' });
    },
  );

  test.each(['nobody', 'assistant:nobody'])('%s is a NotFoundError', async (id) => {
    expect(await errorOf(stand.client.models.retrieve(id))).toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });

  test('assistants are not shown to a key that may not read them', async () => {
    const key = await gateway.makeKey({ scopes: ['models:read'] });
    const limited = openAiClient(gateway, key);
    expect((await limited.models.list()).data.map(({ id }) => id)).not.toContain('assistant:docs');
  });
});

describe('errors on /v1', () => {
  test('name the field and the limit of what is wrong', async () => {
    gateway.orchestrator.chat = () => Promise.reject(invalidField('messages', 'must have at most 5 items'));
    const error = await errorOf(stand.client.chat.completions.create({ model: 'm', messages }));
    expect(error.message).toBe('400 messages: must have at most 5 items');
  });
});
