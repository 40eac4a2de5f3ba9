/** An expression that cannot be read or has no value. The message says why, and where. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}
