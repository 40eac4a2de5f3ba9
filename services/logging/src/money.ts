/** An amount of money, never negative. */
export interface Money {
  /** By ISO 4217. */
  currencyCode: string;
  /** Whole units. */
  units: number;
  /** Billionths of a unit besides. */
  nanos: number;
}

const nanosPerUnit = 1_000_000_000n;

/** An amount in billionths of a unit. */
export function moneyOf(currencyCode: string, nanos: bigint): Money {
  return { currencyCode, units: Number(nanos / nanosPerUnit), nanos: Number(nanos % nanosPerUnit) };
}

/** Reads a decimal of PostgreSQL with nine places, such as `1.250000000`. */
export function parseMoney(currencyCode: string, decimal: string): Money {
  const [units, nanos] = decimal.split('.');
  return { currencyCode, units: Number(units), nanos: Number(nanos) };
}

/** Writes an amount as a decimal with nine places. */
export function decimalOf({ units, nanos }: Money): string {
  return `${units}.${String(nanos).padStart(9, '0')}`;
}
