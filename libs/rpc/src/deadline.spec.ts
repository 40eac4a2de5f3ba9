import { getEventListeners } from 'node:events';
import { draining, openDeadline } from './index';
import { aborted } from './testing/waiting';

describe('openDeadline', () => {
  it('aborts with DEADLINE_EXCEEDED at the deadline', async () => {
    const scope = openDeadline(undefined, Date.now() + 10);
    expect(await aborted(scope.signal)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('is aborted from the start when the deadline has passed', () => {
    expect(openDeadline(undefined, Date.now()).signal.aborted).toBe(true);
  });

  it('is aborted from the start when the parent is', () => {
    expect(openDeadline(AbortSignal.abort(), Date.now() + 60_000).signal.aborted).toBe(true);
  });

  it("hands on the parent's reason when that is one of weft's errors", () => {
    const parent = new AbortController();
    const scope = openDeadline(parent.signal, Date.now() + 60_000);
    const reason = draining();
    parent.abort(reason);
    scope.close();
    expect(scope.signal.reason).toBe(reason);
  });

  it('takes any other abort of the parent for a caller that went away', () => {
    const parent = new AbortController();
    const scope = openDeadline(parent.signal, Date.now() + 60_000);
    parent.abort();
    scope.close();
    expect(scope.signal.reason).toMatchObject({ code: 'CANCELLED', reason: 'CALLER_GONE' });
  });

  it('takes a cancellation at the deadline for the deadline', () => {
    const parent = new AbortController();
    const scope = openDeadline(parent.signal, Date.now() + 5);
    parent.abort();
    expect(scope.signal.reason).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('does not fire at once when the deadline is further than timers count', async () => {
    const scope = openDeadline(undefined, Date.now() + 2 ** 40);
    await new Promise((resolve) => setImmediate(resolve));
    const { aborted: early } = scope.signal;
    scope.close();
    expect(early).toBe(false);
  });

  it('leaves nothing behind on the parent', () => {
    const parent = new AbortController();
    openDeadline(parent.signal, Date.now() + 60_000).close();
    expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
  });
});
