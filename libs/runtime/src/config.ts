import { WeftError } from '@weft/errors';
import { z } from 'zod';

/** Where settings are read from: variable names and their text. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads settings from environment variables.
 *
 * @param shape one zod schema a variable; `.meta({ description, example })` says what a value looks like
 * @throws WeftError FAILED_PRECONDITION `BAD_CONFIGURATION`, naming each bad variable, what it must be and an example
 */
export function loadConfig<Shape extends z.ZodRawShape>(
  shape: Shape,
  env: Environment,
): z.output<z.ZodObject<Shape>> {
  const given = Object.fromEntries(
    Object.keys(shape).map((name) => [name, env[name] === '' ? undefined : env[name]]),
  );
  const result = z.object(shape).safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) =>
    describe(shape, String(issue.path[0]), issue.message, given),
  );
  throw new WeftError('FAILED_PRECONDITION', 'BAD_CONFIGURATION', problems.join('\n'));
}

function describe(
  shape: z.ZodRawShape,
  variable: string,
  problem: string,
  given: Record<string, string | undefined>,
): string {
  const meta = metaOf(shape[variable] as z.ZodType | undefined);
  const value =
    given[variable] === undefined
      ? 'it is not set'
      : `it is ${looksSecret(variable) ? 'set' : `'${shortened(given[variable])}'`}`;
  const expected = typeof meta.description === 'string' ? ` It is ${meta.description}.` : '';
  const example = meta['example'] === undefined ? '' : ` Example: ${variable}=${String(meta['example'])}`;
  return `${variable}: ${problem} (${value}).${expected}${example}`;
}

/** A value that is a whole file, such as prices, is not told whole. */
function shortened(value: string): string {
  return value.length > 200 ? `${value.slice(0, 200)}…` : value;
}

/** What a schema says of itself, or what the schema that it wraps, such as an optional one, says. */
function metaOf(schema: z.ZodType | undefined): z.core.GlobalMeta {
  if (schema === undefined) return {};
  const { innerType } = schema.def as { innerType?: z.ZodType };
  return schema.meta() ?? metaOf(innerType);
}

/** URLs carry passwords, and headers keys. */
function looksSecret(variable: string): boolean {
  return /KEY|SECRET|TOKEN|PASS|CREDENTIAL|DSN|URL|ENDPOINT|HEADERS/.test(variable);
}

/** A whole number between two bounds, inclusive. */
export function integerSetting(options: { min: number; max: number; default: number; description: string }) {
  return z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${options.min} to ${options.max}`)
    .transform(Number)
    .pipe(
      z
        .number()
        .min(options.min, `must be at least ${options.min}`)
        .max(options.max, `must be at most ${options.max}`),
    )
    .default(options.default)
    .meta({ description: options.description, example: options.default });
}

/** A TCP port; 0 lets the system choose. */
export function portSetting(options: { default: number; description: string }) {
  return integerSetting({ min: 0, max: 65535, ...options });
}

/** `true` or `false`. */
export function booleanSetting(options: { default: boolean; description: string }) {
  return z
    .enum(['true', 'false'], 'must be true or false')
    .transform((text) => text === 'true')
    .default(options.default)
    .meta({ description: options.description, example: options.default });
}

/** Any text. */
export function textSetting(options: { default: string; description: string; example?: string }) {
  return z
    .string()
    .default(options.default)
    .meta({ description: options.description, example: options.example ?? options.default });
}

/** Text that need not be there. */
export function optionalTextSetting(options: { description: string; example: string }) {
  return z.string().optional().meta(options);
}
