import { BoundedCache } from './bounded-cache';

describe('BoundedCache', () => {
  test('holds no more than it may', () => {
    const cache = new BoundedCache<number>(3);
    for (let entry = 0; entry < 10; entry += 1) cache.set(String(entry), entry);
    expect(cache.size).toBe(3);
  });

  test('forgets first what was used longest ago', () => {
    const cache = new BoundedCache<number>(2);
    cache.set('a', 1);
    cache.set('b', 2);
    cache.get('a');
    cache.set('c', 3);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });

  test('forgets what it is told to', () => {
    const cache = new BoundedCache<number>(5);
    for (const value of [1, 2, 3, 4]) cache.set(String(value), value);
    cache.deleteWhere((value) => value % 2 === 0);
    expect(['1', '2', '3', '4'].map((key) => cache.get(key))).toEqual([1, undefined, 3, undefined]);
  });
});
