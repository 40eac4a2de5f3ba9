import { detectMediaType } from './media-type';

const detect = (document: { mediaType?: string; uri?: string; content?: string | Buffer }) =>
  detectMediaType({
    mediaType: document.mediaType ?? '',
    uri: document.uri ?? 'somewhere',
    content: Buffer.from(document.content ?? 'text'),
  });

describe('detectMediaType', () => {
  it('takes the type it was given before everything else', () => {
    expect(detect({ mediaType: 'text/html', uri: 'a.md', content: '# no' }).format).toBe('html');
  });

  it('reads the charset of the given type', () => {
    expect(detect({ mediaType: 'Text/HTML; Charset="ISO-8859-1"' })).toEqual({
      mediaType: 'text/html',
      format: 'html',
      charset: 'iso-8859-1',
    });
  });

  it.each([
    ['guide/intro.md', 'text/markdown'],
    ['https://x.test/page.HTML?x=1.pdf#a.docx', 'text/html'],
    ['notes.txt', 'text/plain'],
    ['paper.pdf', 'application/pdf'],
    ['letter.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
  ])('tells %s by its ending', (uri, mediaType) => {
    expect(detect({ uri }).mediaType).toBe(mediaType);
  });

  it('looks past a type that says nothing', () => {
    expect(detect({ mediaType: 'application/octet-stream', uri: 'a.md' }).format).toBe('markdown');
  });

  it.each([
    ['%PDF-1.7 …', 'pdf'],
    ['PK\u0003\u0004 …', 'docx'],
    ['\ufeff <!DOCTYPE html><p>hi', 'html'],
    ['# Title\n\nText', 'markdown'],
    ['Just words.', 'plain text'],
  ])('tells %j by its content', (content, format) => {
    expect(detect({ content }).format).toBe(format);
  });

  it('reads other kinds of text as plain text under their own name', () => {
    expect(detect({ mediaType: 'text/x-rst' })).toEqual({ mediaType: 'text/x-rst', format: 'plain text' });
  });

  it.each([
    ['a picture by its type', { mediaType: 'image/png' }],
    [
      'binary content',
      { content: Buffer.from(Array.from({ length: 999 }, (_, index) => (index * 7919) % 256)) },
    ],
  ])('refuses %s', (_, document) => {
    expect(() => detect(document)).toThrow(expect.objectContaining({ reason: 'DOCUMENT_TYPE_UNSUPPORTED' }));
  });
});
