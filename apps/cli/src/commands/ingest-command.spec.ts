import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { doorMethods } from '../door/door-methods';
import { type FakeDoor, sendAnswer, sendConnectError, startFakeDoor } from '../fake-door.fixture';
import { startWeft, weft } from '../weft-command.fixture';

interface SentDocument {
  uri: string;
  content: string;
}

let door: FakeDoor;
let folder: string;

beforeEach(async () => {
  door = await startFakeDoor();
  folder = mkdtempSync(join(tmpdir(), 'weft-cli-'));
  door.on(doorMethods.getCollection, { collection: { name: 'c' } });
  door.on(doorMethods.listDocuments, { documents: [] });
  door.on(doorMethods.ingestDocuments, ({ body }, response) =>
    sendOutcome(response, documentOf(body), 'CREATED'),
  );
});
afterEach(async () => {
  await door.close();
  rmSync(folder, { recursive: true });
});

function write(uri: string, content: string): void {
  const file = join(folder, uri);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}

function documentOf(body: Record<string, unknown>): SentDocument {
  return (body['documents'] as SentDocument[])[0]!;
}

function sendOutcome(response: ServerResponse, { uri }: SentDocument, outcome: string, error?: object): void {
  const results = [{ document: { uri, chunkCount: 2, error }, outcome: `INGEST_OUTCOME_${outcome}` }];
  sendAnswer(response, doorMethods.ingestDocuments, { results });
}

function ingest(...options: string[]) {
  return weft(['ingest', folder, '--collection', 'c', ...options], { url: door.url });
}

function sentDocuments(): SentDocument[] {
  return door.seen(doorMethods.ingestDocuments).map(({ body }) => documentOf(body));
}

function stored(uri: string, content: string, state = 'DOCUMENT_STATE_READY'): object {
  return { id: uri, uri, state, contentHash: createHash('sha256').update(content).digest('hex') };
}

it('sends each document in a request of its own, under its path in the folder', async () => {
  write('a.md', '# A');
  write('deep/er/b.txt', 'b ü');
  await ingest();
  const sent = sentDocuments().map(({ uri, content }) => [uri, Buffer.from(content, 'base64').toString()]);
  expect(sent.sort()).toEqual([
    ['a.md', '# A'],
    ['deep/er/b.txt', 'b ü'],
  ]);
});

it('prints a line for each document and the sums where no person watches', async () => {
  write('a.md', '# A');
  expect(await ingest()).toEqual({
    exitCode: 0,
    out: '[1/1] created a.md\n1 created, 0 replaced, 0 unchanged, 0 failed\n',
    error: '',
  });
});

describe('one file', () => {
  it('is sent under its name, and nothing beside it', async () => {
    write('a.md', '# A');
    write('b.md', '# B');
    const { exitCode } = await weft(['ingest', join(folder, 'a.md'), '-c', 'c'], { url: door.url });
    expect([exitCode, sentDocuments().map(({ uri }) => uri)]).toEqual([0, ['a.md']]);
  });

  it('of another kind is refused, naming the kinds', async () => {
    write('a.exe', 'x');
    const { exitCode, error } = await weft(['ingest', join(folder, 'a.exe'), '-c', 'c'], { url: door.url });
    expect([exitCode, door.requests.length]).toEqual([2, 0]);
    expect(error).toContain('is none of the kinds that weft reads: .md');
  });

  it('that does not exist is refused', async () => {
    const { exitCode, error } = await weft(['ingest', join(folder, 'no.md'), '-c', 'c'], { url: door.url });
    expect([exitCode, error]).toEqual([2, expect.stringContaining("There is no file or folder '")]);
  });
});

it('creates the collection when it is not there', async () => {
  door.on(doorMethods.getCollection, (_request, response) =>
    sendConnectError(response, 404, 'not_found', 'No.'),
  );
  door.on(doorMethods.createCollection, { collection: { name: 'c' } });
  write('a.md', '# A');
  await ingest();
  expect(door.seen(doorMethods.createCollection)[0]!.body).toEqual({ name: 'c' });
});

it('creates no collection with --no-create', async () => {
  door.on(doorMethods.getCollection, (_request, response) =>
    sendConnectError(response, 404, 'not_found', "There is no collection 'c'.", {
      reason: 'COLLECTION_NOT_FOUND',
    }),
  );
  write('a.md', '# A');
  const end = await ingest('--no-create');
  expect({ ...end, requests: door.requests.length }).toMatchObject({
    exitCode: 1,
    error: "weft: There is no collection 'c'. (COLLECTION_NOT_FOUND)\n",
    requests: 1,
  });
});

