import { type common } from '@weft/contracts';
import { type FieldViolation, invalidFields } from '@weft/errors';
import { LiquidError, type Template } from 'liquidjs';
import { createLiquidEngine } from './liquid-engine';
import { type MessageTemplate, type PromptContent } from './prompt-content';
import { TimeLimitExceeded, type WithinTime } from './time-limit';
import { compileVariablesSchema, SchemaRefused, type VariablesSchema } from './variables-schema';

/** A prompt version that is ready to render. */
export interface CompiledPrompt {
  messages: { role: common.Role; templates: Template[] }[];
  schema: VariablesSchema;
  /** How much text it was made of, in UTF-16 code units: what keeping it costs, roughly. */
  size: number;
}

export const liquid = createLiquidEngine();

/**
 * Parses the templates and compiles the schema of a prompt version.
 *
 * @throws WeftError INVALID_ARGUMENT naming each `messages[i].template` that does not parse or uses a variable the schema does not
 *   declare, with the line, and `variables_schema_json` when that is not a usable schema
 */
export function compilePrompt(content: PromptContent, withinTime: WithinTime): CompiledPrompt {
  try {
    return withinTime(() => compile(content));
  } catch (error) {
    if (!(error instanceof TimeLimitExceeded)) throw error;
    throw invalidFields([
      {
        field: 'messages',
        description: `with variables_schema_json take longer than ${error.timeoutMs} ms to check; make them simpler`,
      },
    ]);
  }
}

function compile(content: PromptContent): CompiledPrompt {
  const violations: FieldViolation[] = [];
  const schema = schemaOf(content.variablesSchemaJson, violations);
  const messages = content.messages.map((message, index) => ({
    role: message.role,
    templates: templatesOf(message, `messages[${index}].template`, schema, violations),
  }));
  if (schema === undefined || violations.length > 0) throw invalidFields(violations);
  const size = content.messages.reduce(
    (sum, { template }) => sum + template.length,
    content.variablesSchemaJson.length,
  );
  return { messages, schema, size };
}

function schemaOf(json: string, violations: FieldViolation[]): VariablesSchema | undefined {
  try {
    return compileVariablesSchema(json);
  } catch (error) {
    if (!(error instanceof SchemaRefused)) throw error;
    violations.push({ field: 'variables_schema_json', description: error.message });
    return undefined;
  }
}

function templatesOf(
  { template }: MessageTemplate,
  field: string,
  schema: VariablesSchema | undefined,
  violations: FieldViolation[],
): Template[] {
  try {
    const templates = liquid.parse(template);
    if (schema !== undefined) violations.push(...undeclared(templates, field, schema));
    return templates;
  } catch (error) {
    violations.push({ field, description: parseProblem(error) });
    return [];
  }
}

function undeclared(templates: Template[], field: string, schema: VariablesSchema): FieldViolation[] {
  const { globals } = liquid.analyzeSync(templates, { partials: false });
  return Object.values(globals)
    .flat()
    .flatMap(({ segments, location }) => {
      const name = segments[0];
      if (typeof name !== 'string' || schema.declared.has(name)) return [];
      return [
        {
          field,
          description: `line ${location.row}: variables_schema_json does not declare the variable '${name}'`,
        },
      ];
    });
}

function parseProblem(error: unknown): string {
  if (error instanceof RangeError) return 'is nested too deeply';
  if (!(error instanceof Error) || !(LiquidError.is(error) || error.name === 'AssertionError')) throw error;
  const line = LiquidError.is(error) ? (error as LiquidError).token.getPosition()[0] : 1;
  return `line ${line}: ${error.message.replace(/, line:\d+, col:\d+$/, '')}`;
}
