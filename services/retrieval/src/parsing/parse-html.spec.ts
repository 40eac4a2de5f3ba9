import { declaredHtmlCharset, parseHtml } from './parse-html';

const textsOf = (source: string) => parseHtml(source).blocks.map(({ text }) => text);

describe('parseHtml', () => {
  it('drops scripts, styles and navigation', () => {
    const page = '<nav>Menu</nav><script>x()</script><style>p{}</style><p>Text</p><footer>Imprint</footer>';
    expect(textsOf(page)).toEqual(['Text']);
  });

  it('drops what is hidden and what a role says is not content', () => {
    expect(
      textsOf('<p hidden>a</p><div role="navigation">b</div><p aria-hidden="true">c</p><p>d</p>'),
    ).toEqual(['d']);
  });

  it('reads the main part alone where the page has one', () => {
    expect(textsOf('<div>Side</div><main><h1>Head</h1><p>Text</p></main><div>End</div>')).toEqual([
      'Head',
      'Text',
    ]);
  });

  it('reads headings with their levels', () => {
    expect(parseHtml('<h2>A <em>b</em></h2>').blocks).toEqual([{ kind: 'heading', level: 2, text: 'A b' }]);
  });

  it('takes white space together, but not in preformatted text', () => {
    expect(textsOf('<p>a\n   b</p><pre>a\n   b</pre>')).toEqual(['a b', 'a\n   b']);
  });

  it('decodes character references', () => {
    expect(textsOf('<p>&lt;a&gt; &amp; &eacute;&#8364;</p>')).toEqual(['<a> & é€']);
  });

  it('numbers the items of ordered lists and indents nested ones', () => {
    expect(textsOf('<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>')).toEqual(['1. a', '  - b', '2. c']);
  });

  it('reads tables row by row, one inside another as text of its cell', () => {
    const inner = '<table><tr><td>x</td><td>y</td></tr></table>';
    expect(
      textsOf(`<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>${inner}</td></tr></table>`),
    ).toEqual(['a | b\n1 | x | y']);
  });

  it('reads text of tags that are never closed', () => {
    expect(textsOf('<p>one<p>two<ul><li>three<li>four')).toEqual(['one', 'two', '- three', '- four']);
  });

  it('takes the title element for the title, else the first heading', () => {
    expect([parseHtml('<title>T</title><h1>H</h1>').title, parseHtml('<h1>H</h1>').title]).toEqual([
      'T',
      'H',
    ]);
  });

  it('keeps forms, which some pages wrap around everything', () => {
    expect(textsOf('<form><p>Text</p><button>Send</button></form>')).toEqual(['Text']);
  });

  it('refuses nesting without end', () => {
    expect(() => parseHtml('<div>'.repeat(10_000))).toThrow(
      expect.objectContaining({ reason: 'DOCUMENT_TOO_COMPLEX' }),
    );
  });
});

describe('declaredHtmlCharset', () => {
  it.each([
    ['<meta charset="ISO-8859-2">', 'iso-8859-2'],
    ['<meta http-equiv="Content-Type" content="text/html; charset=koi8-r">', 'koi8-r'],
    ['<p>none</p>', undefined],
  ])('reads %s', (head, charset) => {
    expect(declaredHtmlCharset(Buffer.from(head))).toBe(charset);
  });
});
