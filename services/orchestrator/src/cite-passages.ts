import { type common } from '@weft/contracts';

/** A marker such as `[1]` or `[1, 3]`. */
const markerPattern = /\[(\d{1,3}(?:\s*,\s*\d{1,3})*)\]/g;

/** The passages that an answer cites, in the order of their first marker. Markers of passages that there are not are left out. */
export function citePassages(answer: string, passages: common.Passage[]): common.Citation[] {
  const byNumber = new Map(passages.map((passage) => [passage.number, passage]));
  const citations = new Map<number, common.Citation>();
  for (const marker of answer.matchAll(markerPattern)) {
    for (const number of marker[1]!.split(',').map(Number)) {
      const passage = byNumber.get(number);
      if (passage === undefined) continue;
      const citation = citations.get(number) ?? { passage, answerOffsets: [] };
      citation.answerOffsets.push(marker.index);
      citations.set(number, citation);
    }
  }
  return [...citations.values()];
}
