import { type WeftError } from '@weft/errors';
import fc from 'fast-check';
import { createRequestLimiter } from './request-limiter';

function limiterAt(startMs = 1_700_000_000_000) {
  const clock = { ms: startMs };
  return { clock, limiter: createRequestLimiter({ now: () => clock.ms }) };
}

const key = (requestsPerMinute: number, keyId = 'key') => ({ keyId, requestsPerMinute });

function takes(take: () => void): boolean {
  try {
    take();
    return true;
  } catch {
    return false;
  }
}

function refusal(take: () => void): WeftError {
  try {
    take();
  } catch (error) {
    return error as WeftError;
  }
  throw new Error('was let through');
}

describe('request limiter', () => {
  test('lets as many requests through as the limit says', () => {
    const { limiter } = limiterAt();
    expect(Array.from({ length: 5 }, () => takes(() => limiter.take(key(3))))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });

  test('never lets more than the limit through in any minute', () => {
    const stepsMs = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), stepsMs, (limit, steps) => {
        const { clock, limiter } = limiterAt();
        const taken: number[] = [];
        for (const step of steps) {
          clock.ms += step;
          if (takes(() => limiter.take(key(limit)))) taken.push(clock.ms);
        }
        const most = Math.max(
          0,
          ...taken.map((start) => taken.filter((at) => at >= start && at < start + 60_000).length),
        );
        expect(most).toBeLessThanOrEqual(limit);
      }),
    );
  });

  test('a request fits again when the delay it was told has passed', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), gaps, (limit, steps) => {
        const { clock, limiter } = limiterAt();
        for (const step of steps) {
          clock.ms += step;
          takes(() => limiter.take(key(limit)));
        }
        while (takes(() => limiter.take(key(limit))));
        clock.ms += refusal(() => limiter.take(key(limit))).retryDelayMs!;
        expect(takes(() => limiter.take(key(limit)))).toBe(true);
      }),
    );
  });

  test('refuses with RESOURCE_EXHAUSTED and the reason RATE_LIMITED', () => {
    const { limiter } = limiterAt();
    limiter.take(key(1));
    expect(refusal(() => limiter.take(key(1)))).toMatchObject({
      code: 'RESOURCE_EXHAUSTED',
      reason: 'RATE_LIMITED',
    });
  });

  test('does not count what it refused', () => {
    const { clock, limiter } = limiterAt();
    limiter.take(key(1));
    for (let refused = 0; refused < 50; refused += 1) {
      clock.ms += 1000;
      takes(() => limiter.take(key(1)));
    }
    clock.ms += 11_000;
    expect(takes(() => limiter.take(key(1)))).toBe(true);
  });

  test('does not let one key use up the limit of another', () => {
    const { limiter } = limiterAt();
    limiter.take(key(1, 'noisy'));
    expect(takes(() => limiter.take(key(1, 'quiet')))).toBe(true);
  });

  test('lets a key without a limit through always', () => {
    const { limiter } = limiterAt();
    expect(Array.from({ length: 1000 }, () => takes(() => limiter.take(key(0))))).not.toContain(false);
  });

  test('keeps counting when many keys come and idle ones are forgotten', () => {
    const { clock, limiter } = limiterAt();
    for (let other = 0; other < 3000; other += 1) limiter.take(key(1, `idle ${other}`));
    clock.ms += 120_000;
    limiter.take(key(1, 'busy'));
    for (let other = 0; other < 3000; other += 1) limiter.take(key(1, `new ${other}`));
    expect(takes(() => limiter.take(key(1, 'busy')))).toBe(false);
  });

  test('tells what is left', () => {
    const { limiter } = limiterAt();
    limiter.take(key(10));
    limiter.take(key(10));
    expect(limiter.quota(key(10)).requestsRemaining).toBe(8);
  });

  test('tells when the limit is whole again', () => {
    const { clock, limiter } = limiterAt();
    limiter.take(key(10));
    clock.ms = limiter.quota(key(10)).resetTimeMs;
    expect(limiter.quota(key(10)).requestsRemaining).toBe(10);
  });

  test('does not say that the limit is whole before it is', () => {
    const { clock, limiter } = limiterAt();
    limiter.take(key(10));
    clock.ms = limiter.quota(key(10)).resetTimeMs - 1;
    expect(limiter.quota(key(10)).requestsRemaining).toBe(9);
  });
});
