import { type DescField, type DescMessage, getOption, ScalarType } from '@bufbuild/protobuf';
import { type FieldViolation } from '@weft/errors';
import { contractRegistry } from './method-policy';

/** Adds what is wrong with a decoded message (in ts-proto's shape) below `path` to `violations`. */
type Check = (message: Record<string, unknown>, path: string, violations: FieldViolation[]) => void;

/** The `weft.options.v1.rules` of a field. */
interface Rules {
  required: boolean;
  maxLength: number;
  maxBytes: number;
  maxItems: number;
  minimum?: number;
  maximum?: number;
  pattern: string;
  maxItemLength: number;
}

/** An error carries no more violations than this; a bad list of 2,048 items need not be told of in full. */
const violationsMax = 16;

const checks = new Map<string, Check | undefined>();

/**
 * Compiles the field rules that a message and the messages in it declare, once a type.
 *
 * @returns undefined when there is nothing to check
 */
export function requestCheck(typeName: string): Check | undefined {
  const message = contractRegistry().getMessage(typeName);
  return message === undefined ? undefined : checkOf(message);
}

function checkOf(message: DescMessage): Check | undefined {
  if (checks.has(message.typeName)) return checks.get(message.typeName);
  const parts: Check[] = [];
  // Registered before its fields are looked at, so that a message that contains itself finds this one.
  checks.set(message.typeName, (value, path, violations) => {
    for (const part of parts) part(value, path, violations);
  });
  for (const field of message.fields) {
    const part = fieldCheck(field);
    if (part !== undefined) parts.push(part);
  }
  if (parts.length === 0) checks.set(message.typeName, undefined);
  return checks.get(message.typeName);
}

function fieldCheck(field: DescField): Check | undefined {
  const rules = rulesOf(field);
  const nested =
    field.message && !field.message.typeName.startsWith('google.protobuf.')
      ? checkOf(field.message)
      : undefined;
  if (rules === undefined && nested === undefined) return undefined;
  const judge = rules === undefined ? () => undefined : judgeOf(field, rules);
  const read = reader(field);
  return (message, path, violations) => {
    if (violations.length >= violationsMax) return;
    const value = read(message);
    const name = path === '' ? field.name : `${path}.${field.name}`;
    const problem = judge(value);
    if (problem !== undefined)
      violations.push({ field: name + (problem.at ?? ''), description: problem.text });
    else if (nested !== undefined && value !== undefined && value !== null)
      nestedCheck(field, nested, value, name, violations);
  };
}

function nestedCheck(
  field: DescField,
  nested: Check,
  value: unknown,
  name: string,
  violations: FieldViolation[],
): void {
  if (field.fieldKind === 'list') {
    for (const [index, item] of (value as Record<string, unknown>[]).entries())
      nested(item, `${name}[${index}]`, violations);
  } else if (field.fieldKind === 'map') {
    for (const [key, item] of Object.entries(value as object)) nested(item, `${name}["${key}"]`, violations);
  } else {
    nested(value as Record<string, unknown>, name, violations);
  }
}

/** Reads a field where ts-proto puts it: oneof members are `{ $case, value }` under the oneof's name. */
function reader(field: DescField): (message: Record<string, unknown>) => unknown {
  const { localName } = field;
  if (field.oneof === undefined) return (message) => message[localName];
  const group = field.oneof.localName;
  return (message) => {
    const chosen = message[group] as { $case: string; value: unknown } | undefined;
    return chosen?.$case === localName ? chosen.value : undefined;
  };
}

type Judge = (value: unknown) => { text: string; at?: string } | undefined;

function judgeOf(field: DescField, rules: Rules): Judge {
  const pattern = rules.pattern === '' ? undefined : new RegExp(`^(?:${rules.pattern})$`, 'u');
  const isString = field.scalar === ScalarType.STRING;
  return (value) => {
    if (isMissing(value, field)) return rules.required ? { text: 'must be set' } : undefined;
    if (Array.isArray(value)) return judgeList(value, rules, pattern);
    if (typeof value === 'string') return judgeText(value, rules, isString ? pattern : undefined);
    if (typeof value === 'number') return judgeNumber(value, rules, field.fieldKind === 'enum');
    if (value instanceof Uint8Array) {
      return rules.maxBytes > 0 && value.length > rules.maxBytes
        ? { text: `must have at most ${rules.maxBytes} bytes, has ${value.length}` }
        : undefined;
    }
    const size = Object.keys(value as object).length;
    if (field.fieldKind === 'map' && rules.maxItems > 0 && size > rules.maxItems) {
      return { text: `must have at most ${rules.maxItems} entries, has ${size}` };
    }
    return undefined;
  };
}

function isMissing(value: unknown, field: DescField): boolean {
  if (value === undefined || value === null || value === '') return true;
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  return field.fieldKind === 'map' && Object.keys(value).length === 0;
}

function judgeList(value: unknown[], rules: Rules, pattern: RegExp | undefined): ReturnType<Judge> {
  if (rules.maxItems > 0 && value.length > rules.maxItems) {
    return { text: `must have at most ${rules.maxItems} items, has ${value.length}` };
  }
  if (rules.maxItemLength === 0 && pattern === undefined) return undefined;
  for (const [index, item] of value.entries()) {
    const problem = judgeText(String(item), { ...rules, maxLength: rules.maxItemLength }, pattern);
    if (problem !== undefined) return { ...problem, at: `[${index}]` };
  }
  return undefined;
}

function judgeText(value: string, rules: Rules, pattern: RegExp | undefined): ReturnType<Judge> {
  if (rules.maxLength > 0 && value.length > rules.maxLength) {
    return { text: `must have at most ${rules.maxLength} characters, has ${value.length}` };
  }
  if (pattern !== undefined && !pattern.test(value)) return { text: `must match ${rules.pattern}` };
  return undefined;
}

function judgeNumber(value: number, rules: Rules, isEnum: boolean): ReturnType<Judge> {
  if (isEnum) return rules.required && value === 0 ? { text: 'must be set' } : undefined;
  if (Number.isNaN(value)) return { text: 'must be a number' };
  if (rules.minimum !== undefined && value < rules.minimum)
    return { text: `must be at least ${rules.minimum}, is ${value}` };
  if (rules.maximum !== undefined && value > rules.maximum)
    return { text: `must be at most ${rules.maximum}, is ${value}` };
  return undefined;
}

function rulesOf(field: DescField): Rules | undefined {
  const extension = contractRegistry().getExtension('weft.options.v1.rules');
  if (extension === undefined || field.proto.options === undefined) return undefined;
  const present = field.proto.options.$unknown?.some((unknown) => unknown.no === extension.number);
  return present ? (getOption(field, extension) as unknown as Rules) : undefined;
}
