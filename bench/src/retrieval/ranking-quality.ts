/** How relevant documents are to a query, by document id; a document that is not named is not relevant. */
export type Judgements = ReadonlyMap<string, number>;

/**
 * Normalized discounted cumulative gain of the first `depth` documents with exponential gain: the sum of
 * (2^relevance - 1) / log2(rank + 1), over the sum of the best possible ranking.
 * Source: Burges et al., "Learning to Rank using Gradient Descent", ICML 2005.
 *
 * @param ranking document ids, best first, each once
 * @returns 0 to 1; 0 when nothing is relevant
 */
export function ndcg(ranking: readonly string[], judgements: Judgements, depth: number): number {
  const ideal = discountedGain([...judgements.values()].sort((left, right) => right - left).slice(0, depth));
  if (ideal === 0) return 0;
  return discountedGain(ranking.slice(0, depth).map((id) => judgements.get(id) ?? 0)) / ideal;
}

/** The share of all relevant documents that are among the first `depth`; 0 when nothing is relevant. */
export function recall(ranking: readonly string[], judgements: Judgements, depth: number): number {
  const relevant = [...judgements].filter(([, relevance]) => relevance > 0).map(([id]) => id);
  if (relevant.length === 0) return 0;
  const found = new Set(ranking.slice(0, depth));
  return relevant.filter((id) => found.has(id)).length / relevant.length;
}

function discountedGain(relevances: readonly number[]): number {
  return relevances.reduce((sum, relevance, index) => sum + (2 ** relevance - 1) / Math.log2(index + 2), 0);
}
