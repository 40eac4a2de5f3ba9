import { setTimeout as delay } from 'node:timers/promises';
import { type WeftError } from '@weft/errors';
import { type Logger } from '@weft/runtime';
import { RunRecord } from './run-record';
import { type RunTrace } from './run-trace';
import { type RunWriter } from './run-writer';

export interface RunRecorderOptions {
  writer: RunWriter;
  logger: Logger;
  /** How long a run that goes on waits for a record of it. */
  recordTimeoutMs: number;
}

/** How long a chat waits for its row before its first model call; then it is refused. */
const openTimeoutMsMax = 1000;

/** The records of the runs of this process. */
export class RunRecorder {
  private readonly records = new Set<RunRecord>();
  private isStopping = false;

  constructor(private readonly options: RunRecorderOptions) {}

  /** Begins to record a run. `abort` ends the run's work. */
  open(trace: RunTrace, abort: (reason: WeftError) => void): RunRecord {
    const { writer, logger, recordTimeoutMs } = this.options;
    const record = new RunRecord(trace, {
      writer,
      logger,
      openTimeoutMs: Math.min(openTimeoutMsMax, recordTimeoutMs),
      recordTimeoutMs,
      abort,
      isWanted: () => !this.isStopping,
      onClose: (closed) => this.records.delete(closed),
    });
    this.records.add(record);
    return record;
  }

  /** The runs whose end is not recorded yet. */
  openRecords(): RunRecord[] {
    return [...this.records];
  }

  /** Waits for what is to be written, as long as it may take; what cannot be written is left to whoever finds it. */
  async drain(): Promise<void> {
    const latest = performance.now() + this.options.recordTimeoutMs;
    while (this.records.size > 0 && performance.now() < latest) await delay(10);
    this.isStopping = true;
    await this.options.writer.drain();
  }
}
