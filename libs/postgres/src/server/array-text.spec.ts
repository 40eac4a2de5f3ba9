import fc from 'fast-check';

import { readArray, writeArray } from './array-text';

describe('an array as text', () => {
  it('comes back as it was written, whatever its texts are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('NULL', 'null', '', '{', '}', '","', '\\"'),
    );
    const elements = fc.array(fc.option(text));
    fc.assert(
      fc.property(elements, (values) => {
        expect(readArray(writeArray(values, String), String)).toEqual(values);
      }),
    );
  });

  it('keeps its dimensions', () => {
    const values = [
      ['a', null],
      ['b', '{"c"}'],
    ];
    expect(readArray(writeArray(values, String), String)).toEqual(values);
  });

  it.each([
    ['bare elements', '{1,-2,NULL}', [1, -2, null]],
    ['none', '{}', []],
    ['bounds of its own', '[0:1]={1,2}', [1, 2]],
  ])('is read with %s', (_, text, values) => {
    expect(readArray(text, Number)).toEqual(values);
  });
});
