import fc from 'fast-check';
import { shareTokens } from './share-tokens';

const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);

describe('shareTokens', () => {
  it('shares by length', () => {
    expect(shareTokens(30, ['a'.repeat(10), 'b'.repeat(20)])).toEqual([10, 20]);
  });

  it('shares exactly what was reported, and never less than nothing', () => {
    const texts = fc.array(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.nat(), texts, (reported, list) => {
        const shares = shareTokens(reported, list);
        expect([sum(shares), shares.every((share) => share >= 0)]).toEqual([reported, true]);
      }),
    );
  });

  it('takes four characters for a token when nothing was reported', () => {
    expect(shareTokens(undefined, ['a', 'abcdefgh'])).toEqual([1, 2]);
  });
});
