/** What became of one file. */
export type FileOutcome =
  | { kind: 'created' | 'replaced' | 'unchanged' | 'accepted'; uri: string; chunkCount?: number }
  | { kind: 'failed'; uri: string; reason: string; message: string };

/** What became of a folder. */
export interface IngestReport {
  /** How many documents there are to do. */
  total: number;
  created: number;
  replaced: number;
  unchanged: number;
  /** How many weft keeps and will ingest by itself. */
  accepted: number;
  failures: Extract<FileOutcome, { kind: 'failed' }>[];
}

export function emptyReport(total: number): IngestReport {
  return { total, created: 0, replaced: 0, unchanged: 0, accepted: 0, failures: [] };
}

export function addOutcome(report: IngestReport, outcome: FileOutcome): void {
  if (outcome.kind === 'failed') report.failures.push(outcome);
  else report[outcome.kind] += 1;
}

/** How many files something became of. */
export function doneCount(report: IngestReport): number {
  return report.created + report.replaced + report.unchanged + report.accepted + report.failures.length;
}
