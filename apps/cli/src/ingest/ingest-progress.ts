import { type Writable } from 'node:stream';
import { Presets, SingleBar } from 'cli-progress';
import { printable, printLine, type Terminal } from '../terminal';
import { type FileOutcome } from './ingest-outcome';

/** Shows how far an ingestion is. */
export interface IngestProgress {
  done(outcome: FileOutcome): void;
  /** Says something beside the progress, such as that weft asks to wait. */
  note(text: string): void;
  /** No more comes. */
  close(): void;
}

/** A progress bar where a person watches, a line for each file elsewhere. */
export function createIngestProgress(terminal: Terminal, total: number): IngestProgress {
  return terminal.out.isTTY ? progressBar(terminal.out, total) : progressLines(terminal, total);
}

function progressBar(out: Writable, total: number): IngestProgress {
  const format = '{bar} {percentage}% | {value}/{total} | {failed} failed | {note}';
  const bar = new SingleBar(
    { format, stream: out as NodeJS.WritableStream, hideCursor: true, linewrap: false, gracefulExit: false },
    Presets.shades_classic,
  );
  let failed = 0;
  bar.start(total, 0, { failed, note: '' });
  return {
    done(outcome) {
      if (outcome.kind === 'failed') failed += 1;
      bar.increment({ failed, note: printable(outcome.uri) });
    },
    note: (text) => bar.update({ note: printable(text) }),
    close: () => bar.stop(),
  };
}

function progressLines({ out, error }: Terminal, total: number): IngestProgress {
  let done = 0;
  return {
    done(outcome) {
      done += 1;
      printLine(out, `[${done}/${total}] ${outcome.kind} ${printable(outcome.uri)}`);
    },
    note: (text) => printLine(error, printable(text)),
    close: () => undefined,
  };
}
