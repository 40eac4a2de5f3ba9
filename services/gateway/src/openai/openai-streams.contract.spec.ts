import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';

import { notFound } from '@weft/errors';
import type OpenAI from 'openai';

import {
  completedEvent,
  failedEvent,
  heldStream,
  startedEvent,
  streamOf,
  textEvent,
} from '../fake-orchestrator.fixture';
import { abortOf, errorOf, messages, useOpenAiStand } from './openai-stand.fixture';

const stand = useOpenAiStand();
const { gateway } = stand;

const openStream = () => stand.client.chat.completions.create({ model: 'm', messages, stream: true });
const postStream = (body: object = {}) => stand.post({ model: 'm', messages, stream: true, ...body });

/** All that comes of a stream, and what it raises in the end. */
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

describe('streamed answers', () => {
  test('reach the openai client in order', async () => {
    const { chunks } = await collect(await openStream());
    expect(textOf(chunks)).toBe('Hello there');
  });

  test('begin with the role and end with the finish reason', async () => {
    const { chunks } = await collect(await openStream());
    expect([chunks[0]?.choices[0]?.delta.role, chunks.at(-1)?.choices[0]?.finish_reason]).toEqual([
      'assistant',
      'stop',
    ]);
  });

  test('tell the usage when asked', async () => {
    const stream = await stand.client.chat.completions.create({
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
    gateway.orchestrator.stream = () =>
      streamOf(startedEvent(), call('own', false), call('theirs', true), completedEvent());
    const { chunks } = await collect(await openStream());
    expect(
      chunks.flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []).map((found) => found.id),
    ).toEqual(['theirs']);
  });

  test('send the first token before the second is there', async () => {
    const first = Promise.withResolvers<void>();
    gateway.orchestrator.stream = () => heldStream(first.promise);
    const stream = await openStream();
    let text = '';
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (text === 'Hel') first.resolve();
    }
    expect(text).toBe('Hel');
  });

  test('send a comment as heartbeat', async () => {
    const heartbeat = { event: { $case: 'heartbeat' as const, value: {} } };
    gateway.orchestrator.stream = () => streamOf(startedEvent(), heartbeat, completedEvent());
    expect(await (await postStream()).text()).toContain('\n\n: keep-alive\n\n');
  });

  test('a refusal before the first event has its own HTTP status', async () => {
    gateway.orchestrator.stream = () => {
      throw notFound('assistant', 'nobody');
    };
    const error = await errorOf(
      stand.client.chat.completions.create({ model: 'assistant:nobody', messages, stream: true }),
    );
    expect(error).toMatchObject({ status: 404, code: 'model_not_found', param: 'model' });
  });

  test('a failure before the first token has its own HTTP status and names the run', async () => {
    gateway.orchestrator.stream = () =>
      streamOf(startedEvent(), failedEvent({ code: 8, reason: 'PROVIDER_RATE_LIMITED', message: 'Later.' }));
    const response = await postStream();
    expect([response.status, response.headers.get('x-weft-run-id')]).toEqual([429, 'run-1']);
  });

  test('a bad field has its own HTTP status', async () => {
    expect((await postStream({ n: 2 })).status).toBe(400);
  });

  test('a failed stream raises an error in the openai client, after what came before', async () => {
    gateway.orchestrator.stream = () =>
      streamOf(
        startedEvent(),
        textEvent('Hel'),
        failedEvent({ code: 4, reason: 'PROVIDER_STALLED', message: 'It stalled.' }),
      );
    const { chunks, error } = await collect(await openStream());
    expect([textOf(chunks), error?.code]).toEqual(['Hel', 'provider_stalled']);
  });

  test('a failed stream has an error event and no [DONE]', async () => {
    gateway.orchestrator.stream = () =>
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
    gateway.orchestrator.stream = stream;
    const body = await (await postStream()).text();
    expect([body.includes('event: error\n'), body.includes('[DONE]'), body.includes('hunter2')]).toEqual([
      true,
      false,
      false,
    ]);
  });

  test('a client that hangs up aborts the call', async () => {
    const reason = Promise.withResolvers<string>();
    gateway.orchestrator.stream = async function* endless(_request, context) {
      reason.resolve(abortOf(context));
      yield* streamOf(startedEvent(), textEvent('Hel'));
      await new Promise(() => undefined);
    };
    const stream = await openStream();
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content === 'Hel') break;
    expect(await reason.promise).toBe('CALLER_GONE');
  });

  test('a client that hangs up before the first event aborts the call', async () => {
    const reason = Promise.withResolvers<string>();
    const arrived = Promise.withResolvers<void>();
    gateway.orchestrator.stream = async function* silent(_request, context) {
      reason.resolve(abortOf(context));
      arrived.resolve();
      await new Promise(() => undefined);
      yield startedEvent();
    };
    const controller = new AbortController();
    const call = stand.client.chat.completions.create(
      { model: 'm', messages, stream: true },
      { signal: controller.signal },
    );
    await arrived.promise;
    controller.abort();
    await errorOf(call);
    expect(await reason.promise).toBe('CALLER_GONE');
  });

  test('a slow reader pauses the source, and loses nothing', async () => {
    const pieces = 4000;
    let sent = 0;
    gateway.orchestrator.stream = async function* flood() {
      yield { sequence: 1, ...startedEvent() };
      for (; sent < pieces; sent += 1) yield { sequence: sent + 2, ...textEvent('x'.repeat(8192)) };
      yield await Promise.resolve({ sequence: pieces + 2, ...completedEvent() });
    };
    const call = httpRequest(`${gateway.httpUrl}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${gateway.adminKey}` },
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
