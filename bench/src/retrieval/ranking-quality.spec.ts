import fc from 'fast-check';
import { ndcg, recall } from './ranking-quality';

const judgements = new Map([
  ['a', 3],
  ['b', 2],
  ['c', 1],
]);

describe('nDCG', () => {
  it('is 1 for the best order', () => {
    expect(ndcg(['a', 'b', 'c', 'x'], judgements, 10)).toBe(1);
  });

  it('gains exponentially and discounts by the logarithm of the rank', () => {
    // (7 at rank 2, 1 at rank 3) over (7 at rank 1, 3 at rank 2, 1 at rank 3)
    const expected = (7 / Math.log2(3) + 1 / 2) / (7 + 3 / Math.log2(3) + 1 / 2);
    expect(ndcg(['x', 'a', 'c'], judgements, 10)).toBeCloseTo(expected, 12);
  });

  it('does not see beyond its depth, neither in the ranking nor in the best order', () => {
    expect(ndcg(['a', 'x', 'b', 'c'], judgements, 1)).toBe(1);
  });

  it('is 0 when nothing that was found is relevant', () => {
    expect(ndcg(['x', 'y'], judgements, 10)).toBe(0);
  });

  it('is 0 when nothing is relevant at all', () => {
    expect(ndcg(['x'], new Map([['a', 0]]), 10)).toBe(0);
  });

  it('never falls when a relevant document moves up', () => {
    const ids = ['a', 'b', 'c', 'x', 'y'];
    fc.assert(
      fc.property(fc.shuffledSubarray(ids, { minLength: 5 }), fc.nat(3), (ranking, at) => {
        const [upper, lower] = [ranking[at]!, ranking[at + 1]!];
        if ((judgements.get(lower) ?? 0) < (judgements.get(upper) ?? 0)) return true;
        const swapped = ranking.with(at, lower).with(at + 1, upper);
        return ndcg(swapped, judgements, 10) >= ndcg(ranking, judgements, 10);
      }),
    );
  });
});

describe('recall', () => {
  it('is the share of what is relevant', () => {
    expect(recall(['x', 'c', 'a'], judgements, 10)).toBeCloseTo(2 / 3, 12);
  });

  it('does not count what stands beyond its depth', () => {
    expect(recall(['x', 'c', 'a'], judgements, 2)).toBeCloseTo(1 / 3, 12);
  });

  it('does not miss what is judged not relevant', () => {
    expect(
      recall(
        ['a'],
        new Map([
          ['a', 1],
          ['b', 0],
        ]),
        10,
      ),
    ).toBe(1);
  });
});
