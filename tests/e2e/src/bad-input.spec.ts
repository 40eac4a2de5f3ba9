import { type FakeProvider, startFakeProvider } from '@weft/fake-provider';
import { call, createCollection, createKey, expectOk, post } from './door';
import { adminKey, startWeft, type WeftProcess } from './weft-process';

let provider: FakeProvider;
let weft: WeftProcess;

beforeAll(async () => {
  provider = await startFakeProvider();
  weft = await startWeft({ OPENAI_BASE_URL: provider.baseUrl });
  await createCollection(weft, 'notes', {
    'a.md': 'The launch is on Monday.',
    'b.md': 'The budget is small.',
  });
});

afterEach(async () => {
  const { status } = await fetch(`${weft.httpUrl}/livez`);
  expect(status).toBe(200);
});

afterAll(async () => {
  await weft?.stop();
  await provider?.close();
});

const messages = [{ role: 'user', content: 'Hi' }];
const chat = (body: unknown, key?: string) => post(weft, '/v1/chat/completions', body, key);

describe('on /v1, in the shape of the OpenAI API', () => {
  it.each([
    ['wrong JSON', '{"model": ', 400, null],
    ['a body that is no object', '[]', 400, null],
    ['no model', { messages }, 400, 'model'],
    ['no messages', { model: 'fake-model' }, 400, 'messages'],
    ['messages of the wrong kind', { model: 'fake-model', messages: 'Hi' }, 400, 'messages'],
    [
      'an unknown role',
      { model: 'fake-model', messages: [{ role: 'wizard', content: 'Hi' }] },
      400,
      'messages[0].role',
    ],
    ['a temperature out of range', { model: 'fake-model', messages, temperature: 9 }, 400, 'temperature'],
    ['several answers', { model: 'fake-model', messages, n: 2 }, 400, 'n'],
    ['an unknown model', { model: 'no-such-model', messages }, 404, 'model'],
    ['an unknown assistant', { model: 'assistant:nobody', messages }, 404, 'model'],
  ])('%s', async (_, body, status, param) => {
    const answer = await chat(body);
    expect(answer).toMatchObject({
      status,
      body: { error: { message: expect.any(String), type: expect.any(String), param } },
    });
  });

  it('an oversized body is 413 and names the limit', async () => {
    const answer = await chat({
      model: 'fake-model',
      messages: [{ role: 'user', content: 'x'.repeat(5 * 1024 * 1024) }],
    });
    expect(answer).toMatchObject({
      status: 413,
      body: { error: { message: expect.stringContaining('4194304') } },
    });
  });

  it.each(['', 'weft_wrong_key_that_nobody_made'])('the key %p is 401', async (key) => {
    expect(await chat({ model: 'fake-model', messages }, key)).toMatchObject({
      status: 401,
      body: { error: { message: expect.any(String) } },
    });
  });

  it('a key without the scope is 403 and names the scope', async () => {
    const key = await createKey(weft, { scopes: ['models:read'] });
    expect(await chat({ model: 'fake-model', messages }, key)).toMatchObject({
      status: 403,
      body: { error: { message: expect.stringContaining('chat:write') } },
    });
  });

  it('a key over its limit is 429 and says when to come back', async () => {
    const key = await createKey(weft, { requestsPerMinute: 1 });
    await chat({ model: 'fake-model', messages }, key);
    const { status, headers } = await chat({ model: 'fake-model', messages }, key);
    expect([status, Number(headers.get('retry-after')) > 0]).toEqual([429, true]);
  });

  it('an unknown route is 404', async () => {
    expect(await post(weft, '/v1/nothing', {})).toMatchObject({
      status: 404,
      body: { error: { message: expect.any(String) } },
    });
  });
});

describe('on the JSON door', () => {
  const search = 'weft.retrieval.v1.SearchService/SearchDocuments';
  const ingest = 'weft.retrieval.v1.DocumentService/IngestDocuments';

  it('an unknown field is 400 and is named', async () => {
    expect(await call(weft, search, { collections: ['notes'], query: 'x', quary: 1 })).toMatchObject({
      status: 400,
      body: { code: 'invalid_argument', message: expect.stringContaining('quary') },
    });
  });

  it('a missing field is 400 and is named', async () => {
    expect(await call(weft, search, { collections: ['notes'] })).toMatchObject({
      status: 400,
      body: { code: 'invalid_argument', message: expect.stringContaining('query') },
    });
  });

  it('a value over its limit is 400 and names field and limit', async () => {
    expect(await call(weft, search, { collections: ['notes'], query: 'x', topK: 5000 })).toMatchObject({
      status: 400,
      body: { message: expect.stringMatching(/top_k.*200/) },
    });
  });

  it('an unknown collection is 404', async () => {
    expect(await call(weft, search, { collections: ['nothing'], query: 'x' })).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });

  it('an internal method is not there', async () => {
    expect((await call(weft, 'weft.llm.v1.LlmService/Generate', { model: 'fake-model' })).status).toBe(404);
  });

  it('a page token of another list is 400', async () => {
    const list = 'weft.retrieval.v1.DocumentService/ListDocuments';
    const { nextPageToken } = await expectOk(call(weft, list, { collection: 'notes', pageSize: 1 }));
    expect(
      await call(weft, 'weft.retrieval.v1.CollectionService/ListCollections', { pageToken: nextPageToken }),
    ).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('page_token') },
    });
  });

  it('documents that cannot be read say why, and the others are ingested', async () => {
    const documents = [
      { uri: 'broken.pdf', content: Buffer.from('%PDF-1.7 this is no pdf').toString('base64') },
      { uri: 'empty.md', content: '' },
      { uri: 'fine.md', content: Buffer.from('A fine document.').toString('base64') },
    ];
    const { results } = await expectOk(call(weft, ingest, { collection: 'notes', documents }));
    expect(
      results.map(({ outcome, document }: { outcome: string; document: { error?: { reason: string } } }) => [
        outcome,
        document.error?.reason,
      ]),
    ).toEqual([
      ['INGEST_OUTCOME_FAILED', 'DOCUMENT_UNREADABLE'],
      ['INGEST_OUTCOME_FAILED', 'DOCUMENT_EMPTY'],
      ['INGEST_OUTCOME_CREATED', undefined],
    ]);
  });

  it('loses nothing that was there', async () => {
    const { hits } = await expectOk(
      call(weft, search, { collections: ['notes'], query: 'launch', mode: 'SEARCH_MODE_KEYWORD' }),
    );
    expect(hits[0].passage.uri).toBe('a.md');
  });
});

it('says nothing of keys and content in its log', async () => {
  await chat({ model: 'fake-model', messages: [{ role: 'user', content: 'a canary sentence' }] });
  provider.enqueue({ error: { status: 500, message: 'a canary sentence' } });
  await chat({ model: 'fake-model', messages: [{ role: 'user', content: 'a canary sentence' }] });
  expect([weft.stderr().includes('canary sentence'), weft.stderr().includes(adminKey)]).toEqual([
    false,
    false,
  ]);
});
