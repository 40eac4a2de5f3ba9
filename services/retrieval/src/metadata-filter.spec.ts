import { parseFilter } from './metadata-filter';

const violationOf = (filter: Record<string, unknown>) => {
  try {
    parseFilter(filter);
    return 'none';
  } catch (error) {
    return (error as { violations: { field: string }[] }).violations[0]?.field;
  }
};

describe('parseFilter', () => {
  it('reads a value as equality, a list as any of it, an object as its operators', () => {
    expect(
      parseFilter({ lang: 'en', tag: ['a', 1], year: { gte: 2020, lt: 2024 }, draft: { exists: false } }),
    ).toEqual([
      { key: 'lang', operator: 'eq', value: '"en"' },
      { key: 'tag', operator: 'in', values: ['"a"', '1'] },
      { key: 'year', operator: 'gte', value: '2020' },
      { key: 'year', operator: 'lt', value: '2024' },
      { key: 'draft', operator: 'exists', exists: false },
    ]);
  });

  it('has no conditions without a filter', () => {
    expect(parseFilter(undefined)).toEqual([]);
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['an unknown operator', { year: { between: [1, 2] } }, 'filter.year.between'],
    ['an object without operators', { year: {} }, 'filter.year'],
    ['a list to compare with', { year: { gt: [1] } }, 'filter.year.gt'],
    ['a value where a list belongs', { year: { in: 2020 } }, 'filter.year.in'],
    ['a text for exists', { year: { exists: 'yes' } }, 'filter.year.exists'],
    ['NUL in a value', { lang: 'e\u0000n' }, 'filter.lang'],
    ['NUL in a key', { 'la\u0000ng': 'en' }, 'filter.la\u0000ng'],
    ['a number that is none', { year: { in: [1, Number.NaN] } }, 'filter.year.in[1]'],
    ['too many values', { year: Array.from({ length: 1001 }, (_, index) => index) }, 'filter.year'],
    [
      'too many conditions',
      Object.fromEntries(Array.from({ length: 65 }, (_, index) => [`k${index}`, 1])),
      'filter',
    ],
  ])('refuses %s, naming its path', (_, filter, field) => {
    expect(violationOf(filter)).toBe(field);
  });
});
