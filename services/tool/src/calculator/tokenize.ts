import { ExpressionError } from './expression-error';

/** A piece of an expression. */
export interface Token {
  kind: 'number' | 'name' | 'sign' | 'end';
  /** As it is written; signs that are written in several ways are made one. */
  text: string;
  /** Where it stands in the expression, from 1. */
  position: number;
}

const pattern =
  /(?<space>\s+)|(?<number>(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)|(?<name>[a-z][a-z0-9_]*)|(?<sign>\*\*|[-+*/^%!(),×÷·−])/iy;

const signs: ReadonlyMap<string, string> = new Map([
  ['**', '^'],
  ['×', '*'],
  ['·', '*'],
  ['÷', '/'],
  ['−', '-'],
]);

/**
 * Cuts an expression into numbers, names and signs.
 *
 * @throws ExpressionError for a character that has no place in one
 */
export function tokenize(expression: string): Token[] {
  const tokens: Token[] = [];
  pattern.lastIndex = 0;
  while (pattern.lastIndex < expression.length) {
    const start = pattern.lastIndex;
    const groups = pattern.exec(expression)?.groups;
    if (groups === undefined)
      throw new ExpressionError(
        `'${String.fromCodePoint(expression.codePointAt(start)!)}' at position ${start + 1} is not understood`,
      );
    const position = start + 1;
    if (groups['number'] !== undefined) tokens.push({ kind: 'number', text: groups['number'], position });
    if (groups['name'] !== undefined)
      tokens.push({ kind: 'name', text: groups['name'].toLowerCase(), position });
    if (groups['sign'] !== undefined)
      tokens.push({ kind: 'sign', text: signs.get(groups['sign']) ?? groups['sign'], position });
  }
  return [...tokens, { kind: 'end', text: '', position: expression.length + 1 }];
}
