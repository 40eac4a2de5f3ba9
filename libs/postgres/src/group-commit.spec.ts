import { createGroupCommit } from './group-commit';

describe('createGroupCommit', () => {
  it('puts what is added in one turn into one flush', async () => {
    const flushed: number[][] = [];
    const commit = createGroupCommit<number>({ flush: async (items) => void flushed.push(items) });
    await Promise.all([commit.add(1), commit.add(2), commit.add(3)]);
    expect(flushed).toEqual([[1, 2, 3]]);
  });

  it('puts what arrives while one flush runs into the next one', async () => {
    const flushed: number[][] = [];
    const first = Promise.withResolvers<void>();
    const commit = createGroupCommit<number>({
      flush: async (items) => {
        flushed.push(items);
        if (flushed.length === 1) await first.promise;
      },
    });
    const started = commit.add(1);
    await Promise.resolve();
    const later = [commit.add(2), commit.add(3)];
    first.resolve();
    await Promise.all([started, ...later]);
    expect(flushed).toEqual([[1], [2, 3]]);
  });

  it('resolves an item only when its own flush is done', async () => {
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let flushes = 0;
    const commit = createGroupCommit<number>({ flush: () => gates[flushes++]!.promise });
    const done: string[] = [];
    const first = commit.add(1).then(() => done.push('first'));
    await Promise.resolve();
    const second = commit.add(2).then(() => done.push('second'));
    gates[0]!.resolve();
    await first;
    const afterFirst = [...done];
    gates[1]!.resolve();
    await second;
    expect(afterFirst).toEqual(['first']);
  });

  it('rejects the items of a failed flush and no others', async () => {
    const commit = createGroupCommit<number>({
      maxItems: 2,
      flush: async (items) => {
        if (items.includes(3)) throw new Error('refused');
      },
    });
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5].map((item) => commit.add(item)));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ]);
  });

  it('gives one flush no more items than allowed, in the order they came', async () => {
    const flushed: number[][] = [];
    const commit = createGroupCommit<number>({
      maxItems: 2,
      flush: async (items) => void flushed.push(items),
    });
    await Promise.all([1, 2, 3, 4, 5].map((item) => commit.add(item)));
    expect(flushed).toEqual([[1, 2], [3, 4], [5]]);
  });

  it('drains only when everything added is committed or rejected', async () => {
    const settled: number[] = [];
    const commit = createGroupCommit<number>({
      maxItems: 1,
      flush: async ([item]) => {
        await new Promise((resolve) => setImmediate(resolve));
        if (item === 2) throw new Error('refused');
      },
    });
    for (const item of [1, 2, 3])
      void commit.add(item).then(
        () => settled.push(item),
        () => settled.push(-item),
      );
    await commit.drain();
    expect(settled).toEqual([1, -2, 3]);
  });

  it('has nothing to wait for when nothing was added', async () => {
    await expect(
      createGroupCommit<number>({ flush: () => Promise.reject(new Error('never called')) }).drain(),
    ).resolves.toBeUndefined();
  });
});