it('does not send what is there with the same content', async () => {
  write('a.md', '# A');
  write('b.md', '# B');
  door.on(doorMethods.listDocuments, { documents: [stored('a.md', '# A'), stored('b.md', '# old')] });
  await ingest();
  expect(sentDocuments().map(({ uri }) => uri)).toEqual(['b.md']);
});

it('reads every page of the documents that are there', async () => {
  write('a.md', '# A');
  write('b.md', '# B');
  door.on(doorMethods.listDocuments, ({ body }, response) => {
    const page =
      body['pageToken'] === 'second'
        ? { documents: [stored('b.md', '# B')] }
        : { documents: [stored('a.md', '# A')], nextPageToken: 'second' };
    sendAnswer(response, doorMethods.listDocuments, page);
  });
  const { out } = await ingest();
  expect(out).toContain('0 created, 0 replaced, 2 unchanged, 0 failed');
});

it('sends a document again whose ingestion failed before', async () => {
  write('a.md', '# A');
  door.on(doorMethods.listDocuments, { documents: [stored('a.md', '# A', 'DOCUMENT_STATE_FAILED')] });
  await ingest();
  expect(sentDocuments()).toHaveLength(1);
});

it('reports what failed and why, and goes on with the others', async () => {
  write('bad.pdf', 'no pdf');
  write('good.md', '# Good');
  door.on(doorMethods.ingestDocuments, ({ body }, response) => {
    const document = documentOf(body);
    if (document.uri !== 'bad.pdf') return sendOutcome(response, document, 'REPLACED');
    sendOutcome(response, document, 'FAILED', {
      code: 3,
      reason: 'DOCUMENT_UNREADABLE',
      message: 'It is no PDF.',
    });
  });
  const { exitCode, out, error } = await ingest();
  expect({ exitCode, sums: out.split('\n').at(-2), error }).toEqual({
    exitCode: 1,
    sums: '0 created, 1 replaced, 0 unchanged, 1 failed',
    error: 'failed: bad.pdf: DOCUMENT_UNREADABLE: It is no PDF.\n',
  });
});

describe('with --detach', () => {
  beforeEach(() => door.on(doorMethods.ingestDocuments, { ingestion: { id: 'i1' } }));

  it('has documents accepted and says where to see how far they are', async () => {
    write('a.md', '# A');
    expect(await ingest('--detach')).toEqual({
      exitCode: 0,
      out: '[1/1] accepted a.md\n0 created, 0 replaced, 0 unchanged, 1 accepted, 0 failed\n',
      error: 'See how far they are: weft ingestions list --collection c\n',
    });
  });

  it('names its requests, so that another try of one is the same ingestion', async () => {
    write('a.md', '# A');
    let tries = 0;
    door.on(doorMethods.ingestDocuments, (_request, response) => {
      if (tries++ === 0) return sendConnectError(response, 503, 'unavailable', 'Down.', { retryAfter: '0' });
      sendAnswer(response, doorMethods.ingestDocuments, { ingestion: { id: 'i1' } });
    });
    await ingest('--detach');
    const sent = door
      .seen(doorMethods.ingestDocuments)
      .map(({ body }) => [body['asynchronous'], body['requestId']]);
    expect(sent).toEqual([
      [true, expect.stringMatching(/./)],
      [true, sent[0]![1]],
    ]);
  });
});

it('does not send a document over the limit', async () => {
  write('big.txt', '');
  truncateSync(join(folder, 'big.txt'), 33_554_433);
  const { error } = await ingest();
  expect({ error, sent: sentDocuments().length }).toEqual({
    error:
      'failed: big.txt: DOCUMENT_TOO_LARGE: It has 33554433 bytes; a document may have 33554432 at most.\n',
    sent: 0,
  });
});

it.each([
  [429, 'resource_exhausted'],
  [503, 'unavailable'],
])('tries again after the time that a %i asks for', async (status, code) => {
  write('a.md', '# A');
  door.on(doorMethods.ingestDocuments, ({ body }, response) => {
    if (sentDocuments().length > 2) return sendOutcome(response, documentOf(body), 'CREATED');
    sendConnectError(response, status, code, 'Too much.', { retryAfter: '0' });
  });
  const { exitCode, out } = await ingest();
  expect({ exitCode, out }).toEqual({ exitCode: 0, out: expect.stringContaining('1 created') });
});

