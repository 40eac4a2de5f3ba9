import { WeftError } from '@weft/errors';

/** Causes of causes, as deep as is of use. */
const depthMax = 5;

/** An error as it is logged. */
export interface ErrorDescription {
  type: string;
  message: string;
  stack?: string;
  code?: unknown;
  reason?: string;
  cause?: ErrorDescription;
}

/**
 * What a log may hold of an error. Other fields stay out: those of database and HTTP clients carry rows, bodies and headers.
 */
export function describeError(error: unknown, depth = 1): ErrorDescription {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) };
  const { code } = error as { code?: unknown };
  return {
    type: error.name,
    ...textOf(error),
    ...(code === undefined ? {} : { code }),
    ...(error instanceof WeftError ? { reason: error.reason } : {}),
    ...(error.cause === undefined || depth === depthMax
      ? {}
      : { cause: describeError(error.cause, depth + 1) }),
  };
}

/** A parser's error quotes what it could not parse, which may be content: in its message, and so in its stack. */
function textOf({ name, message, stack }: Error): { message: string; stack: string | undefined } {
  if (name !== 'SyntaxError') return { message, stack };
  const frames = stack?.split('\n').filter((line) => line.startsWith('    at '));
  return { message: 'It cannot be parsed.', stack: frames?.join('\n') };
}
