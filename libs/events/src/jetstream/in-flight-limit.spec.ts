import fc from 'fast-check';

import { InFlightLimit } from './in-flight-limit';

/** Enters one after the other and keeps who is in. */
function enterAll(limit: InFlightLimit, sizes: number[]) {
  const entered: number[] = [];
  sizes.forEach((size, index) => void limit.enter(size).then(() => entered.push(index)));
  return entered;
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('InFlightLimit', () => {
  it('lets in no more than its number', async () => {
    const entered = enterAll(new InFlightLimit(2, 100), [1, 1, 1]);
    await turn();
    expect(entered).toEqual([0, 1]);
  });

  it('lets in no more than its bytes', async () => {
    const entered = enterAll(new InFlightLimit(10, 100), [60, 60]);
    await turn();
    expect(entered).toEqual([0]);
  });

  it('lets one in that is larger than all the room, alone', async () => {
    const limit = new InFlightLimit(10, 100);
    const entered = enterAll(limit, [500, 1]);
    await turn();
    const before = [...entered];
    limit.leave(500);
    await turn();
    expect([before, entered]).toEqual([[0], [0, 1]]);
  });

  it('keeps the order in which they came, also when a later one would fit', async () => {
    const limit = new InFlightLimit(10, 100);
    const entered = enterAll(limit, [60, 60, 10]);
    await turn();
    limit.leave(60);
    await turn();
    expect(entered).toEqual([0, 1, 2]);
  });

  it('lets all in, in order, whatever their sizes, as the others leave', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(150), { maxLength: 40 }), async (sizes) => {
        const limit = new InFlightLimit(3, 100);
        const entered = enterAll(limit, sizes);
        for (let left = 0; left < sizes.length; left++) {
          await turn();
          limit.leave(sizes[left]!);
        }
        await turn();
        expect(entered).toEqual(sizes.map((_, index) => index));
      }),
      { numRuns: 50 },
    );
  });
});
