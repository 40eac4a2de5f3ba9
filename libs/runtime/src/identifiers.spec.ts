import fc from 'fast-check';
import { newId } from './index';

describe('newId', () => {
  it('is a UUID of version 7', () => {
    expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('begins with the time in milliseconds', () => {
    const future = Date.now() + 1e9;
    expect(Number.parseInt(newId(future).replaceAll('-', '').slice(0, 12), 16)).toBe(future);
  });

  it('sorts by when it was made, however the clock goes', () => {
    const clock = fc.array(fc.integer({ min: 0, max: 2 ** 46 }), { minLength: 2, maxLength: 50 });
    fc.assert(
      fc.property(clock, (times) => {
        const ids = times.map((time) => newId(time));
        expect(ids.toSorted()).toEqual(ids);
      }),
    );
  });

  it('is unique and sorts where more are made in a millisecond than its counter counts', () => {
    const now = Date.now();
    const ids = Array.from({ length: 20_000 }, () => newId(now));
    expect([new Set(ids).size, ids.toSorted().every((id, index) => id === ids[index])]).toEqual([
      20_000,
      true,
    ]);
  });
});
