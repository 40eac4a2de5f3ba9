import { loadLoggingConfig } from './config';

describe('loadLoggingConfig', () => {
  it('stores 500 events at once by default, and knows no prices', () => {
    expect(loadLoggingConfig({})).toEqual({ batchMax: 500, prices: { currencyCode: 'USD', models: {} } });
  });

  it.each(['0', '10001', 'many'])('refuses batches of %s, naming the variable', (value) => {
    expect(() => loadLoggingConfig({ WEFT_LOGGING_BATCH_MAX: value })).toThrow(/WEFT_LOGGING_BATCH_MAX/);
  });
});

describe('WEFT_MODEL_PRICES', () => {
  const load = (prices: unknown) =>
    loadLoggingConfig({ WEFT_MODEL_PRICES: typeof prices === 'string' ? prices : JSON.stringify(prices) });
  const models = (price: object) => ({ models: { small: { input: 1, output: 2, ...price } } });

  it('says what models cost', () => {
    const { prices } = load({
      currency: 'EUR',
      models: { 'small*': { input: 0.15, cached_input: 0.0375, output: 0.6 } },
    });
    expect(prices).toEqual({
      currencyCode: 'EUR',
      models: { 'small*': { input: 0.15, cachedInput: 0.0375, output: 0.6 } },
    });
  });

  it.each([
    ['is no JSON', 'USD', 'the value: '],
    ['lacks models', { currency: 'USD' }, 'models: '],
    [
      'has a currency that is none',
      { currency: 'dollars', models: {} },
      'currency: must be three capital letters',
    ],
    ['lacks a price', { models: { small: { input: 1 } } }, 'models → small → output: must be a number'],
    ['has a price below zero', models({ input: -1 }), 'models → small → input: must not be negative'],
    [
      'has a price that is too high',
      models({ output: 1e7 }),
      'models → small → output: must be at most 1000000',
    ],
    ['has a price of seven decimals', models({ input: 0.0000001 }), 'input: must have at most six decimals'],
    [
      'has a price of something else',
      models({ reasoning: 1 }),
      'models → small: Unrecognized key: "reasoning"',
    ],
    ['has a * within a name', { models: { 'a*b': { input: 1, output: 1 } } }, 'models → a*b: must be a name'],
  ])('is refused by its name when it %s', (_, value, problem) => {
    expect(() => load(value)).toThrow(new RegExp(`WEFT_MODEL_PRICES: .*${problem.replaceAll('*', '\\*')}`));
  });
});
