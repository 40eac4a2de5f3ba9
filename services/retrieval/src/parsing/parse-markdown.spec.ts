import { parseMarkdown } from './parse-markdown';

const textsOf = (source: string) => parseMarkdown(source).blocks.map(({ text }) => text);

describe('parseMarkdown', () => {
  it('reads headings with their levels', () => {
    expect(parseMarkdown('# One\n\n### `Two` *2*').blocks).toEqual([
      { kind: 'heading', level: 1, text: 'One' },
      { kind: 'heading', level: 3, text: 'Two 2' },
    ]);
  });

  it('keeps the text of links, emphasis and pictures, not their marks', () => {
    expect(textsOf('See [the *guide*](http://x.test) and ![a chart](c.png).')).toEqual([
      'See the guide and a chart.',
    ]);
  });

  it('joins lines that only wrap in the source', () => {
    expect(textsOf('one\ntwo  \nthree')).toEqual(['one two\nthree']);
  });

  it('reads nested lists item by item', () => {
    expect(textsOf('1. a\n2. b\n   - c\n   - d')).toEqual(['1. a', '2. b', '  - c', '  - d']);
  });

  it('keeps code as it is written', () => {
    expect(parseMarkdown('```ts\nif (a) {\n  b();\n}\n```').blocks).toEqual([
      { kind: 'code', level: 0, text: 'if (a) {\n  b();\n}' },
    ]);
  });

  it('reads tables row by row', () => {
    expect(textsOf('| a | b |\n|---|---|\n| 1 | **2** |')).toEqual(['a | b\n1 | 2']);
  });

  it('reads the HTML in it as HTML', () => {
    expect(textsOf('<p align="center">Shown</p>\n\n<script>hidden()</script>')).toEqual(['Shown']);
  });

  it('reads quotes and footnotes', () => {
    expect(textsOf('> said[^1]\n\n[^1]: by her')).toEqual(['said', 'by her']);
  });

  it('takes the title of the front matter, which is no text', () => {
    expect(parseMarkdown('---\ntitle: "The Title"\ntags: [a]\n---\n\nText')).toEqual({
      title: 'The Title',
      blocks: [{ kind: 'paragraph', level: 0, text: 'Text' }],
    });
  });

  it('takes the first heading for the title where there is no other', () => {
    expect(parseMarkdown('Intro\n\n## Second').title).toBe('Second');
  });

  it('does not take text between rules for front matter', () => {
    expect(textsOf('---\nHello there\n\n---\nText')).toContain('Text');
  });

  it.each([
    ['quotes', `${'>'.repeat(500)} a`],
    ['lists', `${'- '.repeat(500)}a`],
  ])('refuses %s nested without end before the parser sees them', (_, source) => {
    expect(() => parseMarkdown(source)).toThrow(expect.objectContaining({ reason: 'DOCUMENT_TOO_COMPLEX' }));
  });
});
