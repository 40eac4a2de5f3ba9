import { requestIdOf } from './request-id';

describe('requestIdOf', () => {
  test.each(['a', 'req_1-2', 'x'.repeat(128)])('takes %j over', (id) => {
    expect(requestIdOf(id)).toBe(id);
  });

  test.each([undefined, '', 'a b', 'a\nb', 'ä', '<script>', 'x'.repeat(129), 'a, b'])(
    'makes a new one for %j',
    (id) => {
      expect(requestIdOf(id)).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});
