import { unavailable, WeftError } from '@weft/errors';
import { givenUp } from './ingestion-errors';
import { retryOf } from './retry-policy';

const fresh = { attempts: 1, retries: 0 };

it('tries a document again for as long as an outage takes, and counts none of it', () => {
  expect(retryOf(unavailable('DOWN', 'It is down.'), { attempts: 1000, retries: 1000 }, 3)).toEqual({
    delayMs: 30_000,
    counted: false,
    outage: true,
  });
});

it('waits longer with each time', () => {
  const delays = [0, 1, 2, 10].map(
    (retries) => retryOf(unavailable('DOWN', ''), { attempts: 1, retries }, 3)?.delayMs,
  );
  expect(delays).toEqual([1000, 2000, 4000, 30_000]);
});

it('waits as long as it is told to', () => {
  expect(retryOf(unavailable('DOWN', '', { retryDelayMs: 20_000 }), fresh, 3)?.delayMs).toBe(20_000);
});

it.each(['INTERNAL', 'DEADLINE_EXCEEDED', 'RESOURCE_EXHAUSTED'] as const)(
  'tries a document that failed with %s so often and no more',
  (code) => {
    const error = new WeftError(code, 'R', '');
    const retries = [1, 2, 3].map((attempts) => retryOf(error, { attempts, retries: 0 }, 3)?.counted);
    expect(retries).toEqual([true, true, undefined]);
  },
);

it.each([
  new WeftError('INVALID_ARGUMENT', 'DOCUMENT_UNREADABLE', ''),
  new WeftError('FAILED_PRECONDITION', 'EMBEDDING_MISMATCH', ''),
  new WeftError('NOT_FOUND', 'COLLECTION_NOT_FOUND', ''),
  givenUp(3),
])('does not try a document again that failed with %p', (error) => {
  expect(retryOf(error, fresh, 3)).toBeUndefined();
});
