import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, beforeEach, test } from 'node:test';
import { gateway, retrieval, safety, StreamTruncatedError, Weft, WeftError } from '@weft/sdk';
import { forget, outcomeComes, script } from './provider.mts';

const address = process.env['WEFT_GRPC_ADDRESS']!;
const key = process.env['WEFT_API_KEY']!;
const model = 'fake-model';
const weft = new Weft(address, key, { timeoutMs: 30_000, plaintext: true });
const collections = weft.service(retrieval.CollectionService);
const documents = weft.service(retrieval.DocumentService);
const encoder = new TextEncoder();

beforeEach(forget);
after(() => weft.close());

test('streams an answer from its first token to its terminal event', async () => {
  await script({ text: ['The ', 'answer ', 'is ', '42.'], delayBetweenTokensMs: 30 });
  const kinds: unknown[] = [];
  const texts: string[] = [];
  for await (const { event } of weft.streamChat({ model, messages: 'What is the answer?' })) {
    kinds.push(event.case);
    if (event.case === 'text') texts.push(event.value.text);
  }
  assert.deepEqual([kinds[0], kinds.at(-1), texts.join('')], ['started', 'completed', 'The answer is 42.']);
  assert.ok(texts.length > 1, 'the text came in one piece at the end');
});

test('gives the first token before the answer is over', async () => {
  await script({ text: ['early ', 'never'], stall: { at: 1 } });
  assert.equal((await firstText(weft.streamChat({ model, messages: 'Hello' }))).trim(), 'early');
});

test('hangs up on the provider when the loop is left', async () => {
  await script({ text: 'word ', repeat: 1000, delayBetweenTokensMs: 20 });
  await firstText(weft.streamChat({ model, messages: 'Count' }));
  assert.ok(await outcomeComes('hung-up'));
});

test('hangs up on the provider when the signal is aborted', async () => {
  await script({ text: ['early ', 'never'], stall: { at: 1 } });
  const abort = new AbortController();
  const reason = new Error('the reader has left');
  await assert.rejects(
    async () => {
      for await (const { event } of weft.streamChat({ model, messages: 'Count' }, { signal: abort.signal }))
        if (event.case === 'text') abort.abort(reason);
    },
    { name: 'WeftError', code: 'CANCELLED', cause: reason },
  );
  assert.ok(await outcomeComes('hung-up'));
});

test('sends nothing when the signal is aborted before', async () => {
  await assert.rejects(collections.listCollections({}, { signal: AbortSignal.abort() }), {
    code: 'CANCELLED',
  });
});

test('finds what was ingested', async () => {
  const collection = await newCollection();
  const { results } = await documents.ingestDocuments({
    collection,
    documents: [
      { uri: 'owls.md', content: encoder.encode('# Owls\n\nOwls hunt at night and see in the dark.') },
    ],
  });
  assert.deepEqual(
    results.map(({ outcome }) => outcome),
    [retrieval.IngestOutcome.CREATED],
  );
  const found = await weft
    .service(retrieval.SearchService)
    .searchDocuments({ collections: [collection], query: 'When do owls hunt?' });
  assert.match(found.hits[0]?.passage?.text ?? '', /hunt at night/);
});

test('tells the progress of an ingestion to its terminal event', async () => {
  const collection = await newCollection();
  const content = encoder.encode('One sentence.');
  const ingestion = { collection, documents: [{ uri: 'a.md', content }] };
  let last: retrieval.StreamIngestDocumentsResponse | undefined;
  for await (const event of documents.streamIngestDocuments({ ingestion })) last = event;
  assert.equal(last?.event.case === 'completed' && last.event.value.created, 1);
});

test('says that a model is not found, with the reason', async () => {
  await assert.rejects(read(weft.streamChat({ model: 'no-such-model', messages: 'Hello' })), {
    name: 'WeftError',
    code: 'NOT_FOUND',
    reason: 'MODEL_NOT_FOUND',
  });
});

