import { type FieldViolation, invalidFields } from '@weft/errors';
import { type z } from 'zod';

const violationsMax = 16;

/**
 * Reads a request body by its schema.
 *
 * @throws WeftError INVALID_ARGUMENT naming each wrong field by its path, such as `messages[0].content`
 */
export function readBody<Shape extends z.ZodRawShape>(
  schema: z.ZodObject<Shape>,
  body: Record<string, unknown>,
): z.output<z.ZodObject<Shape>> {
  refuseCaseVariants(schema, body);
  const result = schema.safeParse(body, { error: describe });
  if (result.success) return result.data;
  throw invalidFields(
    result.error.issues.slice(0, violationsMax).flatMap((issue) => violationsOf(issue, [])),
  );
}

/** `Model` beside or instead of `model`: some readers would take it, so nobody may. */
function refuseCaseVariants(schema: z.ZodObject, body: Record<string, unknown>): void {
  for (const key of Object.keys(body)) {
    if (key in schema.shape) continue;
    const known = key.toLowerCase();
    if (known in schema.shape)
      throw invalidFields([{ field: key, description: `is not a field; did you mean '${known}'?` }]);
  }
}

function describe(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'invalid_type') {
    return issue.input === undefined
      ? `must be set: ${withArticle(issue.expected)}`
      : `must be ${withArticle(issue.expected)}`;
  }
  if (issue.code === 'unrecognized_keys') return `has unknown fields: ${issue.keys.join(', ')}`;
  return undefined;
}

function withArticle(kind: string): string {
  const name = kind === 'record' ? 'object' : kind === 'int' ? 'integer' : kind;
  return /^[aio]/.test(name) ? `an ${name}` : `a ${name}`;
}

/** Of a union's branches the one that got furthest is the one that was meant. */
function violationsOf(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): FieldViolation[] {
  const path = [...above, ...issue.path];
  if (issue.code === 'invalid_union') {
    const branches = issue.errors.filter((branch) => branch.some((inner) => inner.path.length > 0));
    const meant = branches.sort((left, right) => depthOf(right) - depthOf(left))[0];
    if (meant !== undefined) return meant.flatMap((inner) => violationsOf(inner, path));
    const kinds = issue.errors.flat().map((inner) => inner.message.replace(/^must be /, ''));
    const description =
      kinds.length > 0 && issue.message === 'Invalid input'
        ? `must be ${[...new Set(kinds)].join(' or ')}`
        : issue.message;
    return [{ field: pathText(path), description }];
  }
  return [{ field: pathText(path), description: issue.message }];
}

function depthOf(branch: readonly z.core.$ZodIssue[]): number {
  return Math.max(...branch.map(({ path }) => path.length));
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : `${index === 0 ? '' : '.'}${String(part)}`,
    )
    .join('');
}
