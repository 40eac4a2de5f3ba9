import { type common } from '@weft/contracts';
import { passageSentences, type PassageSentence } from './passage-sentences';
import { isCodeLike, repeatsQuestion } from './quotable';
import { termsOf } from './terms';

const quotesMax = 4;
/** The share of the question's weight that a sentence must carry to be quoted at all. */
const coverageMin = 0.3;
/** A further quote must be this good beside the best. */
const scoreShareMin = 0.7;
/** Sentences with more of their terms in common say the same. */
const overlapMax = 0.6;
/** What a term in the headings or the title counts beside one in the sentence. */
const headingWeight = 0.5;
/** What code counts beside prose: it seldom says what somebody asks, and holds many words. */
const codeWeight = 0.3;
/** What the rank of the passage counts, at most: the search already knows what is near. */
const rankBonus = 0.15;

interface Candidate extends PassageSentence {
  terms: Set<string>;
  headingTerms: Set<string>;
  rank: number;
  score: number;
}

/**
 * Chooses the sentences that answer a question best: those with most of its rare words, by the inverse frequency of each
 * word among all sentences, from well ranked passages rather than others, and none that repeats another.
 *
 * @returns best passage first, in the order of the passage; empty when no sentence fits
 */
export function chooseQuotes(question: string, passages: common.Passage[]): PassageSentence[] {
  const questionTerms = termsOf(question);
  const candidates = passages.flatMap(candidatesOf).filter(({ text }) => !repeatsQuestion(text, question));
  if (questionTerms.size === 0 || candidates.length === 0) return [];
  const weights = termWeights(questionTerms, candidates);
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  for (const candidate of candidates) candidate.score = scoreOf(candidate, weights, total, passages.length);
  candidates.sort((a, b) => b.score - a.score || a.rank - b.rank || a.position - b.position);
  const chosen = pick(candidates);
  const order = new Map([...new Set(chosen.map(({ rank }) => rank))].map((rank, index) => [rank, index]));
  return chosen.sort((a, b) => order.get(a.rank)! - order.get(b.rank)! || a.position - b.position);
}

function candidatesOf(passage: common.Passage, rank: number): Candidate[] {
  const headingTerms = termsOf([passage.title, ...passage.headings].join(' '));
  return passageSentences(passage).map((sentence) => ({
    ...sentence,
    terms: termsOf(sentence.text),
    headingTerms,
    rank,
    score: 0,
  }));
}

function termWeights(questionTerms: Set<string>, candidates: Candidate[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const term of questionTerms) {
    const holding = candidates.filter(({ terms }) => terms.has(term)).length;
    weights.set(term, Math.log(1 + (candidates.length + 1) / (holding + 1)));
  }
  return weights;
}

/** 0 for a sentence that does not fit. */
function scoreOf(
  candidate: Candidate,
  weights: Map<string, number>,
  total: number,
  passageCount: number,
): number {
  let inSentence = 0;
  let inHeadings = 0;
  for (const [term, weight] of weights) {
    if (candidate.terms.has(term)) inSentence += weight;
    else if (candidate.headingTerms.has(term)) inHeadings += weight * headingWeight;
  }
  const coverage = (inSentence + inHeadings) / total;
  if (coverage < coverageMin) return 0;
  // A long sentence holds more words by chance.
  const lengthPenalty = 1 / (1 + Math.max(0, candidate.terms.size - 30) / 60);
  const proseWeight = isCodeLike(candidate.text) ? codeWeight : 1;
  return coverage * lengthPenalty * proseWeight + rankBonus * (1 - candidate.rank / passageCount);
}

function pick(ranked: Candidate[]): Candidate[] {
  const best = ranked[0]!.score;
  const chosen: Candidate[] = [];
  for (const candidate of ranked) {
    if (chosen.length === quotesMax || candidate.score === 0 || candidate.score < best * scoreShareMin) break;
    if (!chosen.some((other) => overlap(other.terms, candidate.terms) > overlapMax)) chosen.push(candidate);
  }
  return chosen;
}

function overlap(a: Set<string>, b: Set<string>): number {
  const shared = [...a].filter((term) => b.has(term)).length;
  return shared / Math.max(1, Math.min(a.size, b.size));
}
