import { blocksOfLines, joinLines } from './pdf-blocks';
import { type PdfLine } from './pdf-lines';

const line = (text: string, y: number, options: Partial<PdfLine> = {}): PdfLine => ({
  text,
  x: 72,
  y,
  fontSize: 12,
  page: 0,
  ...options,
});

describe('joinLines', () => {
  it('takes a word together that a hyphen cut at the end of a line', () => {
    expect(joinLines([{ text: 'a hyphen-' }, { text: 'ated word' }])).toBe('a hyphenated word');
  });

  it.each([
    ['before a capital', 'Franco-', 'Prussian', 'Franco- Prussian'],
    ['after a number', '1914-', 'to', '1914- to'],
  ])('keeps a hyphen %s', (_, first, second, joined) => {
    expect(joinLines([{ text: first }, { text: second }])).toBe(joined);
  });

  it('spells ligatures out', () => {
    expect(joinLines([{ text: 'eﬃcient ﬂow' }])).toBe('efficient flow');
  });
});

describe('blocksOfLines', () => {
  it('tells paragraphs by the distance of lines', () => {
    const lines = [line('one', 700), line('two', 686), line('three', 650), line('four', 636)];
    expect(blocksOfLines(lines).map(({ text }) => text)).toEqual(['one two', 'three four']);
  });

  it('tells headings and their levels by the size of letters', () => {
    const lines = [
      line('Title', 740, { fontSize: 24 }),
      line('Section', 700, { fontSize: 16 }),
      line('Long text of the body.', 670),
      line('More of it.', 656),
    ];
    expect(blocksOfLines(lines).map(({ kind, level }) => [kind, level])).toEqual([
      ['heading', 1],
      ['heading', 2],
      ['paragraph', 0],
    ]);
  });

  it('goes on with a sentence on the next page', () => {
    const lines = [line('The end of', 60), line('the sentence.', 700, { page: 1 })];
    expect(blocksOfLines(lines).map(({ text }) => text)).toEqual(['The end of the sentence.']);
  });

  it('begins anew on the next page after a sentence', () => {
    const lines = [line('It ended.', 60), line('Another one.', 700, { page: 1 })];
    expect(blocksOfLines(lines)).toHaveLength(2);
  });

  it('makes an item of every bullet', () => {
    const lines = [line('• one', 700), line('• two', 686)];
    expect(blocksOfLines(lines)).toEqual([
      { kind: 'list_item', level: 0, text: '- one' },
      { kind: 'list_item', level: 0, text: '- two' },
    ]);
  });

  it('does not take a large line of a table of contents for a heading', () => {
    const lines = [
      line('Index . . . . . . . . 33', 700, { fontSize: 16 }),
      line('A long text of the body here.', 670),
    ];
    expect(blocksOfLines(lines)[0]?.kind).toBe('paragraph');
  });
});
