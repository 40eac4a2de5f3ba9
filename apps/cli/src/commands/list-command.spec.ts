import { doorMethods } from '../door/door-methods';
import { type FakeDoor, startFakeDoor } from '../fake-door.fixture';
import { weft } from '../weft-command.fixture';

let door: FakeDoor;

beforeEach(async () => {
  door = await startFakeDoor();
});
afterEach(() => door.close());

it('lists collections with how much is in them', async () => {
  door.on(doorMethods.listCollections, {
    collections: [
      { name: 'docs', documentCount: 12, chunkCount: 80, embeddingModel: 'builtin' },
      { name: 'empty' },
    ],
  });
  const { out } = await weft(['collections', 'list'], { url: door.url });
  expect(out.split('\n').map((line) => line.split(/ {2,}/).slice(0, 3))).toEqual([
    ['NAME', 'DOCUMENTS', 'CHUNKS'],
    ['docs', '12', '80'],
    ['empty', '0', '0'],
    [''],
  ]);
});

it('lists the documents of a collection, with why one failed', async () => {
  door.on(doorMethods.listDocuments, {
    documents: [
      { id: 'd1', uri: 'a.md', title: 'A', state: 'DOCUMENT_STATE_READY', chunkCount: 3, sizeBytes: '900' },
      {
        id: 'd2',
        uri: 'b.pdf',
        title: 'B',
        state: 'DOCUMENT_STATE_FAILED',
        error: { reason: 'DOCUMENT_UNREADABLE', message: 'It is no PDF.' },
      },
    ],
  });
  const { out } = await weft(['documents', 'list', '--collection', 'docs'], { url: door.url });
  expect(
    out
      .split('\n')
      .map((line) => line.split(/ {2,}/))
      .slice(1, 3),
  ).toEqual([
    ['d1', 'ready', '3', '900', 'a.md', 'A'],
    ['d2', 'failed', '0', '0', 'b.pdf', 'B', 'DOCUMENT_UNREADABLE: It is no PDF.'],
  ]);
});

it('prints items as lines of JSON', async () => {
  door.on(doorMethods.listCollections, { collections: [{ name: 'a' }, { name: 'b' }] });
  const { out } = await weft(['collections', 'list', '--json'], { url: door.url });
  expect(out).toBe('{"name":"a"}\n{"name":"b"}\n');
});

it('keeps each item on its line, whatever its text', async () => {
  door.on(doorMethods.listCollections, {
    collections: [{ name: 'a', description: 'two\nlines \u001b[31mred' }],
  });
  const { out } = await weft(['collections', 'list'], { url: door.url });
  expect(out.split('\n')[1]).toMatch(/two lines \[31mred$/);
});

it('lists models and assistants', async () => {
  door.on('/v1/models', {
    object: 'list',
    data: [{ id: 'assistant:docs', object: 'model', created: 0, owned_by: 'weft' }],
  });
  const { out } = await weft(['models'], { url: door.url });
  expect(out).toBe('NAME            SERVED BY\nassistant:docs  weft\n');
});
