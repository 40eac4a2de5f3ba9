import { ExpressionError } from './expression-error';
import { constants, factorial, functions, modulo } from './functions';
import { Decimal } from './numbers';
import { type Token, tokenize } from './tokenize';

/** How deep brackets, powers and signs may be nested; a pair of brackets takes two levels. */
const depthMax = 200;

/**
 * Evaluates an arithmetic expression: numbers, `+ - * / ^ % !`, brackets, constants and functions. There are
 * no variables, no assignments and no loops, every function is bounded, and so is the time that an expression
 * of a given length takes.
 *
 * @throws ExpressionError when it cannot be read or has no finite real value
 */
export function evaluateExpression(expression: string): Decimal {
  const reader = new ExpressionReader(tokenize(expression));
  const value = reader.readAll();
  if (!value.isFinite())
    throw new ExpressionError(value.isNaN() ? 'the result is not a real number' : 'the result is too large');
  return value;
}

/** Evaluates while it reads, by recursive descent: sums of products of signed powers. */
class ExpressionReader {
  private index = 0;
  private depth = 0;

  constructor(private readonly tokens: Token[]) {}

  readAll(): Decimal {
    if (this.next().kind === 'end') throw new ExpressionError('the expression is empty');
    const value = this.readSum();
    if (this.next().kind !== 'end') throw this.unexpected('an operator');
    return value;
  }

  private readSum(): Decimal {
    let value = this.readProduct();
    for (;;) {
      if (this.take('+')) value = value.plus(this.readProduct());
      else if (this.take('-')) value = value.minus(this.readProduct());
      else return value;
    }
  }

  private readProduct(): Decimal {
    let value = this.readSigned();
    for (;;) {
      if (this.take('*')) value = value.times(this.readSigned());
      else if (this.take('/')) value = divide(value, this.readSigned());
      else if (this.take('%') || this.take('mod')) value = modulo(value, this.readSigned());
      else return value;
    }
  }

  private readSigned(): Decimal {
    return this.nested(() => {
      if (this.take('-')) return this.readSigned().negated();
      if (this.take('+')) return this.readSigned();
      const base = this.readPostfix();
      return this.take('^') ? base.pow(this.readSigned()) : base;
    });
  }

  private readPostfix(): Decimal {
    let value = this.readOperand();
    for (;;) {
      if (this.take('!')) value = factorial(value);
      else if (this.isPercentage()) value = value.div(100);
      else return value;
    }
  }

  /** Per cent is what nothing follows that could be divided by. */
  private isPercentage(): boolean {
    const following = this.tokens[this.index + 1];
    if (this.next().text !== '%' || following === undefined) return false;
    if (
      following.kind === 'number' ||
      following.text === '(' ||
      (following.kind === 'name' && following.text !== 'mod')
    )
      return false;
    this.index++;
    return true;
  }

  private readOperand(): Decimal {
    const token = this.next();
    if (token.kind === 'number') {
      this.index++;
      return new Decimal(token.text);
    }
    if (token.kind === 'name') return this.readName(token);
    if (!this.take('(')) throw this.unexpected('a number');
    const value = this.nested(() => this.readSum());
    this.expect(')');
    return value;
  }

  private readName(token: Token): Decimal {
    this.index++;
    const called = functions.get(token.text);
    if (called !== undefined) {
      const values = this.readArguments();
      if (values.length >= called.argumentsMin && values.length <= called.argumentsMax)
        return called.apply(values);
      throw new ExpressionError(
        `${token.text} at position ${token.position} takes ${arity(called)}, not ${values.length}`,
      );
    }
    const constant = constants.get(token.text);
    if (constant !== undefined) return constant;
    throw new ExpressionError(
      `there is no function or constant '${token.text}' (position ${token.position})`,
    );
  }

  private readArguments(): Decimal[] {
    this.expect('(');
    const values = [this.nested(() => this.readSum())];
    while (this.take(',')) values.push(this.nested(() => this.readSum()));
    this.expect(')');
    return values;
  }

  private next(): Token {
    return this.tokens[this.index]!;
  }

  private take(text: string): boolean {
    if (this.next().text !== text) return false;
    this.index++;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text)) throw this.unexpected(`'${text}'`);
  }

  private nested<Result>(read: () => Result): Result {
    if (++this.depth > depthMax)
      throw new ExpressionError(`the expression is nested deeper than ${depthMax} levels`);
    const result = read();
    this.depth--;
    return result;
  }

  private unexpected(expected: string): ExpressionError {
    const { kind, text, position } = this.next();
    return new ExpressionError(
      kind === 'end'
        ? `${expected} is missing at the end`
        : `${expected} is missing before '${text}' at position ${position}`,
    );
  }
}

function divide(dividend: Decimal, divisor: Decimal): Decimal {
  if (divisor.isZero()) throw new ExpressionError('a number is divided by zero');
  return dividend.div(divisor);
}

function arity({ argumentsMin, argumentsMax }: { argumentsMin: number; argumentsMax: number }): string {
  if (argumentsMax === Infinity) return `${argumentsMin} or more arguments`;
  return argumentsMin === argumentsMax
    ? `${argumentsMin} argument(s)`
    : `${argumentsMin} to ${argumentsMax} arguments`;
}
