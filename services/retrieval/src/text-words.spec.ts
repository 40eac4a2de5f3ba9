import fc from 'fast-check';
import { wordsOf } from './text-words';

describe('wordsOf', () => {
  it.each([
    ['case', 'Über ÜBER', ['uber', 'uber']],
    ['accents', 'café naïve', ['cafe', 'naive']],
    ['punctuation', 'foo_bar, (baz)—3.14', ['foo', 'bar', 'baz', '3', '14']],
    ['ligatures and wide letters', 'ﬁne Ａ１', ['fine', 'a1']],
    ['Cyrillic', 'Москва, Ёлка', ['москва', 'елка']],
    ['marks that are letters', 'हिन्दी', ['हिन्दी']],
  ])('folds %s', (_, text, words) => {
    expect(wordsOf(text)).toEqual(words);
  });

  it('makes pairs of characters where a script has no spaces', () => {
    expect(wordsOf('東京都 in 2024年')).toEqual(['東京', '京都', 'in', '2024', '年']);
  });

  it('finds part of a run of characters with the words of that part', () => {
    const words = new Set(wordsOf('私は東京都に住んでいます'));
    expect(wordsOf('東京都').every((word) => words.has(word))).toBe(true);
  });

  it('cuts words that nobody would ask for', () => {
    expect(wordsOf('a'.repeat(500))).toEqual(['a'.repeat(64)]);
  });

  it('gives the same words whatever the form of normalization', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(wordsOf(text.normalize('NFD'))).toEqual(wordsOf(text.normalize('NFC')));
      }),
    );
  });
});
