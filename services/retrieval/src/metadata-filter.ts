import { invalidField } from '@weft/errors';
import { jsonText } from './json-text';

/** One thing that a document's metadata must fulfil. Values are JSON texts. */
export type FilterCondition =
  | { key: string; operator: 'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte'; value: string }
  | { key: string; operator: 'in'; values: string[] }
  | { key: string; operator: 'exists'; exists: boolean };

const conditionsMax = 64;
const valuesMax = 1000;
const operators = ['eq', 'ne', 'in', 'gt', 'gte', 'lt', 'lte', 'exists'] as const;
type Operator = (typeof operators)[number];

/**
 * Reads a search request's `filter`: a value means equality, a list any of its values, an object its operators, all of them.
 *
 * @throws WeftError INVALID_ARGUMENT, naming the path in the filter that is wrong
 */
export function parseFilter(filter: Record<string, unknown> | undefined): FilterCondition[] {
  const conditions = Object.entries(filter ?? {}).flatMap(([key, wanted]) => conditionsOf(key, wanted));
  if (conditions.length > conditionsMax) {
    throw invalidField('filter', `must have at most ${conditionsMax} conditions, has ${conditions.length}`);
  }
  return conditions;
}

function conditionsOf(key: string, wanted: unknown): FilterCondition[] {
  const path = `filter.${key}`;
  checkText(path, key);
  if (Array.isArray(wanted)) return [anyOf(key, path, wanted)];
  if (typeof wanted !== 'object' || wanted === null)
    return [{ key, operator: 'eq', value: valueText(path, wanted) }];
  const entries = Object.entries(wanted);
  if (entries.length === 0) throw invalidField(path, `must have an operator: one of ${operators.join(', ')}`);
  return entries.map(([operator, operand]) => conditionOf(key, `${path}.${operator}`, operator, operand));
}

function conditionOf(key: string, path: string, operator: string, operand: unknown): FilterCondition {
  if (!operators.includes(operator as Operator)) {
    throw invalidField(path, `is no operator; there are ${operators.join(', ')}`);
  }
  switch (operator as Operator) {
    case 'in':
      if (!Array.isArray(operand)) throw invalidField(path, 'must be a list');
      return anyOf(key, path, operand);
    case 'exists':
      if (typeof operand !== 'boolean') throw invalidField(path, 'must be true or false');
      return { key, operator: 'exists', exists: operand };
    case 'eq':
    case 'ne':
      return { key, operator: operator as 'eq' | 'ne', value: valueText(path, operand) };
    default:
      if (typeof operand !== 'number' && typeof operand !== 'string') {
        throw invalidField(path, 'must be a number or a text');
      }
      return { key, operator: operator as 'gt' | 'gte' | 'lt' | 'lte', value: valueText(path, operand) };
  }
}

function anyOf(key: string, path: string, values: readonly unknown[]): FilterCondition {
  if (values.length > valuesMax) {
    throw invalidField(path, `must have at most ${valuesMax} values, has ${values.length}`);
  }
  return { key, operator: 'in', values: values.map((value, index) => valueText(`${path}[${index}]`, value)) };
}

function valueText(path: string, value: unknown): string {
  const result = jsonText(value);
  if ('problem' in result) throw invalidField(path, result.problem);
  return result.text;
}

function checkText(path: string, key: string): void {
  const result = jsonText(key);
  if ('problem' in result) throw invalidField(path, result.problem);
}
