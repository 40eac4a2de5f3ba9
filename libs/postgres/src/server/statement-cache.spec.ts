import { StatementCache } from './statement-cache';

function scope(schema: string) {
  return { schema, role: `weft_${schema}`, tenantSetting: 'acme' };
}

describe('a cache of statements', () => {
  it('knows a text for the schema it was told for alone', () => {
    const cache = new StatementCache<number>(2);
    cache.set(scope('one'), 'select 1', 1);
    expect([
      cache.get(scope('one'), 'select 1'),
      cache.get(scope('two'), 'select 1'),
      cache.get('owner', 'select 1'),
    ]).toEqual([1, undefined, undefined]);
  });

  it('drops the one used longest ago, and tells of it', () => {
    const dropped: number[] = [];
    const cache = new StatementCache<number>(2, (value) => dropped.push(value));
    cache.set('owner', 'a', 1);
    cache.set('owner', 'b', 2);
    cache.get('owner', 'a');
    cache.set('owner', 'c', 3);
    expect([dropped, cache.get('owner', 'a'), cache.get('owner', 'b')]).toEqual([[2], 1, undefined]);
  });

  it('tells of all that it drops when it is cleared', () => {
    const dropped: number[] = [];
    const cache = new StatementCache<number>(2, (value) => dropped.push(value));
    cache.set('owner', 'a', 1);
    cache.set(scope('one'), 'a', 2);
    cache.clear();
    expect([dropped, cache.get('owner', 'a')]).toEqual([[1, 2], undefined]);
  });
});
