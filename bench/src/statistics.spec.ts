import fc from 'fast-check';
import { mean, median, percentile } from './statistics';

const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1 });

it.each([
  [50, 3],
  [99, 5],
  [20, 1],
  [21, 2],
  [100, 5],
  [0, 1],
])('percentile %i of 1 to 5 is %i', (percent, expected) => {
  expect(percentile([5, 3, 1, 4, 2], percent)).toBe(expected);
});

it('a percentile is a value that was measured, and as many as it says do not exceed it', () => {
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 100 }), (values, percent) => {
      const result = percentile(values, percent);
      const notAbove = values.filter((value) => value <= result).length;
      return values.includes(result) && notAbove >= (percent / 100) * values.length;
    }),
  );
});

it('sorts numbers, not texts', () => {
  expect(percentile([9, 10, 100], 50)).toBe(10);
});

it('leaves the values in their order', () => {
  const values = [3, 1, 2];
  percentile(values, 50);
  expect(values).toEqual([3, 1, 2]);
});

it.each([
  [[7], 7],
  [[1, 9], 5],
  [[9, 1, 2], 2],
  [[4, 1, 3, 2], 2.5],
])('the median of %j is %d', (values, expected) => {
  expect(median(values)).toBe(expected);
});

it('there is no percentile and no median of nothing', () => {
  expect([percentile([], 50), median([]), mean([])]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
});
