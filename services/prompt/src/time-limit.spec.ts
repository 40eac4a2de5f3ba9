import { createTimeLimit, TimeLimitExceeded } from './time-limit';

const withinTime = createTimeLimit(50);

afterEach(() => jest.restoreAllMocks());

function loopForEver(): never {
  for (;;) continue;
}

/** What the thread is told that it had of the processor, in milliseconds. */
function hadOfProcessor(ms: number): void {
  jest.spyOn(process, 'threadCpuUsage').mockReturnValue({ user: ms * 1000, system: 0 });
}

it('hands on what the work returns and what it throws', () => {
  expect(withinTime(() => 42)).toBe(42);
  expect(() =>
    withinTime(() => {
      throw new RangeError('deep');
    }),
  ).toThrow(RangeError);
});

it('stops work that would never end', () => {
  expect(() => withinTime(loopForEver)).toThrow(new TimeLimitExceeded(50));
});

it('does work again that was stopped before it had half of its time', () => {
  hadOfProcessor(10);
  let attempts = 0;
  expect(withinTime(() => ((attempts += 1) < 3 ? loopForEver() : attempts))).toBe(3);
});

it('does not do work again that had its time', () => {
  hadOfProcessor(30);
  let attempts = 0;
  expect(() => withinTime(() => ((attempts += 1), loopForEver()))).toThrow(TimeLimitExceeded);
  expect(attempts).toBe(1);
});

it('gives up in the end, however little it had', () => {
  hadOfProcessor(0);
  let attempts = 0;
  expect(() => withinTime(() => ((attempts += 1), loopForEver()))).toThrow(TimeLimitExceeded);
  expect(attempts).toBe(4);
});
