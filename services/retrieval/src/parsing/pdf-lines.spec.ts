import { dropRunningLines, linesOfPage, type PdfTextItem } from './pdf-lines';

const item = (text: string, x: number, y: number, endsLine = false): PdfTextItem => ({
  text,
  x,
  y,
  width: text.length * 6,
  fontSize: 12,
  endsLine,
});
const page = (number: number, ...texts: string[]) =>
  texts.map((text, index) => ({ text, x: 0, y: 700 - 20 * index, fontSize: 12, page: number }));

describe('linesOfPage', () => {
  it('joins pieces of a line, with a space where there is a gap', () => {
    expect(linesOfPage([item('Hel', 0, 700), item('lo', 18, 700), item('world', 40, 700)], 0)[0]?.text).toBe(
      'Hello world',
    );
  });

  it('begins a line where the height changes or a line ends', () => {
    const items = [item('a', 0, 700), item('b', 0, 680), item('c', 0, 660, true), item('d', 20, 660)];
    expect(linesOfPage(items, 0).map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('keeps a raised character in its line', () => {
    expect(linesOfPage([item('E=mc', 0, 700), item('2', 24, 704)], 0).map(({ text }) => text)).toEqual([
      'E=mc2',
    ]);
  });
});

describe('dropRunningLines', () => {
  const body = (number: number) => [1, 2, 3, 4].map((line) => `text ${'abcd'[number]}${'wxyz'[line - 1]}`);
  const pages = [0, 1, 2, 3].map((number) =>
    page(number, 'The Running Title', ...body(number), `Page ${number + 1} of 4`),
  );

  it('drops titles and page numbers that stand on most pages', () => {
    expect(dropRunningLines(pages).map((lines) => lines.length)).toEqual([4, 4, 4, 4]);
  });

  it('keeps a line that repeats inside the pages', () => {
    const repeating = [0, 1, 2].map((number) =>
      page(
        number,
        `a${'xyz'[number]}`,
        `b${'xyz'[number]}`,
        'same',
        `c${'xyz'[number]}`,
        `d${'xyz'[number]}`,
      ),
    );
    expect(
      dropRunningLines(repeating)
        .flat()
        .filter(({ text }) => text === 'same'),
    ).toHaveLength(3);
  });

  it('drops nothing from a document of two pages', () => {
    expect(dropRunningLines(pages.slice(0, 2)).flat()).toHaveLength(12);
  });
});
