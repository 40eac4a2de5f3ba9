import { z } from 'zod';

import { type ModelPrices } from './price-list';

/** Beyond it, prices are not exact any more. */
const priceMax = 1_000_000;
const price = z
  .number('must be a number')
  .min(0, 'must not be negative')
  .max(priceMax, `must be at most ${priceMax}`)
  .refine((value) => Number(value.toFixed(6)) === value, 'must have at most six decimals');

const prices = z.strictObject({
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be three capital letters, such as USD')
    .default('USD'),
  models: z.record(
    z.string().regex(/^[^*]+\*?$/, 'must be a name, which may end with *'),
    z.strictObject({ input: price, cached_input: price.optional(), output: price }),
  ),
});

/** The prices of models as JSON; unset knows none. */
export function modelPricesSetting() {
  return z
    .string()
    .default('{"models": {}}')
    .transform((text, context): ModelPrices => {
      const { data, error } = prices.safeParse(parseJson(text));
      if (data === undefined) {
        for (const issue of error!.issues) context.addIssue({ code: 'custom', message: problemOf(issue) });
        return z.NEVER;
      }
      const models = Object.entries(data.models).map(
        ([name, { input, cached_input: cachedInput, output }]) => [name, { input, cachedInput, output }],
      );
      return { currencyCode: data.currency, models: Object.fromEntries(models) };
    })
    .meta({
      description:
        'JSON: the currency, and by model (or its beginning and *) what a million tokens of input, cached input and output cost',
      example: '{"currency": "USD", "models": {"gpt-4.1*": {"input": 2, "cached_input": 0.5, "output": 8}}}',
    });
}

/** Where it is and what is wrong; of a name that is none, what is wrong with it. */
function problemOf(issue: z.core.$ZodIssue): string {
  const { message } = issue.code === 'invalid_key' ? issue.issues[0]! : issue;
  return `${issue.path.join(' → ') || 'the value'}: ${message}`;
}

/** Undefined, which is no object either, for what is not JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
