import { common } from '@weft/contracts';
import { citePassages } from './cite-passages';

const passages = [1, 2, 3].map((number) => common.Passage.fromPartial({ number, documentId: `d${number}` }));

describe('citePassages', () => {
  it('finds every marker of a passage, in the order of the first', () => {
    const found = citePassages('Two [2]. One [1]. Two again [2].', passages);
    expect(found.map(({ passage, answerOffsets }) => [passage!.number, answerOffsets])).toEqual([
      [2, [4, 28]],
      [1, [13]],
    ]);
  });

  it('reads markers of several passages', () => {
    expect(citePassages('Both [1, 3].', passages).map(({ passage }) => passage!.number)).toEqual([1, 3]);
  });

  it('leaves out markers of passages that there are not', () => {
    expect(citePassages('Made up [4], [0] and [x].', passages)).toEqual([]);
  });
});
