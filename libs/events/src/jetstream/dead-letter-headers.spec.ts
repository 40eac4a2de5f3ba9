import { unavailable } from '@weft/errors';

import { deadLetterHeaders, readDeadLetterHeaders, reasonOf } from './dead-letter-headers';

const cause = {
  consumer: 'logging',
  reason: 'BAD_EVENT',
  message: 'It cannot be read.',
  attempts: 7,
  firstFailedTime: new Date('2026-01-01T00:00:00Z'),
  lastFailedTime: new Date('2026-01-01T00:01:00Z'),
};

describe('the headers of a dead letter', () => {
  it('are read as they were written', () => {
    expect(readDeadLetterHeaders(deadLetterHeaders(cause))).toEqual(cause);
  });

  it('keep to one line of ASCII and a bounded length', () => {
    const { message } = readDeadLetterHeaders(
      deadLetterHeaders({ ...cause, message: `ä\r\nInjected: yes${'x'.repeat(1000)}` }),
    );
    expect([message.slice(0, 16), message.length]).toEqual(['???Injected: yes', 500]);
  });
});

describe('reasonOf', () => {
  it.each([
    [
      'a WeftError',
      unavailable('DATABASE_AWAY', 'It is away.'),
      { reason: 'DATABASE_AWAY', message: 'It is away.' },
    ],
    ['an error', new TypeError('no'), { reason: 'TypeError', message: 'no' }],
    ['anything else', 'no', { reason: 'string', message: 'no' }],
  ])('tells the reason of %s', (_, error, expected) => {
    expect(reasonOf(error)).toEqual(expected);
  });
});
