import { addOutcome, emptyReport, type IngestReport } from './ingest-outcome';
import { ingestFile, type IngestTarget } from './ingest-file';
import { type IngestProgress } from './ingest-progress';

/** An ingestion that ended early, with what had become of the files until then. */
export interface IngestRun {
  report: IngestReport;
  /** Why it could not go on; undefined when it went to the end or was asked to stop. */
  error?: unknown;
}

/**
 * Ingests files, several at a time. When it is asked to stop, or when an error concerns all files, what is under way is finished
 * and nothing more is begun.
 */
export async function ingestFiles(
  target: IngestTarget,
  uris: readonly string[],
  options: { concurrency: number; progress: IngestProgress },
): Promise<IngestRun> {
  const run: IngestRun = { report: emptyReport(uris.length) };
  const waiting = uris.values();
  const isOver = () => target.stopRequested.aborted || run.error !== undefined;
  const work = async () => {
    // All workers take from the same iterator: each file is taken once.
    for (const uri of waiting) {
      if (isOver()) return;
      try {
        const outcome = await ingestFile(target, uri);
        addOutcome(run.report, outcome);
        options.progress.done(outcome);
      } catch (error) {
        if (!target.stopRequested.aborted) run.error ??= error;
        return;
      }
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, work));
  return run;
}
