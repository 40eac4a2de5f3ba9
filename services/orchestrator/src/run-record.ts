import { type WeftError } from '@weft/errors';
import { type Logger, metrics } from '@weft/runtime';
import { mayHold, repeatWhileAway } from './database-away';
import { runCancelled, runLost, runNotRecorded } from './run-errors';
import { endedRow, type OpenRow, openRow } from './run-rows';
import { type RunEnd, type RunTrace, stateNames } from './run-trace';
import { type Written, type RunWriter } from './run-writer';
import { within } from './within';

/** What a record works with. */
export interface RunRecordOptions {
  writer: RunWriter;
  logger: Logger;
  /** How long the first model call waits for the run's row. */
  openTimeoutMs: number;
  /** How long further model calls and the terminal event wait for it. */
  recordTimeoutMs: number;
  /** Ends the work of the run. */
  abort(reason: WeftError): void;
  /** Whether it is still to be tried to record the run. */
  isWanted(): boolean;
  /** Called when nothing more will be written of it. */
  onClose(record: RunRecord): void;
}

/** A run shorter than this that calls no model is written once, at its end. */
const openDelayMs = 5;

/**
 * The durable side of one run in this process: a row that says how the run stands, before each model call and now and then, and how it
 * ended, once.
 */
export class RunRecord {
  private state: 'open' | 'refused' | 'ending' = 'open';
  private queued: Promise<Written> | undefined;
  private writing = 0;
  private hasRow = false;
  private readonly opening: NodeJS.Timeout;

  constructor(
    private readonly trace: RunTrace,
    private readonly options: RunRecordOptions,
  ) {
    // Beside the steps before the model. A failure tells nothing yet: the model call waits for a row anyway.
    this.opening = setTimeout(() => void this.extend().catch(() => undefined), openDelayMs);
  }

  get id(): string {
    return this.trace.id;
  }

  /**
   * Resolves when the run, as it stands, is durable: before a model is called, so that no call can happen that nobody knows of.
   *
   * @throws WeftError UNAVAILABLE `RUN_NOT_RECORDED` when that takes too long, `RUN_LOST` when somebody else has ended the run
   */
  async save(): Promise<void> {
    const { openTimeoutMs, recordTimeoutMs, logger } = this.options;
    clearTimeout(this.opening);
    // While nothing was spent yet, a quick refusal serves better than patience.
    const timeoutMs = this.trace.calls.length === 0 ? openTimeoutMs : recordTimeoutMs;
    const latest = performance.now() + timeoutMs;
    const work = repeatWhileAway(
      () => this.write(),
      () => performance.now() < latest && this.state === 'open',
    );
    const written = await within(work, timeoutMs).catch((error: unknown) => {
      this.state = 'refused';
      logger.warn({ err: error, runId: this.id }, 'a run could not be recorded and calls no model');
      throw runNotRecorded(error);
    });
    if (written.isLost) throw runLost();
  }

  /** Writes the run as it stands, once, and extends its lease. Ends its work when it was lost or is to be cancelled. */
  async extend(): Promise<void> {
    if (this.state === 'open') await this.write();
  }

  /**
   * Records how the run ended. What cannot be recorded in time goes on being tried while the process lives; after that, whoever finds
   * the row ends it with what it holds.
   *
   * @throws WeftError UNAVAILABLE `RUN_NOT_RECORDED` when it takes too long, `RUN_LOST` when somebody else has ended the run
   */
  async end(end: RunEnd): Promise<void> {
    const isRefused = this.state === 'refused';
    this.state = 'ending';
    metrics.runs.add(1, { 'weft.run.state': stateNames[end.state] ?? 'failed' });
    clearTimeout(this.opening);
    if (isRefused && !this.hasRow && this.writing === 0) {
      this.options.onClose(this);
      return;
    }
    const recording = this.recordEnd(end);
    // A run that was refused because it cannot be recorded does not wait for its record.
    if (isRefused) return;
    const { isLost } = await within(recording, this.options.recordTimeoutMs).catch((error: unknown) => {
      throw runNotRecorded(error);
    });
    if (isLost) throw runLost();
  }

  private recordEnd(end: RunEnd): Promise<Written> {
    const { writer, logger, isWanted, onClose } = this.options;
    const row = endedRow(this.trace, end);
    const recording = repeatWhileAway(() => writer.end(row), isWanted).finally(() => onClose(this));
    recording.catch((error: unknown) =>
      logger.error({ err: error, runId: this.id }, 'the end of a run could not be recorded'),
    );
    return recording;
  }

  private async write(): Promise<Written> {
    // What is asked for while a write waits for its turn is in that write.
    const written = await (this.queued ??= this.queue());
    if (this.state !== 'open') return { isLost: false, cancelRequested: false };
    if (written.isLost) this.options.abort(runLost());
    else if (written.cancelRequested) this.options.abort(runCancelled());
    return written;
  }

  private async queue(): Promise<Written> {
    let isBegun = false;
    const begin = (): OpenRow | undefined => {
      this.queued = undefined;
      if (this.state !== 'open') return undefined;
      if (!isBegun) this.writing += 1;
      isBegun = true;
      return openRow(this.trace);
    };
    try {
      const written = await this.options.writer.save(begin);
      this.hasRow ||= isBegun;
      return written;
    } catch (error) {
      this.hasRow ||= mayHold(error);
      throw error;
    } finally {
      if (isBegun) this.writing -= 1;
    }
  }
}
