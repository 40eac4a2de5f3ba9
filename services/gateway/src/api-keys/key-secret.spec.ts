import { newKeySecret, secretDigest, visiblePrefix } from './key-secret';

describe('key secret', () => {
  test('has the form weft_<prefix>_<random> with 256 random bits', () => {
    expect(newKeySecret()).toMatch(/^weft_[a-z0-9]{8}_[A-Za-z0-9_-]{43}$/);
  });

  test('is another one each time', () => {
    expect(new Set(Array.from({ length: 1000 }, newKeySecret)).size).toBe(1000);
  });

  test('shows no more than its prefix', () => {
    expect(visiblePrefix(`weft_ab12cd34_${'x'.repeat(43)}`)).toBe('weft_ab12cd34');
  });

  test('shows no more than four characters of a secret of another form', () => {
    expect(visiblePrefix('weft_my-own-admin-password')).toBe('weft');
  });

  test('has another digest under another storage secret', () => {
    const secret = newKeySecret();
    expect(secretDigest(secret, 'a'.repeat(32))).not.toEqual(secretDigest(secret, 'b'.repeat(32)));
  });

  test('has a digest of 256 bits that does not contain it', () => {
    expect(secretDigest('a secret of mine', 'a'.repeat(32))).toHaveLength(32);
  });
});
