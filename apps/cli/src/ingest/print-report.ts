import { printable, printableLine, printLine, type Terminal } from '../terminal';
import { doneCount, type IngestReport } from './ingest-outcome';

/** Says what became of a folder: the sums as a result, each failure as an error. */
export function printReport(terminal: Terminal, report: IngestReport): void {
  const { created, replaced, unchanged, accepted, failures } = report;
  const parts = [`${created} created`, `${replaced} replaced`, `${unchanged} unchanged`];
  if (accepted > 0) parts.push(`${accepted} accepted`);
  printLine(terminal.out, [...parts, `${failures.length} failed`].join(', '));
  for (const { uri, reason, message } of failures) {
    printLine(terminal.error, `failed: ${printable(uri)}: ${reason}: ${printableLine(message)}`);
  }
}

/** Says that not all was done, and how to go on. */
export function printHowToResume(terminal: Terminal, report: IngestReport): void {
  const done = doneCount(report);
  printLine(
    terminal.error,
    `Stopped after ${done} of ${report.total} documents. Run the same command again to go on: what is there already is not sent again.`,
  );
}
