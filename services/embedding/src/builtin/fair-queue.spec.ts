import fc from 'fast-check';
import { FairQueue, type QueuedText } from './fair-queue';

interface Job {
  name: string;
  waiting: QueuedText[];
}
const job = (name: string, ...costs: number[]): Job => ({
  name,
  waiting: costs.map((cost, index) => ({ text: `${name}${index}`, cost })),
});
const take = (queue: FairQueue<QueuedText, Job>, costMax: number) =>
  queue.take(costMax).map(({ item }) => item.text);

describe('FairQueue', () => {
  it('takes one text of each job in turn', () => {
    const queue = new FairQueue<QueuedText, Job>();
    queue.add(job('a', 1, 1, 1));
    queue.add(job('b', 1));
    expect(take(queue, 3)).toEqual(['a0', 'b0', 'a1']);
  });

  it('lets a small job pass most of a large one that came before', () => {
    const queue = new FairQueue<QueuedText, Job>();
    queue.add(job('bulk', ...Array.from({ length: 100 }, () => 100)));
    queue.add(job('question', 5));
    const runs = [take(queue, 256), take(queue, 256)];
    expect(runs.flat()).toContain('question0');
  });

  it('takes a text alone that is dearer than a run may be', () => {
    const queue = new FairQueue<QueuedText, Job>();
    queue.add(job('a', 1000, 1));
    expect(take(queue, 10)).toEqual(['a0']);
  });

  it('drops what waits of a job that is removed, and nothing else', () => {
    const queue = new FairQueue<QueuedText, Job>();
    const removed = job('a', 1, 1);
    queue.add(removed);
    queue.add(job('b', 1));
    queue.remove(removed);
    expect([queue.size, take(queue, 100)]).toEqual([1, ['b0']]);
  });

  it('takes every text exactly once, in runs within the bound', () => {
    const jobs = fc.array(fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 8 }), { maxLength: 6 });
    fc.assert(
      fc.property(jobs, fc.integer({ min: 1, max: 30 }), (costs, costMax) => {
        const queue = new FairQueue<QueuedText, Job>();
        costs.forEach((list, index) => queue.add(job(`${index}-`, ...list)));
        const taken: string[] = [];
        while (queue.size > 0) {
          const run = queue.take(costMax);
          const cost = run.length * Math.max(...run.map(({ item }) => item.cost));
          expect(run.length === 1 || cost <= costMax).toBe(true);
          taken.push(...run.map(({ item }) => item.text));
        }
        expect(taken.sort()).toEqual(
          costs.flatMap((list, index) => list.map((_, place) => `${index}-${place}`)).sort(),
        );
      }),
    );
  });
});
