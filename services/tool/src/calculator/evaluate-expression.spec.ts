import fc from 'fast-check';
import { evaluateExpression } from './evaluate-expression';
import { ExpressionError } from './expression-error';

describe('an expression', () => {
  it.each([
    ['0.1 + 0.2', '0.3'],
    ['2 ^ 3 ^ 2', '512'],
    ['-2 ^ 2', '-4'],
    ['2 ** -3', '0.125'],
    ['2 + 3 * 4', '14'],
    ['(2 + 3) * 4', '20'],
    ['10 - 4 - 3', '3'],
    ['100 / 10 / 5', '2'],
    ['6 × 7 ÷ 2 − 1', '20'],
    ['--5', '5'],
    ['5!', '120'],
    ['200 * 15%', '30'],
    ['100 + 10%', '100.1'],
    ['17 % 5', '2'],
    ['17 mod 5', '2'],
    ['-1 mod 5', '4'],
    ['mod(17, 5)', '2'],
    ['1.5e3', '1500'],
    ['.5 + 1.', '1.5'],
    ['12345678901234567890 * 98765432109876543210', '1219326311370217952237463801111263526900'],
    ['sqrt(16) + cbrt(27)', '7'],
    ['SIN(PI)', '0'],
    ['cos(pi)', '-1'],
    ['ln(e)', '1'],
    ['log(8, 2)', '3'],
    ['log10(1000)', '3'],
    ['round(2.345, 2)', '2.35'],
    ['round(-2.5)', '-3'],
    ['floor(-2.5) + ceil(2.1) + trunc(-2.9)', '-2'],
    ['max(1, 3, 2) - min(4, 5)', '-1'],
    ['sum(1, 2, 3) / mean(1, 2, 3)', '3'],
    ['combinations(49, 6)', '13983816'],
    ['permutations(5, 2)', '20'],
    ['gcd(12, 18, 24) + lcm(4, 6)', '18'],
    ['hypot(3, 4)', '5'],
    ['0 ^ 0', '1'],
  ])('%s is %s', (expression, expected) => {
    expect(evaluateExpression(expression).toFixed()).toBe(expected);
  });

  it.each([
    ['', 'the expression is empty'],
    ['1 +', 'a number is missing at the end'],
    ['1,000', "an operator is missing before ',' at position 2"],
    ['2(3)', "an operator is missing before '(' at position 2"],
    ['((1)', "')' is missing at the end"],
    ['sqrt 2', "'(' is missing before '2' at position 6"],
    ['sqrt(1, 2)', 'sqrt at position 1 takes 1 argument(s), not 2'],
    ['1 / 0', 'a number is divided by zero'],
    ['5 mod 0', 'a number is divided by zero'],
    ['sqrt(-1)', 'the result is not a real number'],
    ['9 ^ 9 ^ 9', 'the result is too large'],
    ['1e99999999999', 'the result is too large'],
    ['1001!', 'factorials, permutations and combinations take whole numbers from 0 to 1000'],
    ['combinations(1e9, 5e8)', 'factorials, permutations and combinations take whole numbers from 0 to 1000'],
    ['2.5!', 'factorials, permutations and combinations take whole numbers from 0 to 1000'],
    ['sin(1e16)', 'angles may be at most 10^15'],
    ['gcd(1.5, 2)', 'gcd and lcm take whole numbers of at most 50 digits'],
    ['a = 1', "'=' at position 3 is not understood"],
    ['a + 1', "there is no function or constant 'a' (position 1)"],
    ['f(x) = x', "'=' at position 6 is not understood"],
    ['[1, 2]', "'[' at position 1 is not understood"],
    ['"x"', "'\"' at position 1 is not understood"],
    ['1; 2', "';' at position 2 is not understood"],
    ['constructor', "there is no function or constant 'constructor' (position 1)"],
    ['toString()', "there is no function or constant 'tostring' (position 1)"],
    ['pi.constructor', "'.' at position 3 is not understood"],
    ['😀', "'😀' at position 1 is not understood"],
    [`${'('.repeat(400)}1${')'.repeat(400)}`, 'the expression is nested deeper than 200 levels'],
    ['-'.repeat(999), 'the expression is nested deeper than 200 levels'],
    ['2^'.repeat(499), 'the expression is nested deeper than 200 levels'],
  ])('%j has no value: %s', (expression, message) => {
    expect(() => evaluateExpression(expression)).toThrow(new ExpressionError(message));
  });

  it('has a value or an ExpressionError, whatever it is', () => {
    const parts = [
      '1',
      '2.5',
      '1e5',
      'pi',
      '+',
      '-',
      '*',
      '/',
      '^',
      '%',
      '!',
      '(',
      ')',
      ',',
      ' ',
      'sqrt(',
      'log(',
      'factorial(',
      'mod',
      'x',
    ];
    const expressions = fc.oneof(
      fc.array(fc.constantFrom(...parts), { maxLength: 30 }).map((list) => list.join('')),
      fc.string(),
    );
    fc.assert(
      fc.property(expressions, (expression) => {
        try {
          expect(evaluateExpression(expression).isFinite()).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