it('gives up after five tries', async () => {
  write('a.md', '# A');
  door.on(doorMethods.ingestDocuments, (_request, response) =>
    sendConnectError(response, 503, 'unavailable', 'Down.', { retryAfter: '0' }),
  );
  const { exitCode } = await ingest();
  expect({ exitCode, tries: sentDocuments().length }).toEqual({ exitCode: 1, tries: 5 });
});

it('does not wait longer than a minute', async () => {
  write('a.md', '# A');
  door.on(doorMethods.ingestDocuments, (_request, response) =>
    sendConnectError(response, 429, 'resource_exhausted', 'Tomorrow.', { retryAfter: '86400' }),
  );
  const { exitCode, error } = await ingest();
  expect({ exitCode, error }).toEqual({
    exitCode: 1,
    error: expect.stringContaining('Try again in 86400 seconds.'),
  });
});

it('stops at a refusal that concerns every document', async () => {
  write('a.md', '# A');
  write('b.md', '# B');
  door.on(doorMethods.ingestDocuments, (_request, response) =>
    sendConnectError(response, 403, 'permission_denied', 'The key lacks documents:write.', {
      reason: 'SCOPE_MISSING',
    }),
  );
  const { exitCode } = await ingest('--concurrency', '1');
  expect({ exitCode, tries: sentDocuments().length }).toEqual({ exitCode: 1, tries: 1 });
});

it('sends no more documents at a time than it is told', async () => {
  for (let number = 0; number < 6; number += 1) write(`${number}.md`, `# ${number}`);
  let open = 0;
  let most = 0;
  const three = Promise.withResolvers<void>();
  door.on(doorMethods.ingestDocuments, async ({ body }, response) => {
    open += 1;
    most = Math.max(most, open);
    if (open === 3) three.resolve();
    await three.promise;
    open -= 1;
    sendOutcome(response, documentOf(body), 'CREATED');
  });
  await ingest('--concurrency', '3');
  expect(most).toBe(3);
});

it('finishes what is under way on Ctrl-C, begins nothing more and says how to go on', async () => {
  write('a.md', '# A');
  write('b.md', '# B');
  const arrived = Promise.withResolvers<() => void>();
  door.on(doorMethods.ingestDocuments, ({ body }, response) =>
    arrived.resolve(() => sendOutcome(response, documentOf(body), 'CREATED')),
  );
  const command = startWeft(['ingest', folder, '-c', 'c', '--concurrency', '1'], { url: door.url });
  const release = await arrived.promise;
  command.signal('SIGINT');
  await command.wrote('Finishing what is under way');
  release();
  const { exitCode, out, error } = await command.end;
  expect({ exitCode, out, error }).toEqual({
    exitCode: 130,
    out: '[1/2] created a.md\n1 created, 0 replaced, 0 unchanged, 0 failed\n',
    error: expect.stringContaining('Stopped after 1 of 2 documents. Run the same command again to go on'),
  });
});

it('ends at once when it is interrupted twice', async () => {
  write('a.md', '# A');
  const closed = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  door.on(doorMethods.ingestDocuments, (_request, response) => {
    response.on('close', () => closed.resolve());
    arrived.resolve();
  });
  const command = startWeft(['ingest', folder, '-c', 'c'], { url: door.url });
  await arrived.promise;
  command.signal('SIGINT');
  await command.wrote('Finishing what is under way');
  command.signal('SIGINT');
  await closed.promise;
  expect((await command.end).exitCode).toBe(130);
});

it('says when there is nothing to ingest', async () => {
  write('image.png', '');
  expect((await ingest()).error).toContain('There are no documents below');
});

it('refuses a folder that is not there as wrong usage, before it asks anything', async () => {
  const { exitCode } = await weft(['ingest', join(folder, 'missing'), '-c', 'c'], { url: door.url });
  expect({ exitCode, requests: door.requests.length }).toEqual({ exitCode: 2, requests: 0 });
});

it('refuses to run without a collection as wrong usage', async () => {
  expect((await weft(['ingest', folder], { url: door.url })).exitCode).toBe(2);
});
