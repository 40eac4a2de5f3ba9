import fc from 'fast-check';

import { type TokenCounts } from './ledger';
import { decimalOf } from './money';
import { PriceList } from './price-list';

const usage = (counts: Partial<TokenCounts>): TokenCounts => ({
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  reasoningTokens: 0,
  estimated: false,
  ...counts,
});
const prices = new PriceList({
  currencyCode: 'EUR',
  models: {
    small: { input: 0.15, cachedInput: 0.0375, output: 0.6 },
    'large*': { input: 10, cachedInput: undefined, output: 30 },
    'large-2026*': { input: 5, cachedInput: undefined, output: 15 },
    'large-2026-01': { input: 1, cachedInput: undefined, output: 2 },
  },
});
/** What a call costs, as a decimal. */
function costOf(model: string, counts: Partial<TokenCounts>, provider = 'openai'): string | undefined {
  const cost = prices.costOf({ provider, model, usage: usage(counts) });
  return cost && `${decimalOf(cost)} ${cost.currencyCode}`;
}

it('takes the price of a million tokens for each kind of token', () => {
  expect(costOf('small', { inputTokens: 1_000_000, outputTokens: 2_000_000 })).toBe('1.350000000 EUR');
});

it('takes the price of cached tokens for those of the input that were cached', () => {
  expect(costOf('small', { inputTokens: 1_000_000, cachedInputTokens: 400_000 })).toBe('0.105000000 EUR');
});

it('takes the full price for cached tokens where they have none of their own', () => {
  expect(costOf('large', { inputTokens: 1000, cachedInputTokens: 1000 })).toBe('0.010000000 EUR');
});

it('counts no more cached tokens than were read', () => {
  expect(costOf('small', { inputTokens: 10, cachedInputTokens: 1_000_000 })).toBe('0.000000375 EUR');
});

it('bills reasoning tokens as the output that they are part of', () => {
  expect(costOf('small', { outputTokens: 10, reasoningTokens: 8 })).toBe(
    costOf('small', { outputTokens: 10 }),
  );
});

it.each([
  ['a whole name before a beginning', 'large-2026-01', '1.000000000 EUR'],
  ['the longest beginning', 'large-2026-02', '5.000000000 EUR'],
  ['a shorter one where no longer one fits', 'large-2025', '10.000000000 EUR'],
])('prefers %s', (_, model, expected) => {
  expect(costOf(model, { inputTokens: 1_000_000 })).toBe(expected);
});

it.each(['medium', 'smaller', 'toString', '__proto__'])('knows no price of %s', (model) => {
  expect(costOf(model, { inputTokens: 1 })).toBeUndefined();
});

it('bills nothing for a call that took nothing, whatever its model', () => {
  expect(costOf('medium', {})).toBe('0.000000000 EUR');
});

it('bills nothing for the models that come with weft', () => {
  expect(costOf('builtin-extractive', { inputTokens: 1000, outputTokens: 50 }, 'builtin')).toBe(
    '0.000000000 EUR',
  );
});

it('rounds once, to a billionth', () => {
  // A cached token costs 37.5 billionths, half of one is up; two cost 75 exactly.
  const cached = (tokens: number) => costOf('small', { inputTokens: tokens, cachedInputTokens: tokens });
  expect([cached(1), cached(2)]).toEqual(['0.000000038 EUR', '0.000000075 EUR']);
});

it('is exact to half a billionth for any counts and any prices', () => {
  const micros = fc.integer({ min: 0, max: 1_000_000_000 });
  const tokens = fc.integer({ min: 0, max: 2 ** 40 });
  fc.assert(
    fc.property(micros, micros, tokens, tokens, (inputMicros, outputMicros, inputTokens, outputTokens) => {
      fc.pre(inputTokens + outputTokens > 0);
      const price = { input: inputMicros / 1e6, cachedInput: undefined, output: outputMicros / 1e6 };
      const list = new PriceList({ currencyCode: 'USD', models: { any: price } });
      const cost = list.costOf({ provider: 'p', model: 'any', usage: usage({ inputTokens, outputTokens }) })!;
      const exact = BigInt(inputTokens) * BigInt(inputMicros) + BigInt(outputTokens) * BigInt(outputMicros);
      const told = (BigInt(cost.units) * 1_000_000_000n + BigInt(cost.nanos)) * 1000n;
      const difference = told - exact;
      expect(difference > -500n && difference <= 500n).toBe(true);
    }),
  );
});
