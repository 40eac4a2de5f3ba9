import { Decimal as AnyDecimal } from 'decimal.js';

/**
 * Decimal numbers of 50 digits, so that sums of money and large whole numbers come out exact. Beyond
 * 10^±100000 a number counts as infinite or as 0.
 */
export const Decimal = AnyDecimal.clone({
  precision: 50,
  maxE: 100_000,
  minE: -100_000,
  toExpNeg: -20,
  toExpPos: 50,
  defaults: true,
});

/** A decimal number. */
export type Decimal = AnyDecimal;
