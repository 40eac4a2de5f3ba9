import { WorkQueue } from './work-queue';

describe('WorkQueue', () => {
  it('runs one piece of work at a time, in the order they came', async () => {
    const queue = new WorkQueue(1000);
    const log: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const work =
      (name: string, last = false) =>
      async () => {
        log.push(`${name} begins`);
        await new Promise((done) => setImmediate(done));
        log.push(`${name} ends`);
        if (last) resolve();
      };
    queue.add(work('first'));
    queue.add(work('second', true));
    await promise;
    expect(log).toEqual(['first begins', 'first ends', 'second begins', 'second ends']);
  });

  it('refuses what waited too long instead of running it', async () => {
    const queue = new WorkQueue(-1);
    const outcome = await new Promise((resolve) => {
      queue.add(
        async () => resolve('ran'),
        () => resolve('refused'),
      );
    });
    expect(outcome).toBe('refused');
  });

  it('runs what cannot be refused, however long it waited', async () => {
    const queue = new WorkQueue(-1);
    const outcome = await new Promise((resolve) => queue.add(async () => resolve('ran')));
    expect(outcome).toBe('ran');
  });
});
