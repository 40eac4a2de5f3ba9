import { storableJson } from './storable-json';

describe('storableJson', () => {
  it.each([
    ['a zero character', 'a\0b', 'a\ufffdb'],
    ['half of a surrogate pair', 'a\ud800b', 'a\ufffdb'],
    ['a whole surrogate pair', '\u{1f600}', '\u{1f600}'],
    ['the text of an escape', '\\u0000', '\\u0000'],
  ])('keeps %s in a form that jsonb takes', (_, text, expected) => {
    expect(JSON.parse(storableJson([{ nested: text }]))).toEqual([{ nested: expected }]);
  });
});
