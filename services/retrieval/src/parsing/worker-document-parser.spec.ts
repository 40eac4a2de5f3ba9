import { WeftError } from '@weft/errors';
import { docxParagraph, docxTable, makeDocx } from '../test-documents/make-docx';
import { makePdf } from '../test-documents/make-pdf';
import { type ParsedDocument, type ParseRequest } from './parse-request';
import { WorkerDocumentParser, type WorkerDocumentParserOptions } from './worker-document-parser';

// Starts real threads and databases.
jest.setTimeout(30_000);

// Goal: every format is read in the real thread, and no document, however hostile, does more than fail itself.

const mebibyte = 1024 * 1024;
const options: WorkerDocumentParserOptions = {
  threads: 1,
  timeoutMs: 20_000,
  memoryBytesMax: 256 * mebibyte,
  idleMs: 60_000,
};
const never = new AbortController().signal;

function request(uri: string, content: Buffer | string, overrides: Partial<ParseRequest> = {}): ParseRequest {
  return {
    uri,
    content: new Uint8Array(Buffer.from(content)),
    mediaType: '',
    title: '',
    chunking: { maxCharacters: 1200, overlapCharacters: 150 },
    limits: { expandedBytesMax: 8 * mebibyte, chunksMax: 100 },
    ...overrides,
  };
}

