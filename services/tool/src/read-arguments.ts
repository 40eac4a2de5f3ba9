import { invalidField } from '@weft/errors';
import { jsonShape } from './json-shape';

const depthMax = 32;

/**
 * Reads the arguments of a call from JSON text; none from empty text.
 *
 * @throws WeftError INVALID_ARGUMENT for text that is no JSON object, says something twice or is nested
 *   deeper than 32 levels
 */
export function readArguments(argumentsJson: string): Record<string, unknown> {
  if (argumentsJson.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(argumentsJson);
  } catch {
    throw invalidField('arguments_json', 'must be JSON text');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidField('arguments_json', 'must be a JSON object');
  }
  const { depth, duplicateKey } = jsonShape(argumentsJson);
  if (depth > depthMax)
    throw invalidField('arguments_json', `must be nested at most ${depthMax} levels deep, is ${depth}`);
  // Readers of JSON differ in which of the two they take, and what checks one must not let the other through.
  if (duplicateKey !== undefined)
    throw invalidField('arguments_json', `must say each thing once, says ${quoted(duplicateKey)} twice`);
  return value as Record<string, unknown>;
}

function quoted(key: string): string {
  return `'${key.length > 64 ? `${key.slice(0, 64)}…` : key}'`;
}
