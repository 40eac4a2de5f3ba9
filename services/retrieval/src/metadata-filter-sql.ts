import { type FilterCondition } from './metadata-filter';

const comparisons = { gt: '>', gte: '>=', lt: '<', lte: '<=' } as const;

/**
 * Makes a condition on `jsonb` metadata of a filter; `true` when it has none. Keys and values are parameters, never part of the SQL.
 *
 * Values compare as PostgreSQL compares `jsonb`, and only with values of their own kind: a number is never greater than a text. A document
 * without the key fulfils `ne` and `exists: false` alone.
 *
 * @param column the SQL of the metadata
 * @param parameter adds a parameter and returns its name, such as `$7`
 */
export function filterSql(
  conditions: readonly FilterCondition[],
  column: string,
  parameter: (value: unknown) => string,
): string {
  if (conditions.length === 0) return 'true';
  return conditions.map((condition) => `(${conditionSql(condition, column, parameter)})`).join(' and ');
}

function conditionSql(
  condition: FilterCondition,
  column: string,
  parameter: (value: unknown) => string,
): string {
  const key = `${parameter(condition.key)}::text`;
  const found = `(${column} -> ${key})`;
  switch (condition.operator) {
    case 'eq':
      return `${found} = ${parameter(condition.value)}::jsonb`;
    case 'ne':
      return `${found} is distinct from ${parameter(condition.value)}::jsonb`;
    case 'in':
      return `${found} in (select jsonb_array_elements(${parameter(`[${condition.values.join(',')}]`)}::jsonb))`;
    case 'exists':
      return `${condition.exists ? '' : 'not '}jsonb_exists(${column}, ${key})`;
    default: {
      const value = `${parameter(condition.value)}::jsonb`;
      return `jsonb_typeof(${found}) = jsonb_typeof(${value}) and ${found} ${comparisons[condition.operator]} ${value}`;
    }
  }
}
