import { figure, formatTable } from '../table';
import { above, atLeast, type TargetResult } from '../target';
import { type ModeFigures, type RetrievalFigures, type SearchMode } from './measure-retrieval';

export function retrievalTable({ modes }: RetrievalFigures): string {
  const rows = modes.map(({ mode, ndcg10, recall10, p50Ms, p99Ms }) => [
    mode === 'keyword' ? 'BM25' : mode,
    figure(ndcg10, 3),
    figure(recall10, 3),
    figure(p50Ms, 1),
    figure(p99Ms, 1),
  ]);
  return formatTable(['mode', 'nDCG@10', 'recall@10', 'p50 ms', 'p99 ms'], rows);
}

/** What retrieval must hold on Cranfield with the built-in embedding. */
export function retrievalTargets({ modes }: RetrievalFigures): TargetResult[] {
  const [keyword, vector, hybrid] = [of(modes, 'keyword'), of(modes, 'vector'), of(modes, 'hybrid')];
  return [
    atLeast('BM25 nDCG@10', keyword.ndcg10, 0.48, ''),
    atLeast('hybrid nDCG@10', hybrid.ndcg10, 0.5, ''),
    above('hybrid nDCG@10', hybrid.ndcg10, keyword.ndcg10, 'BM25'),
    above('hybrid nDCG@10', hybrid.ndcg10, vector.ndcg10, 'vector'),
  ];
}

function of(modes: readonly ModeFigures[], mode: SearchMode): ModeFigures {
  return modes.find((figures) => figures.mode === mode)!;
}
