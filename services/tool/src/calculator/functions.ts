import { ExpressionError } from './expression-error';
import { Decimal } from './numbers';

/** A function of an expression: how many arguments it takes, and its value. */
export interface CalculatorFunction {
  argumentsMin: number;
  argumentsMax: number;
  apply(values: Decimal[]): Decimal;
}

/** Bounds that keep each function quick. */
const factorialMax = 1000;
const angleMax = new Decimal(1e15);
/** Digits behind the point that sines and the like are good for: the sine of `pi` is 0. */
const angleDigits = 40;

/** The constants by name. */
export const constants: ReadonlyMap<string, Decimal> = new Map([
  ['pi', Decimal.acos(-1)],
  ['tau', Decimal.acos(-1).times(2)],
  ['e', Decimal.exp(1)],
]);

/** The functions by name. Angles are in radians. */
export const functions: ReadonlyMap<string, CalculatorFunction> = new Map([
  ['abs', one((x) => x.abs())],
  ['sign', one((x) => new Decimal(Decimal.sign(x)))],
  ['sqrt', one((x) => x.sqrt())],
  ['cbrt', one((x) => x.cbrt())],
  ['exp', one((x) => x.exp())],
  ['ln', one((x) => x.ln())],
  ['log', some(1, 2, ([x, base]) => (base === undefined ? x!.ln() : x!.log(base)))],
  ['log10', one((x) => x.log(10))],
  ['log2', one((x) => x.log(2))],
  ['pow', some(2, 2, ([x, y]) => x!.pow(y!))],
  ['mod', some(2, 2, ([x, y]) => modulo(x!, y!))],
  ['floor', one((x) => x.floor())],
  ['ceil', one((x) => x.ceil())],
  ['trunc', one((x) => x.trunc())],
  ['round', some(1, 2, ([x, places]) => round(x!, places))],
  ['min', some(1, Infinity, (values) => Decimal.min(...values))],
  ['max', some(1, Infinity, (values) => Decimal.max(...values))],
  ['sum', some(1, Infinity, (values) => sum(values))],
  ['mean', some(1, Infinity, (values) => sum(values).div(values.length))],
  ['hypot', some(1, Infinity, (values) => Decimal.hypot(...values))],
  ['gcd', some(2, Infinity, (values) => values.reduce(greatestDivisor))],
  ['lcm', some(2, Infinity, (values) => values.reduce(leastMultiple))],
  ['factorial', one(factorial)],
  ['permutations', some(2, 2, ([n, k]) => fallingProduct(n!, k!))],
  ['combinations', some(2, 2, ([n, k]) => fallingProduct(n!, k!).div(factorial(k!)).round())],
  ['sin', angle((x) => x.sin())],
  ['cos', angle((x) => x.cos())],
  ['tan', angle((x) => x.tan())],
  ['asin', angle((x) => x.asin())],
  ['acos', angle((x) => x.acos())],
  ['atan', angle((x) => x.atan())],
  ['atan2', some(2, 2, ([y, x]) => Decimal.atan2(y!, x!))],
  ['degrees', one((x) => x.times(180).div(constants.get('pi')!))],
  ['radians', one((x) => x.times(constants.get('pi')!).div(180))],
]);

/** The factorial of a whole number from 0 to 1,000. */
export function factorial(n: Decimal): Decimal {
  return fallingProduct(n, n);
}

/** The remainder with the sign of the divisor, so that a clock or a calendar can be counted back. */
export function modulo(x: Decimal, y: Decimal): Decimal {
  if (y.isZero()) throw new ExpressionError('a number is divided by zero');
  return x.minus(y.times(x.div(y).floor()));
}

/** n (n-1) … (n-k+1). */
function fallingProduct(n: Decimal, k: Decimal): Decimal {
  if (!isCount(n) || !isCount(k))
    throw new ExpressionError(
      `factorials, permutations and combinations take whole numbers from 0 to ${factorialMax}`,
    );
  let product = new Decimal(1);
  for (let step = 0; step < k.toNumber(); step++) product = product.times(n.minus(step));
  return product;
}

function isCount(n: Decimal): boolean {
  return n.isInteger() && n.gte(0) && n.lte(factorialMax);
}

function round(x: Decimal, places = new Decimal(0)): Decimal {
  if (!places.isInteger() || places.lt(0) || places.gt(50))
    throw new ExpressionError('round takes 0 to 50 places');
  // Halves away from zero, as people round.
  return x.toDecimalPlaces(places.toNumber(), Decimal.ROUND_HALF_UP);
}

function sum(values: Decimal[]): Decimal {
  return values.reduce((total, value) => total.plus(value));
}

function greatestDivisor(left: Decimal, right: Decimal): Decimal {
  let [a, b] = [whole(left).abs(), whole(right).abs()];
  while (!b.isZero()) [a, b] = [b, a.mod(b)];
  return a;
}

function leastMultiple(left: Decimal, right: Decimal): Decimal {
  const divisor = greatestDivisor(left, right);
  return divisor.isZero() ? divisor : left.times(right).div(divisor).abs();
}

function whole(x: Decimal): Decimal {
  if (!x.isInteger() || x.abs().gte('1e50'))
    throw new ExpressionError('gcd and lcm take whole numbers of at most 50 digits');
  return x;
}

function one(apply: (x: Decimal) => Decimal): CalculatorFunction {
  return some(1, 1, ([x]) => apply(x!));
}

function angle(apply: (x: Decimal) => Decimal): CalculatorFunction {
  return one((x) => {
    if (x.abs().gt(angleMax)) throw new ExpressionError('angles may be at most 10^15');
    return apply(x).toDecimalPlaces(angleDigits);
  });
}

function some(
  argumentsMin: number,
  argumentsMax: number,
  apply: (values: Decimal[]) => Decimal,
): CalculatorFunction {
  return { argumentsMin, argumentsMax, apply };
}
