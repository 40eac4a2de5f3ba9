import {
  type DescField,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { type FieldViolation, invalidFields } from '@weft/errors';

type JsonObject = Record<string, JsonValue>;

const violationsMax = 16;

/**
 * Reads a message from canonical proto3 JSON, and writes it for the wire.
 *
 * @throws WeftError INVALID_ARGUMENT naming each field that is unknown or has a wrong value
 */
export function jsonToBytes(message: DescMessage, json: Record<string, unknown>): Uint8Array {
  let decoded;
  try {
    decoded = fromJson(message, json as JsonObject);
  } catch (error) {
    const violations: FieldViolation[] = [];
    findViolations(message, json as JsonObject, '', violations);
    if (violations.length === 0) violations.push({ field: '', description: reasonOf(error) });
    throw invalidFields(violations.slice(0, violationsMax));
  }
  return toBinary(message, decoded);
}

/** Writes a message as canonical proto3 JSON; fields that hold their default are left out. */
export function bytesToJson(message: DescMessage, bytes: Uint8Array): string {
  return JSON.stringify(toJson(message, fromBinary(message, bytes)));
}

/** Tries each field by itself: the codec stops at the first problem and does not say where in the tree it is. */
function findViolations(
  message: DescMessage,
  json: JsonObject,
  path: string,
  violations: FieldViolation[],
): void {
  for (const [key, value] of Object.entries(json)) {
    if (violations.length >= violationsMax) return;
    const field = message.fields.find(({ name, jsonName }) => key === name || key === jsonName);
    const at = path === '' ? (field?.name ?? key) : `${path}.${field?.name ?? key}`;
    if (field === undefined) violations.push({ field: at, description: 'is not a field' });
    else if (problemOf(message, { [key]: value }) !== undefined)
      findInField(message, field, value, at, violations);
  }
  if (violations.length > 0) return;
  const together = problemOf(message, json);
  if (together !== undefined) violations.push({ field: path, description: together });
}

function findInField(
  message: DescMessage,
  field: DescField,
  value: JsonValue,
  path: string,
  violations: FieldViolation[],
): void {
  const before = violations.length;
  const nested = field.message;
  if (nested !== undefined && !nested.typeName.startsWith('google.protobuf.')) {
    if (field.fieldKind === 'message' && isObject(value)) findViolations(nested, value, path, violations);
    if (field.fieldKind === 'list' && Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        if (isObject(item)) findViolations(nested, item, `${path}[${index}]`, violations);
      }
    }
  }
  if (violations.length > before) return;
  violations.push({
    field: path,
    description: problemOf(message, { [field.jsonName]: value }) ?? 'has a wrong value',
  });
}

function problemOf(message: DescMessage, json: JsonObject): string | undefined {
  try {
    fromJson(message, json);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** The codec's reason without the names of its own types, and without what was sent: errors are not where content belongs. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const reason = text
    .replace(/^cannot decode (?:\S+ )*?from JSON:? /, '')
    .replace(/,? (?:but )?got .*$/s, '');
  return /["']/.test(reason) ? 'has a wrong value' : reason;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
