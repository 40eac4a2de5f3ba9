import { bearerSecret } from './bearer-secret';

describe('bearerSecret', () => {
  test.each(['Bearer abc', 'bearer abc', 'BEARER   abc'])('reads %j', (value) => {
    expect(bearerSecret(value)).toBe('abc');
  });

  test.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Basic abc',
    'abc',
    'Bearer a b',
    'Bearer ä',
    'Bearer a, Bearer b',
    'Bearerabc',
  ])('refuses %j', (value) => {
    expect(() => bearerSecret(value)).toThrow(
      expect.objectContaining({ code: 'UNAUTHENTICATED', reason: 'API_KEY_MISSING' }),
    );
  });
});
