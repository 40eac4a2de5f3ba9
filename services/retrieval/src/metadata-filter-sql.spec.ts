import { join } from 'node:path';
import { openTestDatabase, type TestDatabase } from '@weft/testing';
import fc from 'fast-check';
import { parseFilter } from './metadata-filter';
import { filterSql } from './metadata-filter-sql';

// Starts real threads and databases.
jest.setTimeout(30_000);

// Goal: what PostgreSQL makes of a filter is what the contract says of it. Method: random filters over random metadata, against a plain
// reading of the contract in TypeScript.

let test: TestDatabase;
beforeAll(async () => {
  test = await openTestDatabase({
    schema: 'retrieval',
    migrationsFolder: join(__dirname, '..', 'migrations'),
  });
});
afterAll(() => test.close());

async function matching(filter: Record<string, unknown>, all: readonly object[]): Promise<boolean[]> {
  const values: unknown[] = [all.map((metadata) => JSON.stringify(metadata))];
  const condition = filterSql(parseFilter(filter), 'metadata', (value) => `$${values.push(value)}`);
  const rows = await test.database.query<{ matches: boolean | null }>(
    'acme',
    `select (${condition}) as matches from (select text::jsonb as metadata from unnest($1::text[]) as text) m`,
    values,
  );
  return rows.map(({ matches }) => matches === true);
}

type Json = string | number | boolean | null | Json[];

function fulfils(metadata: Record<string, Json>, filter: Record<string, unknown>): boolean {
  return Object.entries(filter).every(([key, wanted]) => {
    const present = Object.hasOwn(metadata, key);
    const same = (value: unknown) => present && JSON.stringify(metadata[key]) === JSON.stringify(value);
    if (Array.isArray(wanted)) return wanted.some(same);
    if (typeof wanted !== 'object' || wanted === null) return same(wanted);
    return Object.entries(wanted).every(([operator, operand]: [string, unknown]) => {
      const value = metadata[key] as number;
      const comparable = present && typeof value === typeof operand;
      switch (operator) {
        case 'eq':
          return same(operand);
        case 'ne':
          return !same(operand);
        case 'in':
          return (operand as unknown[]).some(same);
        case 'exists':
          return present === operand;
        case 'gt':
          return comparable && value > (operand as number);
        case 'gte':
          return comparable && value >= (operand as number);
        case 'lt':
          return comparable && value < (operand as number);
        default:
          return comparable && value <= (operand as number);
      }
    });
  });
}

const key = fc.constantFrom('a', 'b', 'k\'ey"');
const text = fc.constantFrom('', 'x', 'y', "it's", '"; drop table documents; --', '%', '$1');
const number = fc.constantFrom(-1, 0, 0.5, 2, 2020);
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const metadata = fc.dictionary(key, fc.oneof(scalar, fc.array(scalar, { maxLength: 2 })), { maxKeys: 3 });
const comparison = fc.dictionary(fc.constantFrom('gt', 'gte', 'lt', 'lte'), fc.oneof(text, number), {
  minKeys: 1,
});
const wanted = fc.oneof(
  scalar,
  fc.array(scalar, { maxLength: 3 }),
  comparison,
  fc.record({ eq: scalar }),
  fc.record({ ne: scalar, exists: fc.boolean() }),
  fc.record({ in: fc.array(scalar, { maxLength: 3 }) }),
);
const filters = fc.dictionary(key, wanted, { maxKeys: 3 });

describe('filterSql', () => {
  it('keeps what the contract says, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(metadata, { minLength: 1, maxLength: 20 }), filters, async (all, filter) => {
        expect(await matching(filter, all)).toEqual(all.map((each) => fulfils(each, filter)));
      }),
      { numRuns: 100 },
    );
  });

  it.each<[string, Record<string, unknown>, boolean]>([
    ['a number is the same however it is written', { n: 2 }, true],
    ['a number is no text', { n: '2' }, false],
    ['a text is never greater than a number', { s: { gt: 1 } }, false],
    ['dates compare as texts', { day: { gte: '2024-01-01', lt: '2025-01-01' } }, true],
    ['what is missing is not equal', { missing: { ne: 1 } }, true],
    ['what is missing is not less', { missing: { lt: 1 } }, false],
    ['null is there', { nothing: { exists: true } }, true],
    ['no value is any of none', { n: [] }, false],
  ])('%s', async (_, filter, expected) => {
    const [matches] = await matching(filter, [{ n: 2.0, s: 'x', day: '2024-05-06', nothing: null }]);
    expect(matches).toBe(expected);
  });
});
