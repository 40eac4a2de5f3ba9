import { type Money, moneyOf } from './money';
import { type TokenCounts } from './ledger';

/** What a million tokens of a model cost, in units of the currency, with six decimals at the most. */
export interface ModelPrice {
  input: number;
  /** Of the tokens read, those that the provider served from its cache; the price of the others if unset. */
  cachedInput: number | undefined;
  output: number;
}

/** The prices of models. */
export interface ModelPrices {
  /** By ISO 4217. */
  currencyCode: string;
  /** By the model's name; `gpt-4.1*` is for every name that begins so. */
  models: Readonly<Record<string, ModelPrice>>;
}

/** A call, as far as its price goes. */
export interface PricedCall {
  provider: string;
  /** The model that answered: providers name the version, such as `gpt-4.1-2025-04-14`. */
  model: string;
  usage: TokenCounts;
}

/** A price for a million tokens in millionths of a unit is what one token costs in millionths of a millionth. */
const millionthsPerUnit = 1_000_000;
const trillionthsPerNano = 1000n;

/** The provider of the models that come with weft, which cost nothing. */
const builtinProvider = 'builtin';

/** Tells what calls cost. */
export class PriceList {
  /** Beginnings of names, the longest first: the closest is the one that counts. */
  private readonly beginnings: string[];

  constructor(private readonly prices: ModelPrices) {
    this.beginnings = Object.keys(prices.models)
      .filter((name) => name.endsWith('*'))
      .map((name) => name.slice(0, -1))
      .sort((one, other) => other.length - one.length);
  }

  /** What a call costs, rounded once, to a billionth of a unit; undefined when nobody said what its model costs. */
  costOf({ provider, model, usage }: PricedCall): Money | undefined {
    const { currencyCode } = this.prices;
    const { inputTokens, outputTokens } = usage;
    if (provider === builtinProvider || (inputTokens === 0 && outputTokens === 0))
      return moneyOf(currencyCode, 0n);
    const price = this.priceOf(model);
    if (price === undefined) return undefined;
    // A provider that reports more from its cache than it read gives no discount for what it did not read.
    const cachedTokens = Math.min(usage.cachedInputTokens, inputTokens);
    const sum =
      trillionths(inputTokens - cachedTokens, price.input) +
      trillionths(cachedTokens, price.cachedInput ?? price.input) +
      trillionths(outputTokens, price.output);
    return moneyOf(currencyCode, (sum + trillionthsPerNano / 2n) / trillionthsPerNano);
  }

  private priceOf(model: string): ModelPrice | undefined {
    const { models } = this.prices;
    if (Object.hasOwn(models, model)) return models[model];
    const beginning = this.beginnings.find((text) => model.startsWith(text));
    return beginning === undefined ? undefined : models[`${beginning}*`];
  }
}

function trillionths(tokens: number, price: number): bigint {
  return BigInt(tokens) * BigInt(Math.round(price * millionthsPerUnit));
}
