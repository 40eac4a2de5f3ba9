import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type SourceDocument } from '../ingestion/ingest-documents';
import { type Judgements } from './ranking-quality';

/** Documents, queries, and which documents answer which query how well. */
export interface TestCollection {
  documents: SourceDocument[];
  /** How many documents are left out because they have no text at all. */
  emptyCount: number;
  queries: { id: string; text: string }[];
  /** By query id, then by document id. */
  judgements: ReadonlyMap<string, Judgements>;
}

/** Reads a collection laid out as BEIR does: `corpus.jsonl`, `queries.jsonl`, `qrels.tsv`. */
export function readTestCollection(folder: string): TestCollection {
  const corpus = readLines(folder, 'corpus.jsonl').map(
    (line) => JSON.parse(line) as { _id: string; title: string; text: string },
  );
  const queries = readLines(folder, 'queries.jsonl').map(
    (line) => JSON.parse(line) as { _id: string; text: string },
  );
  const judgements = readJudgements(readLines(folder, 'qrels.tsv'));
  const withText = corpus.filter(({ text }) => text.trim() !== '');
  return {
    documents: withText.map(({ _id: id, title, text }) => ({
      uri: id,
      mediaType: 'text/plain',
      title,
      text,
    })),
    emptyCount: corpus.length - withText.length,
    queries: queries.map(({ _id: id, text }) => ({ id, text })).filter(({ id }) => judgements.has(id)),
    judgements,
  };
}

function readJudgements(lines: readonly string[]): Map<string, Map<string, number>> {
  const judgements = new Map<string, Map<string, number>>();
  for (const line of lines.slice(1)) {
    const [query = '', document = '', relevance = ''] = line.split('\t');
    const ofQuery = judgements.get(query) ?? new Map<string, number>();
    judgements.set(query, ofQuery.set(document, Number(relevance)));
  }
  return judgements;
}

function readLines(folder: string, name: string): string[] {
  return readFileSync(join(folder, name), 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
}
