import { type FieldViolation, invalidFields } from '@weft/errors';
import { Ajv, type ErrorObject } from 'ajv';
import { isTimeZone } from './time-zone';

/** How many wrong arguments one answer names. */
const violationsMax = 20;

const ajv = new Ajv({ allErrors: true, strict: true });
ajv.addFormat('time-zone', isTimeZone);

/** Throws WeftError INVALID_ARGUMENT naming each argument that the schema refuses. */
export type ArgumentsValidator = (toolArguments: Record<string, unknown>) => void;

/** Compiles a tool's schema. Throws when the schema itself is wrong. */
export function createArgumentsValidator(schema: object): ArgumentsValidator {
  const validate = ajv.compile(schema);
  return (toolArguments) => {
    if (validate(toolArguments)) return;
    throw invalidFields((validate.errors ?? []).slice(0, violationsMax).map(violationOf));
  };
}

/** Names an argument as `arguments.query`. */
function violationOf({ instancePath, keyword, params, message }: ErrorObject): FieldViolation {
  const path = ['arguments', ...instancePath.split('/').slice(1)];
  switch (keyword) {
    case 'required':
      return { field: fieldOf([...path, String(params['missingProperty'])]), description: 'must be set' };
    case 'additionalProperties':
      return {
        field: fieldOf([...path, String(params['additionalProperty'])]),
        description: 'is not an argument of this tool',
      };
    case 'format':
      return { field: fieldOf(path), description: 'must be an IANA time zone, such as Europe/Berlin' };
    default:
      return { field: fieldOf(path), description: message ?? 'is not what the schema asks for' };
  }
}

/** Cut, since a name that the caller made up may be as long as the caller likes. */
function fieldOf(path: string[]): string {
  return path.join('.').slice(0, 128);
}