test('says that a collection is not found, with the reason', async () => {
  await assert.rejects(collections.getCollection({ name: 'no-such-collection' }), {
    name: 'WeftError',
    code: 'NOT_FOUND',
    reason: 'COLLECTION_NOT_FOUND',
  });
});

test('names a field that is wrong', async () => {
  const error = await errorOf(collections.createCollection({ name: 'No Such Name!' }));
  assert.deepEqual(
    [error.code, error.fieldViolations.map(({ field }) => field)],
    ['INVALID_ARGUMENT', ['name']],
  );
});

test('says which limit was passed, and when to come back', async () => {
  const keys = weft.service(gateway.ApiKeyService);
  const { secret } = await keys.createApiKey({
    displayName: 'typescript',
    scopes: ['collections:read'],
    requestsPerMinute: 1,
  });
  const limited = new Weft(address, secret, { plaintext: true });
  const error = await errorOf(
    (async () => {
      for (let times = 0; times < 3; times += 1)
        await limited.service(retrieval.CollectionService).listCollections({});
    })(),
  );
  limited.close();
  assert.deepEqual([error.reason, error.quotaViolations.length], ['RATE_LIMITED', 1]);
  assert.ok(error.retryDelayMs! > 0);
});

test('throws the error of a failed event', async () => {
  await script({ text: ['Half ', 'an ', 'answer'], cut: { at: 1, how: 'reset' } });
  const error = await errorOf(read(weft.streamChat({ model, messages: 'Hello' })));
  assert.deepEqual(
    [error.code, error.reason, error instanceof StreamTruncatedError],
    ['UNAVAILABLE', 'PROVIDER_CONNECTION_LOST', false],
  );
});

test('ends a call at its deadline', async () => {
  await script({ text: ['early ', 'never'], stall: { at: 1 } });
  const stream = weft.streamChat({ model, messages: 'Hello' }, { timeoutMs: 500 });
  await assert.rejects(read(stream), { name: 'WeftError', code: 'DEADLINE_EXCEEDED' });
});

test('is refused with a wrong key', async () => {
  const stranger = new Weft(address, 'weft_no_such_key', { plaintext: true });
  const refused = stranger.service(retrieval.CollectionService).listCollections({});
  await assert.rejects(refused, { name: 'WeftError', code: 'UNAUTHENTICATED' });
  stranger.close();
});

test('is UNAVAILABLE where nothing listens', async () => {
  const nobody = new Weft('127.0.0.1:1', key, { plaintext: true });
  const refused = nobody.service(retrieval.CollectionService).listCollections({});
  await assert.rejects(refused, { name: 'WeftError', code: 'UNAVAILABLE' });
  nobody.close();
});

test('streams in both directions', async () => {
  async function* pieces() {
    yield { direction: safety.Direction.OUTPUT, text: 'Hello ' };
    yield { text: 'world', end: true };
  }
  let released = '';
  for await (const response of weft.service(safety.SafetyService).streamScreenText(pieces()))
    released += response.released;
  assert.equal(released, 'Hello world');
});

test('passes on the error of an iterable of requests', async () => {
  const fault = new Error('no more pieces');
  async function* pieces() {
    yield { direction: safety.Direction.OUTPUT, text: 'Hello ' };
    throw fault;
  }
  await assert.rejects(read(weft.service(safety.SafetyService).streamScreenText(pieces())), fault);
});

async function firstText(stream: ReturnType<Weft['streamChat']>): Promise<string> {
  for await (const { event } of stream) if (event.case === 'text') return event.value.text;
  throw new Error('there was no text');
}

async function read(stream: AsyncGenerator<unknown>): Promise<void> {
  while (!(await stream.next()).done);
}

async function errorOf(call: Promise<unknown>): Promise<WeftError> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof WeftError, String(error));
  return error;
}

async function newCollection(): Promise<string> {
  const name = `typescript-${randomUUID().slice(0, 8)}`;
  await collections.createCollection({ name });
  return name;
}