describe('WorkerDocumentParser', () => {
  let parser: WorkerDocumentParser;
  const parse = (uri: string, content: Buffer | string, overrides?: Partial<ParseRequest>) =>
    parser.parse(request(uri, content, overrides), never);
  const refusal = (uri: string, content: Buffer | string, overrides?: Partial<ParseRequest>) =>
    parse(uri, content, overrides).then(
      () => 'was read',
      (error: unknown) => (error instanceof WeftError ? error.reason : error),
    );

  beforeAll(() => (parser = new WorkerDocumentParser(options)));
  afterAll(() => parser.close());

  describe('PDF', () => {
    it('is read with its headings and paragraphs', async () => {
      const pdf = makePdf([
        [
          { text: 'Flow of gases', y: 720, size: 20 },
          { text: 'The bound-', y: 680 },
          { text: 'ary layer is thin.', y: 666 },
          { text: 'A second paragraph.', y: 630 },
        ],
      ]);
      expect((await parse('a.pdf', pdf)).text).toBe(
        'Flow of gases\n\nThe boundary layer is thin.\n\nA second paragraph.',
      );
    });

    it('gives the title that it carries', async () => {
      const pdf = makePdf([[{ text: 'Text', y: 700 }]], { title: 'Carried title' });
      expect((await parse('a.pdf', pdf)).title).toBe('Carried title');
    });

    it.each<[string, Buffer, string]>([
      ['cut off', makePdf([[{ text: 'Text', y: 700 }]]).subarray(0, 200), 'DOCUMENT_UNREADABLE'],
      ['no PDF at all', Buffer.from('not a pdf'), 'DOCUMENT_UNREADABLE'],
      ['encrypted', makePdf([[{ text: 'Text', y: 700 }]], { encrypted: true }), 'DOCUMENT_ENCRYPTED'],
      ['without text', makePdf([[]]), 'DOCUMENT_EMPTY'],
    ])('is refused when it is %s', async (_, content, reason) => {
      expect(await refusal('a.pdf', content)).toBe(reason);
    });

    it('is refused when it unpacks to more memory than is allowed', async () => {
      const frugal = new WorkerDocumentParser({ ...options, memoryBytesMax: 48 * mebibyte });
      const bomb = makePdf([], { bombBytes: 200 * mebibyte });
      await expect(frugal.parse(request('bomb.pdf', bomb), never)).rejects.toMatchObject({
        reason: 'DOCUMENT_TOO_COMPLEX',
        metadata: { limit: 'bytes of memory' },
      });
      await frugal.close();
    });
  });

  describe('DOCX', () => {
    it('is read with its headings and tables', async () => {
      const body =
        docxParagraph('The report', 'Title') +
        docxParagraph('Numbers', 'Heading1') +
        docxTable([
          ['a', 'b'],
          ['1', '2'],
        ]);
      expect((await parse('a.docx', await makeDocx(body))).text).toBe(
        'The report\n\nNumbers\n\na | b\n1 | 2',
      );
    });

    it.each<[string, () => Buffer | Promise<Buffer>, string]>([
      ['no zip', () => Buffer.from('PK\u0003\u0004 nothing more'), 'DOCUMENT_UNREADABLE'],
      ['broken inside', () => makeDocx('<w:p><w:r>'), 'DOCUMENT_UNREADABLE'],
      ['encrypted', () => Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0]), 'DOCUMENT_ENCRYPTED'],
      ['a zip bomb', () => makeDocx(docxParagraph('A'.repeat(9 * mebibyte))), 'DOCUMENT_TOO_LARGE'],
      [
        'nested without end',
        () => makeDocx(`${'<w:sdt><w:sdtContent>'.repeat(9000)}${'</w:sdtContent></w:sdt>'.repeat(9000)}`),
        'DOCUMENT_TOO_COMPLEX',
      ],
    ])('is refused when it is %s', async (_, make, reason) => {
      expect(await refusal('a.docx', await make())).toBe(reason);
    });
  });

  describe('every document', () => {
    it('keeps chunks that are exact spans of its text', async () => {
      const { text, chunks } = await parse(
        'a.md',
        `# One\n\n${'Some 😀 words. '.repeat(300)}\n\n## Two\n\nEnd.`,
      );
      expect(chunks.map(({ start, end }) => text.slice(start, end))).toEqual(
        chunks.map((chunk) => chunk.text),
      );
    });

    it('embeds a chunk under the headings that its text does not repeat', async () => {
      const { chunks } = await parse('a.md', `# Guide\n\n## Install\n\n${'Run it now. '.repeat(150)}`);
      expect(chunks.at(-1)?.embeddingText.slice(0, 22)).toBe('Guide\nInstall\nRun it n');
    });

    it('counts the words of what is embedded', async () => {
      const { chunks } = await parse('a.txt', 'dog cat dog', { title: 'Cat' });
      expect(
        Object.fromEntries(chunks[0]!.words.map((word, index) => [word, chunks[0]!.wordCounts[index]])),
      ).toEqual({ cat: 2, dog: 2 });
    });

    it('prefers the title it is given', async () => {
      expect((await parse('a.md', '# Found', { title: 'Given' })).title).toBe('Given');
    });

    it.each([
      ['no bytes', ''],
      ['white space alone', ' \n\t\n '],
    ])('is refused with %s', async (_, content) => {
      expect(await refusal('a.txt', content)).toBe('DOCUMENT_EMPTY');
    });

    it('names the limit that it passes', async () => {
      const limits = { expandedBytesMax: mebibyte, chunksMax: 3 };
      await expect(parse('a.md', '# A\n\ntext\n\n'.repeat(9), { limits })).rejects.toMatchObject({
        reason: 'DOCUMENT_TOO_LARGE',
        metadata: { limit: 'chunks', maximum: '3', actual: '9' },
      });
    });
  });

  it('stops reading what takes too long, and reads the next document', async () => {
    const impatient = new WorkerDocumentParser({ ...options, timeoutMs: 5000 });
    const slow = impatient.parse(request('slow.md', `---\n${'a: b\n'.repeat(100_000)}`), never);
    await expect(slow).rejects.toMatchObject({
      reason: 'DOCUMENT_TOO_COMPLEX',
      metadata: { limit: 'milliseconds' },
    });
    expect((await impatient.parse(request('a.txt', 'fine'), never)).text).toBe('fine');
    await impatient.close();
  });

  it('stops reading when the caller goes away, and reads the next document', async () => {
    const caller = new AbortController();
    const slow = parser.parse(request('slow.md', `---\n${'a: b\n'.repeat(100_000)}`), caller.signal);
    const next = parse('a.txt', 'fine');
    await new Promise(setImmediate);
    caller.abort();
    await expect(slow).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await next).text).toBe('fine');
  });

  it('does not read what nobody waits for any more', async () => {
    const caller = new AbortController();
    const first = parse('a.txt', 'first');
    const second = parser.parse(request('b.txt', 'second'), caller.signal);
    caller.abort();
    await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
    expect((await first).text).toBe('first');
  });

  it('reads many documents with one thread, each for who asked', async () => {
    const texts = Array.from({ length: 30 }, (_, index) => `document ${index}`);
    const read: ParsedDocument[] = await Promise.all(texts.map((text, index) => parse(`${index}.txt`, text)));
    expect(read.map(({ text }) => text)).toEqual(texts);
  });

  it('refuses what waits when it is closed', async () => {
    const closing = new WorkerDocumentParser(options);
    const running = closing.parse(request('a.txt', 'a'), never).catch((error: WeftError) => error.code);
    const waiting = closing.parse(request('b.txt', 'b'), never).catch((error: WeftError) => error.code);
    await closing.close();
    expect([await running, await waiting]).toEqual(['UNAVAILABLE', 'UNAVAILABLE']);
  });
});
