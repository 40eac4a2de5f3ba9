import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  credentials,
  loadPackageDefinition,
  Metadata,
  type ServiceClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { notFound, type WeftError } from '@weft/errors';
import { methodPolicies, type RpcContext } from '@weft/rpc';
import { publicMethods } from '../entry/public-methods';
import { completedEvent, startedEvent, streamOf, textEvent } from '../fake-orchestrator.fixture';
import { useGatewayStand } from '../gateway-stand.fixture';

const protoFolder = join(__dirname, '../../../../proto');

type Call = (
  request: object,
  metadata: Metadata,
  options: object,
  done?: (error: ServiceError | null, answer: unknown) => void,
) => ClientReadableStream<unknown>;

const clients = new Map<string, Client>();

// Before the stand's own, so that no client is open any more when the stand ends.
afterAll(() => clients.forEach((client) => client.close()));

const stand = useGatewayStand();

beforeAll(loadClients);

/** Clients of every service, from the .proto files alone: they know nothing of our generated code. */
function loadClients(): void {
  const files = readdirSync(protoFolder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('_service.proto'),
  );
  const definition = loadSync(files, {
    includeDirs: [protoFolder],
    longs: Number,
    enums: String,
    oneofs: true,
  });
  const packages = loadPackageDefinition(definition);
  for (const service of new Set(
    [...methodPolicies().values()].map(({ descriptor }) => descriptor.parent.typeName),
  )) {
    const constructor = service
      .split('.')
      .reduce<unknown>((found, part) => (found as Record<string, unknown>)[part], packages);
    clients.set(
      service,
      new (constructor as ServiceClientConstructor)(stand.grpcAddress, credentials.createInsecure()),
    );
  }
}

function methodOf(path: string): unknown {
  const [, service, method] = path.split('/') as [string, string, string];
  const client = clients.get(service) as unknown as Record<string, (...parts: unknown[]) => unknown>;
  return client[method]!.bind(client);
}

const callOf = (path: string) => methodOf(path) as Call;

function openDuplex(
  path: string,
  entries: Record<string, string>,
): ClientDuplexStream<object, Record<string, unknown>> {
  const open = methodOf(path) as (metadata: Metadata) => ClientDuplexStream<object, Record<string, unknown>>;
  return open(metadataOf(entries));
}

function metadataOf(entries: Record<string, string>): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(entries)) metadata.add(key, value);
  return metadata;
}

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

interface Outcome {
  answers: Record<string, unknown>[];
  error?: ServiceError;
}

function call(
  path: string,
  request: object,
  entries: Record<string, string> = bearer(stand.adminKey),
  options: object = {},
): Promise<Outcome> {
  const { kind } = methodPolicies().get(path)!;
  return new Promise((resolve) => {
    if (kind === 'unary') {
      callOf(path)(request, metadataOf(entries), options, (error, answer) =>
        resolve(error ? { answers: [], error } : { answers: [answer as Record<string, unknown>] }),
      );
      return;
    }
    const answers: Record<string, unknown>[] = [];
    const duplex = kind === 'bidi_streaming' ? openDuplex(path, entries) : undefined;
    duplex?.end(request);
    const stream = duplex ?? callOf(path)(request, metadataOf(entries), options);
    stream.on('data', (answer: Record<string, unknown>) => answers.push(answer));
    stream.on('error', (error: ServiceError) => resolve({ answers, error }));
    stream.on('end', () => resolve({ answers }));
  });
}

const chat = '/weft.orchestrator.v1.ChatService/Chat';
const streamChat = '/weft.orchestrator.v1.ChatService/StreamChat';
const getAssistant = '/weft.orchestrator.v1.AssistantService/GetAssistant';
const message = { model: 'm', messages: [{ role: 'ROLE_USER', content: 'Hi' }] };

