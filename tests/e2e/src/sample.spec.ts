import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, post } from './door';
import { startWeft, type WeftProcess } from './weft-process';

let weft: WeftProcess;

beforeAll(async () => {
  weft = await startWeft({ WEFT_SAMPLE: 'true' });
});
afterAll(() => weft?.stop());

const ask = (question: string) =>
  post(weft, '/v1/chat/completions', {
    model: 'assistant:docs',
    messages: [{ role: 'user', content: question }],
  });

describe('assistant:docs, with no key and no network', () => {
  it('answers a question about the README with the right passage cited', async () => {
    const { body } = await ask('Where is the admin key kept?');
    const cited = body.weft.citations.filter(
      ({ uri, text }: { uri: string; text: string }) =>
        uri === 'README.md' && text.includes('.weft/admin-key'),
    );
    expect([body.choices[0].message.content, cited.length > 0]).toEqual([
      expect.stringContaining('.weft/admin-key'),
      true,
    ]);
  });

  it('says plainly that its answer is extractive', async () => {
    const { body } = await ask('How are API keys stored?');
    expect(body.choices[0].message.content).toMatch(/^This is an extractive answer/);
  });

  it('cites passages whose spans are in the documents, with markers where it says', async () => {
    const { body } = await ask('How are API keys stored?');
    const { content, annotations } = body.choices[0].message;
    const markers = annotations.map(
      ({
        url_citation: { start_index, end_index },
      }: {
        url_citation: { start_index: number; end_index: number };
      }) => content.slice(start_index, end_index),
    );
    expect(markers.length > 0 && markers.every((marker: string) => /^\[\d+\]$/.test(marker))).toBe(true);
  });
});

describe('documents that left the project', () => {
  let dataDir: string;
  beforeAll(async () => (dataDir = await mkdtemp(join(tmpdir(), 'weft-sample-'))));
  afterAll(() => rm(dataDir, { recursive: true, force: true }));

  it('leave the collection at the next start, and what others put there stays', async () => {
    const first = await startWeft({ WEFT_SAMPLE: 'true', WEFT_DATA_DIR: dataDir });
    const document = (uri: string, metadata: object) => ({ uri, content: base64(`About ${uri}.`), metadata });
    await call(first, 'weft.retrieval.v1.DocumentService/IngestDocuments', {
      collection: 'docs',
      documents: [
        document('docs/left.md', { weft_sample: true }),
        document('docs/own.md', { weft_sample: 'no' }),
        document('own.md', {}),
      ],
    });
    const before = await storedUris(first);
    await first.stop();
    const second = await startWeft({ WEFT_SAMPLE: 'true', WEFT_DATA_DIR: dataDir });
    const after = await storedUris(second);
    await second.stop();
    expect(before).toEqual(expect.arrayContaining(['README.md', 'docs/left.md', 'docs/own.md', 'own.md']));
    expect(after).toEqual(before.filter((uri) => uri !== 'docs/left.md'));
  });
});

const base64 = (text: string) => Buffer.from(text).toString('base64');

async function storedUris(of: WeftProcess): Promise<string[]> {
  const { body } = await call(of, 'weft.retrieval.v1.DocumentService/ListDocuments', {
    collection: 'docs',
    pageSize: 200,
  });
  return body.documents.map(({ uri }: { uri: string }) => uri);
}
