import { createCurrentTimeTool } from './current-time-tool';
import { isTimeZone } from './time-zone';

const clock = createCurrentTimeTool(() => new Date('2026-07-04T22:05:09Z'));
const context = {
  caller: undefined as never,
  signal: new AbortController().signal,
  collections: [],
  idempotencyKey: '',
};

describe('current_time', () => {
  it.each([
    [undefined, { time: '2026-07-04T22:05:09+00:00', timezone: 'UTC', weekday: 'Saturday' }],
    ['Europe/Berlin', { time: '2026-07-05T00:05:09+02:00', timezone: 'Europe/Berlin', weekday: 'Sunday' }],
    [
      'America/St_Johns',
      { time: '2026-07-04T19:35:09-02:30', timezone: 'America/St_Johns', weekday: 'Saturday' },
    ],
  ])('in %s', async (timezone, expected) => {
    expect(await clock.invoke({ timezone }, context)).toEqual(expected);
  });
});

describe('a time zone', () => {
  it.each(['UTC', 'Europe/Berlin', 'america/new_york', 'Etc/GMT+3'])('is %s', (name) => {
    expect(isTimeZone(name)).toBe(true);
  });

  it.each(['', 'Mars/Olympus', '+01:00', 'Europe/Berlin; drop', 'x'.repeat(100), '../etc/passwd'])(
    'is not %j',
    (name) => {
      expect(isTimeZone(name)).toBe(false);
    },
  );
});
