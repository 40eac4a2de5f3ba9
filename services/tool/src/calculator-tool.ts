import { constants, functions } from './calculator/functions';
import { evaluateExpression } from './calculator/evaluate-expression';
import { ExpressionError } from './calculator/expression-error';
import { type Tool } from './tool';
import { ToolFailure } from './tool-failure';

const expressionLengthMax = 1000;
/** How many digits of a broken number the model is told. */
const digitsShown = 20;
/** How many digits a whole number may have to be told in full. */
const wholeDigitsMax = 50;

/** Evaluates arithmetic. */
export const calculatorTool: Tool<{ expression: string }> = {
  name: 'calculator',
  description:
    'Evaluates an arithmetic expression exactly, such as "(12.5 + 3) * 2^10 / 7". ' +
    'Operators: + - * / ^ (power) % or mod (remainder) ! (factorial); 15% is 0.15. ' +
    `Constants: ${[...constants.keys()].join(', ')}. Functions: ${[...functions.keys()].join(', ')}. ` +
    'Angles are in radians; log(x) is natural, log(x, base) is not.',
  parametersSchema: {
    type: 'object',
    properties: {
      expression: {
        type: 'string',
        minLength: 1,
        maxLength: expressionLengthMax,
        description: 'The expression.',
      },
    },
    required: ['expression'],
    additionalProperties: false,
  },
  idempotent: true,
  async invoke({ expression }) {
    try {
      const value = evaluateExpression(expression);
      const exact = value.isInteger() && value.precision(true) <= wholeDigitsMax;
      return { result: exact ? value.toFixed() : value.toSignificantDigits(digitsShown).toString() };
    } catch (error) {
      if (error instanceof ExpressionError)
        throw new ToolFailure(`The expression has no value: ${error.message}.`);
      throw error;
    }
  },
};
