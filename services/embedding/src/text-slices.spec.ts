import fc from 'fast-check';
import { sliceTexts } from './text-slices';

const itemsOf = (texts: string[]) => texts.map((text) => ({ text }));

describe('sliceTexts', () => {
  it('keeps every text, in order, within both limits', () => {
    const limits = fc.record({
      textsMax: fc.integer({ min: 1, max: 5 }),
      charactersMax: fc.integer({ min: 1, max: 20 }),
    });
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 30 })),
        limits,
        (texts, { textsMax, charactersMax }) => {
          const slices = sliceTexts(itemsOf(texts), { textsMax, charactersMax });
          const within = slices.every(
            (slice) =>
              slice.length === 1 ||
              (slice.length <= textsMax &&
                slice.reduce((sum, { text }) => sum + text.length, 0) <= charactersMax),
          );
          expect([slices.flat().map(({ text }) => text), within]).toEqual([texts, true]);
        },
      ),
    );
  });

  it('makes slices as long as they may be', () => {
    expect(
      sliceTexts(itemsOf(['a', 'b', 'c']), { textsMax: 2, charactersMax: 10 }).map(({ length }) => length),
    ).toEqual([2, 1]);
  });
});
