import { type FieldViolation } from '@weft/errors';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { declaredNames } from './declared-names';

/** More would help nobody and make the error longer than the wire takes. */
const violationsMax = 50;

/** A JSON Schema that variables are held against. */
export interface VariablesSchema {
  /** The names the schema declares. */
  declared: ReadonlySet<string>;
  /** What is wrong with the variables, each by its path such as `variables.user.name`; empty when nothing is. */
  violationsOf(variables: Record<string, unknown>): FieldViolation[];
}

/** The schema is not one; the message says why. */
export class SchemaRefused extends Error {
  override readonly name = 'SchemaRefused';
}

/** Holds schemas against the meta-schema of draft 2020-12. It compiles none of them, so nothing of a tenant stays in it. */
const metaSchema = new Ajv2020({ strict: false, logger: false });
// Ajv compiles the meta-schema at its first use. A time limit that stopped it there would leave it broken for good: here nothing does.
void metaSchema.validateSchema({});

/**
 * Compiles a JSON Schema of draft 2020-12. Empty text declares no variables and allows none.
 *
 * @throws SchemaRefused when it is not JSON, not a schema, or points at what is not in it
 */
export function compileVariablesSchema(json: string): VariablesSchema {
  const schema = json === '' ? { type: 'object', additionalProperties: false } : parseSchema(json);
  const validate = compile(schema);
  return {
    declared: declaredNames(schema),
    violationsOf(variables) {
      if (validate(variables)) return [];
      return (validate.errors ?? []).slice(0, violationsMax).map(violationOf);
    },
  };
}

function parseSchema(json: string): object {
  let schema: unknown;
  try {
    schema = JSON.parse(json);
  } catch (error) {
    throw new SchemaRefused(`is not JSON: ${(error as Error).message}`);
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw new SchemaRefused('must be a JSON object');
  let valid: unknown;
  try {
    valid = metaSchema.validateSchema(schema);
  } catch (error) {
    throw new SchemaRefused(`is not JSON Schema of draft 2020-12: ${(error as Error).message}`);
  }
  if (valid !== true) {
    const { instancePath, message } = metaSchema.errors![0]!;
    throw new SchemaRefused(`is not JSON Schema of draft 2020-12: at '${instancePath || '/'}' it ${message}`);
  }
  return schema;
}

/** Each schema gets an Ajv of its own: one that is shared would let `$id` and `$ref` of one tenant meet those of another. */
function compile(schema: object): ValidateFunction {
  const ajv = new Ajv2020({
    strict: false,
    logger: false,
    allErrors: true,
    ownProperties: true,
    meta: false,
    validateSchema: false,
  });
  addFormats.default(ajv);
  try {
    const validate = ajv.compile(schema);
    // A schema that refers to itself without end fails on any value, so it fails here already.
    validate({});
    return validate;
  } catch (error) {
    if (error instanceof RangeError)
      throw new SchemaRefused('refers to itself without end, or is nested too deeply');
    throw new SchemaRefused(`cannot be used: ${(error as Error).message}`);
  }
}

function violationOf(error: ErrorObject): FieldViolation {
  const params = error.params as Record<string, unknown>;
  const inner =
    params['missingProperty'] ??
    params['additionalProperty'] ??
    params['unevaluatedProperty'] ??
    params['propertyName'];
  const segments = error.instancePath.split('/').slice(1).map(unescapePointer);
  if (typeof inner === 'string') segments.push(inner);
  return { field: segments.reduce(appendSegment, 'variables'), description: describe(error, params) };
}

function describe(error: ErrorObject, params: Record<string, unknown>): string {
  switch (error.keyword) {
    case 'required':
    case 'dependentRequired':
      return 'must be set';
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return 'is not declared in the schema';
    case 'enum':
      return `must be one of ${JSON.stringify(params['allowedValues'])}`;
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`;
    default:
      return error.message ?? `is refused by '${error.keyword}'`;
  }
}

function appendSegment(path: string, segment: string): string {
  return /^\d+$/.test(segment) ? `${path}[${segment}]` : `${path}.${segment}`;
}

/** Source: RFC 6901, section 4. */
function unescapePointer(segment: string): string {
  return segment.replaceAll('~1', '/').replaceAll('~0', '~');
}
