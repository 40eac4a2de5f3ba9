import { countTokens } from './count-tokens';

describe('countTokens', () => {
  it('counts as o200k_base does', () => {
    expect(countTokens('Hello, world!')).toBe(4);
  });

  it('counts the name of a special token as text', () => {
    expect(countTokens('<|endoftext|>')).toBeGreaterThan(1);
  });

  // Uncut, this takes minutes and the test runs into its time limit.
  it.each([
    'a'.repeat(1_000_000),
    ' '.repeat(1_000_000),
    '=-'.repeat(500_000),
    'ab '.repeat(10) + 'é'.repeat(500_000),
  ])('counts a text of very long words', (text) => {
    expect(countTokens(text)).toBeGreaterThan(0);
  });

  it('counts text with one long word nearly as its parts', () => {
    const words = 'the quick brown fox '.repeat(50);
    const sum = countTokens(words) + countTokens('x'.repeat(300));
    expect(Math.abs(countTokens(words + 'x'.repeat(300)) - sum)).toBeLessThan(5);
  });
});
