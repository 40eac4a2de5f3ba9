import { WakeSignal } from './wake-signal';

it('wakes all that sleep', async () => {
  const wakes = new WakeSignal();
  const sleeping = [wakes.after(wakes.ticket()), wakes.after(wakes.ticket())];
  wakes.wake();
  await expect(Promise.all(sleeping)).resolves.toHaveLength(2);
});

it('lets nobody sleep through a call that came while it looked', async () => {
  const wakes = new WakeSignal();
  const ticket = wakes.ticket();
  wakes.wake();
  await expect(wakes.after(ticket)).resolves.toBeUndefined();
});

it('wakes one of those that sleep', async () => {
  const wakes = new WakeSignal();
  const awake: number[] = [];
  const sleeping = [1, 2].map((sleeper) => wakes.after(wakes.ticket()).then(() => awake.push(sleeper)));
  wakes.wakeOne();
  await sleeping[0];
  await new Promise(setImmediate);
  expect(awake).toEqual([1]);
});
