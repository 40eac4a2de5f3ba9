import { countTokens } from '@weft/tokens';
import fc from 'fast-check';
import { TokenTally } from './token-tally';

const words = fc.array(
  fc.constantFrom('one', ' two', ' three', '\n', ' Grüße', '日本', ' 4', '!', ' x'.repeat(3)),
  {
    maxLength: 60,
  },
);

describe('TokenTally', () => {
  it('counts a text that comes in parts as it counts the whole, give or take a token', () => {
    fc.assert(
      fc.property(words, (parts) => {
        const tally = new TokenTally();
        for (const part of parts) tally.add(part);
        expect(Math.abs(tally.count() - tokensOf(parts.join('')))).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is off by no more than a token for each time it is asked', () => {
    fc.assert(
      fc.property(words, (parts) => {
        const tally = new TokenTally();
        for (const part of parts) {
          tally.add(part);
          tally.count();
        }
        expect(Math.abs(tally.count() - tokensOf(parts.join('')))).toBeLessThanOrEqual(parts.length);
      }),
    );
  });

  it('counts text without white space', () => {
    const tally = new TokenTally();
    tally.add('x'.repeat(5000));
    tally.count();
    tally.add('x'.repeat(10));
    expect(tally.count()).toBeGreaterThan(countTokens('x'.repeat(5000)));
  });

  it('counts nothing as nothing', () => {
    expect(new TokenTally().count()).toBe(0);
  });
});

function tokensOf(text: string): number {
  return text === '' ? 0 : countTokens(text);
}
