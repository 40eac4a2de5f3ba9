import { upToLast } from './up-to-last';
import { errorOf, gate, readAll } from './testing/waiting';

/** A source of numbers that tells how it was let go of; it ends when `end` says so. */
function numbers(count: number, end: Promise<void> = Promise.resolve()) {
  const told: string[] = [];
  const settled = gate<string>();
  const tell = (how: string) => {
    told.push(how);
    settled.open(how);
  };
  let next = 0;
  const source: AsyncIterableIterator<number> = {
    [Symbol.asyncIterator]: () => source,
    async next() {
      if (next < count) return { done: false, value: (next += 1) };
      await end.catch((error: unknown) => {
        tell('failed');
        throw error;
      });
      tell('ended');
      return { done: true, value: undefined };
    },
    return() {
      tell('left');
      return Promise.resolve({ done: true, value: undefined });
    },
  };
  return { source, told, settled: settled.opened };
}

const isThree = (value: number) => value === 3;

it('passes on what comes up to the last, and lets the source end by itself', async () => {
  const { source, told, settled } = numbers(3);
  expect(await readAll(upToLast(source, isThree))).toEqual([1, 2, 3]);
  await settled;
  expect(told).toEqual(['ended']);
});

it('ends with the last and does not wait for the end of the source', async () => {
  const end = gate();
  const { source, told, settled } = numbers(3, end.opened);
  expect(await readAll(upToLast(source, isThree))).toEqual([1, 2, 3]);
  expect(told).toEqual([]);
  end.open();
  expect(await settled).toBe('ended');
});

it('lets the source end also when its reader goes at the last', async () => {
  const { source, told, settled } = numbers(3);
  for await (const value of upToLast(source, isThree)) if (value === 3) break;
  await settled;
  expect(told).toEqual(['ended']);
});

it('leaves a source that goes on after its last', async () => {
  const { source, settled } = numbers(5);
  expect(await readAll(upToLast(source, isThree))).toEqual([1, 2, 3]);
  expect(await settled).toBe('left');
});

it('leaves the source when its reader goes before the last', async () => {
  const { source, told } = numbers(3);
  for await (const value of upToLast(source, isThree)) if (value === 2) break;
  expect(told).toEqual(['left']);
});

it('passes on how a source fails, and does not hear it after the last', async () => {
  const failure = new Error('lost');
  const early = numbers(2, Promise.reject(failure));
  expect(await errorOf(readAll(upToLast(early.source, isThree)))).toBe(failure);
  const late = numbers(3, Promise.reject(failure));
  expect(await readAll(upToLast(late.source, isThree))).toEqual([1, 2, 3]);
  expect(await late.settled).toBe('failed');
});
