import { unavailable, WeftError } from '@weft/errors';
import { withRetries } from './retries';

function failing(error: WeftError, times: number): { work: () => Promise<string>; calls: () => number } {
  let calls = 0;
  const work = () => (++calls <= times ? Promise.reject(error) : Promise.resolve('done'));
  return { work, calls: () => calls };
}

const overloaded = new WeftError('UNAVAILABLE', 'OVERLOADED', 'm', {
  metadata: { status: '503' },
  retryDelayMs: 0,
});

it('tries again while weft is overloaded', async () => {
  expect(await withRetries(failing(overloaded, 4).work)).toBe('done');
});

it('waits as long as weft says', async () => {
  const delays: number[] = [];
  const error = new WeftError('RESOURCE_EXHAUSTED', 'RATE_LIMITED', 'm', {
    metadata: { status: '429' },
    retryDelayMs: 7,
  });
  await withRetries(failing(error, 2).work, { onRetry: (_error, delayMs) => delays.push(delayMs) });
  expect(delays).toEqual([7, 7]);
});

it('tries again when the connection was lost', async () => {
  const told: string[] = [];
  const { work } = failing(unavailable('CONNECTION_LOST', 'm'), 1);
  await withRetries(work, { onRetry: ({ reason }) => told.push(reason) });
  expect(told).toEqual(['CONNECTION_LOST']);
});

it.each([
  [
    'a body over the limit',
    new WeftError('RESOURCE_EXHAUSTED', 'MESSAGE_TOO_LARGE', 'm', { metadata: { status: '413' } }),
  ],
  [
    'a bad request',
    new WeftError('INVALID_ARGUMENT', 'INVALID_REQUEST', 'm', { metadata: { status: '400' } }),
  ],
  ['a deadline', new WeftError('DEADLINE_EXCEEDED', 'NO_ANSWER', 'm')],
])('does not try again after %s', async (_name, error) => {
  const { work, calls } = failing(error, 1);
  await withRetries(work).catch(() => undefined);
  expect(calls()).toBe(1);
});

it('gives the wait up when it is asked to stop', async () => {
  const stop = new AbortController();
  const error = unavailable('UNREACHABLE', 'm', { metadata: { status: '503' }, retryDelayMs: 30_000 });
  const { work, calls } = failing(error, 9);
  const result = withRetries(work, { signal: stop.signal, onRetry: () => stop.abort() });
  await expect(result).rejects.toBe(error);
  expect(calls()).toBe(1);
});