describe('gRPC door', () => {
  test('hands a call on to its owner', async () => {
    const { answers } = await call(getAssistant, { name: 'docs' });
    expect(answers).toMatchObject([{ assistant: { name: 'docs', version: 3 } }]);
  });

  test("serves the gateway's own RPCs", async () => {
    const { answers } = await call('/weft.gateway.v1.QuotaService/GetQuota', {});
    expect(answers).toMatchObject([{ resetTime: expect.any(Object) }]);
  });

  test('hands a stream on, event by event', async () => {
    const { answers } = await call(streamChat, { call: message });
    expect(answers.map((answer) => [answer['sequence'], answer['event']])).toEqual([
      [1, 'started'],
      [2, 'text'],
      [3, 'text'],
      [4, 'completed'],
    ]);
  });

  test('hands a stream on in both directions, piece by piece', async () => {
    const stream = openDuplex('/weft.safety.v1.SafetyService/StreamScreenText', bearer(stand.adminKey));
    const next = () =>
      new Promise<unknown>((resolve) =>
        stream.once('data', (answer: { released: string }) => resolve(answer.released)),
      );
    stream.write({ text: 'one' });
    const first = await next();
    stream.write({ text: 'two' });
    const second = await next();
    stream.end();
    expect([first, second]).toEqual(['ONE', 'TWO']);
  });

  test('every public RPC answers UNAUTHENTICATED without a key', async () => {
    const outcomes = await Promise.all(publicMethods().map(({ path }) => call(path, {}, {})));
    expect([outcomes.length > 40, new Set(outcomes.map(({ error }) => error?.code))]).toEqual([
      true,
      new Set([status.UNAUTHENTICATED]),
    ]);
  });

  test('every internal RPC is UNIMPLEMENTED, whatever the key may do', async () => {
    const internal = [...methodPolicies().values()].filter(({ exposure }) => exposure === 'internal');
    const outcomes = await Promise.all(internal.map(({ path }) => call(path, {})));
    expect([internal.length > 0, new Set(outcomes.map(({ error }) => error?.code))]).toEqual([
      true,
      new Set([status.UNIMPLEMENTED]),
    ]);
  });

  test('refuses every RPC to a key without the scope that its contract declares', async () => {
    const key = await stand.makeKey({ scopes: ['nothing:nothing'] });
    const outcomes = await Promise.all(publicMethods().map(({ path }) => call(path, {}, bearer(key))));
    expect(new Set(outcomes.map(({ error }) => error?.code))).toEqual(new Set([status.PERMISSION_DENIED]));
  });

  test.each([
    ['a wrong key', { authorization: 'Bearer wrong-key-of-somebody' }],
    ['another scheme', { authorization: 'Basic abc' }],
    ['a forged identity', { 'x-weft-identity': 'forged' }],
  ])('refuses %s', async (_what, entries) => {
    expect((await call(getAssistant, { name: 'docs' }, entries)).error?.code).toBe(status.UNAUTHENTICATED);
  });

  test('limits the requests of a key over both doors together', async () => {
    const key = await stand.makeKey({ scopes: ['quota:read'], requestsPerMinute: 2 });
    await stand.rpc('/weft.gateway.v1.QuotaService/GetQuota', {}, key);
    await call('/weft.gateway.v1.QuotaService/GetQuota', {}, bearer(key));
    expect((await call('/weft.gateway.v1.QuotaService/GetQuota', {}, bearer(key))).error?.code).toBe(
      status.RESOURCE_EXHAUSTED,
    );
  });

  test('hands on an error as it is, its details included', async () => {
    stand.orchestrator.chat = ({ model }) => Promise.reject(notFound('model', model));
    const { error } = await call(chat, message);
    const details = (error?.metadata.get('grpc-status-details-bin')[0] as Buffer).toString('latin1');
    expect([error?.code, error?.details, details.includes('MODEL_NOT_FOUND')]).toEqual([
      status.NOT_FOUND,
      "There is no model 'm'.",
      true,
    ]);
  });

  test('names the field that breaks a rule of the contract', async () => {
    expect((await call(getAssistant, {})).error?.details).toBe('name: must be set');
  });

  test('carries the request id and the trace on', async () => {
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    await call(chat, message, { ...bearer(stand.adminKey), 'x-request-id': 'mine', traceparent });
    expect(stand.orchestrator.lastCall?.context.caller).toMatchObject({ requestId: 'mine', traceparent });
  });

  test('takes no request id over that came twice', async () => {
    const metadata = metadataOf({ ...bearer(stand.adminKey), 'x-request-id': 'mine' });
    metadata.add('x-request-id', 'other');
    await new Promise<void>((resolve) => {
      callOf(chat)(message, metadata, {}, () => resolve());
    });
    expect(stand.orchestrator.lastCall?.context.caller.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each([
    ['answers', () => bearer(stand.adminKey)],
    ['refuses', () => bearer('weft_nobody')],
    ['refuses without a key', () => ({})],
  ])('tells the request id where it %s', async (_what, authorization) => {
    const header = await new Promise<Metadata>((resolve) => {
      const metadata = metadataOf({ ...authorization(), 'x-request-id': 'mine' });
      callOf(chat)(message, metadata, {}, () => undefined).on('metadata', resolve);
    });
    expect(header.get('x-request-id')).toEqual(['mine']);
  });

  test('hands no inbound metadata on', async () => {
    await call(chat, message, { ...bearer(stand.adminKey), 'x-weft-tenant-id': 'other', 'x-anything': 'x' });
    const { metadata } = stand.orchestrator.lastCall!.context;
    expect([
      metadata.get('x-weft-tenant-id'),
      metadata.get('x-anything'),
      metadata.get('authorization'),
    ]).toEqual([undefined, undefined, undefined]);
  });

  test("keeps to the client's deadline", async () => {
    await call(chat, message, bearer(stand.adminKey), { deadline: Date.now() + 20_000 });
    const left = stand.orchestrator.lastCall!.context.caller.deadline - Date.now();
    expect(left > 0 && left <= 20_000).toBe(true);
  });

  test('a client that cancels a stream aborts it at its owner', async () => {
    let aborted: Promise<string> | undefined;
    stand.orchestrator.stream = async function* endless(_request, context: RpcContext) {
      aborted = new Promise((resolve) => {
        context.signal.addEventListener('abort', () => resolve((context.signal.reason as WeftError).code));
      });
      yield* streamOf(startedEvent(), textEvent('Hel'));
      await new Promise(() => undefined);
    };
    const stream = callOf(streamChat)({ call: message }, metadataOf(bearer(stand.adminKey)), {});
    stream.on('error', () => undefined);
    await new Promise<void>((resolve) =>
      stream.on('data', (event: { event: string }) => event.event === 'text' && resolve()),
    );
    stream.cancel();
    expect(await aborted).toBe('CANCELLED');
  });

  test('a stream that fails in the middle ends with its error', async () => {
    stand.orchestrator.stream = async function* broken() {
      yield* streamOf(startedEvent(), textEvent('Hel'));
      throw new Error('password is hunter2');
    };
    const { answers, error } = await call(streamChat, { call: message });
    expect([answers.length, error?.code, error?.details]).toEqual([
      2,
      status.INTERNAL,
      'An internal error occurred.',
    ]);
  });

  test('bytes that are no message are refused, and end nothing', async () => {
    const raw = clients.get('weft.orchestrator.v1.AssistantService')!;
    const error = await new Promise<ServiceError | null>((resolve) => {
      const nonsense = (bytes: Buffer) => bytes;
      raw.makeUnaryRequest(
        getAssistant,
        nonsense,
        nonsense,
        Buffer.from([0x0a, 0xff, 0xff]),
        metadataOf(bearer(stand.adminKey)),
        (failure) => resolve(failure),
      );
    });
    expect([error === null, (await call(getAssistant, { name: 'docs' })).error]).toEqual([false, undefined]);
  });

  test('has no reflection unless it is switched on', async () => {
    const raw = clients.get('weft.orchestrator.v1.AssistantService')!;
    const same = (bytes: Buffer) => bytes;
    const path = '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo';
    const error = await new Promise<ServiceError>((resolve) => {
      const stream = raw.makeBidiStreamRequest(path, same, same, new Metadata(), {});
      stream.on('error', (failure: ServiceError) => resolve(failure));
      stream.on('data', () => undefined);
      stream.end(Buffer.from([]));
    });
    expect(error.code).toBe(status.UNIMPLEMENTED);
  });

  test('a completed stream is whole to the byte', async () => {
    const text = 'Grüße, 世界 😀';
    stand.orchestrator.stream = () => streamOf(startedEvent(), textEvent(text), completedEvent());
    const { answers } = await call(streamChat, { call: message });
    expect(answers[1]).toMatchObject({ text: { text } });
  });
});
