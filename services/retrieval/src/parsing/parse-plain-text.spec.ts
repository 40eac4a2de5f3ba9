import { parsePlainText } from './parse-plain-text';

describe('parsePlainText', () => {
  it('ends a paragraph at an empty line and keeps its lines', () => {
    expect(parsePlainText('one\ntwo\n \n\nthree').blocks.map(({ text }) => text)).toEqual([
      'one\ntwo',
      'three',
    ]);
  });

  it('takes a short first line for the title', () => {
    expect(parsePlainText('Shopping list\nmilk\neggs').title).toBe('Shopping list');
  });

  it.each([
    ['a text of one line', 'All there is.'],
    ['a long first line', `${'word '.repeat(40)}\nmore`],
  ])('finds no title in %s', (_, text) => {
    expect(parsePlainText(text).title).toBe('');
  });
});
