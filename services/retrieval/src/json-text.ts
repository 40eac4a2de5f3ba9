const depthMax = 32;

/** JSON text that PostgreSQL takes as `jsonb`, or what about the value it does not take. */
export function jsonText(value: unknown): { text: string } | { problem: string } {
  const problem = problemOf(value, 0);
  return problem === undefined ? { text: JSON.stringify(value) } : { problem };
}

function problemOf(value: unknown, depth: number): string | undefined {
  if (depth > depthMax) return `must not be nested more than ${depthMax} levels deep`;
  switch (typeof value) {
    case 'string':
      return value.includes('\u0000') || !value.isWellFormed()
        ? 'must not contain NUL or broken characters'
        : undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : 'must be a finite number';
    case 'boolean':
      return undefined;
    case 'object':
      return value === null ? undefined : problemOfParts(value, depth);
    default:
      return 'must be a value of JSON';
  }
}

function problemOfParts(value: object, depth: number): string | undefined {
  for (const [key, part] of Object.entries(value)) {
    const problem = problemOf(key, depth) ?? problemOf(part, depth + 1);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
