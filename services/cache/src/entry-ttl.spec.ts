import { entryTtlMs } from './entry-ttl';

describe('entryTtlMs', () => {
  it('is an hour when nothing is said', () => {
    expect(entryTtlMs(undefined)).toBe(3_600_000);
  });

  it('takes seconds and nanos', () => {
    expect(entryTtlMs({ seconds: 2, nanos: 500_000_000 })).toBe(2500);
  });

  it('allows 30 days', () => {
    expect(entryTtlMs({ seconds: 2_592_000, nanos: 0 })).toBe(2_592_000_000);
  });

  it.each([
    ['a nanosecond more than 30 days', { seconds: 2_592_000, nanos: 1_000 }],
    ['nothing', { seconds: 0, nanos: 0 }],
    ['less than nothing', { seconds: -1, nanos: 0 }],
  ])('refuses %s, naming the field', (_what, ttl) => {
    expect(() => entryTtlMs(ttl)).toThrow(
      expect.objectContaining({ violations: [expect.objectContaining({ field: 'ttl' })] }),
    );
  });
});
