import { type Logger } from '@weft/runtime';
import { isDatabaseAway } from './database-away';
import { type RunRecord } from './run-record';
import { type RunRecorder } from './run-recorder';
import { type RunRecovery } from './run-recovery';

export interface RunLeasesOptions {
  recorder: RunRecorder;
  recovery: RunRecovery;
  logger: Logger;
  leaseMs: number;
}

/** How many times a lease is extended before it would pass: all but one may fail. */
const extensionsPerLease = 5;

/**
 * Keeps the leases of this process's runs, with what is known of them, and ends the runs of processes that are lost. It ends none
 * before it has reached the database for a whole lease without a break: when nobody could reach it, those that run could not extend
 * their leases either, and must be given the time to.
 */
export class RunLeases {
  private timer: NodeJS.Timeout | undefined;
  private ticking: Promise<void> = Promise.resolve();
  private reachedSince: number | undefined;
  private reachedLast = -Infinity;

  constructor(private readonly options: RunLeasesOptions) {}

  start(): void {
    this.timer = setTimeout(() => {
      this.ticking = this.tick().finally(() => {
        if (this.timer !== undefined) this.start();
      });
    }, this.options.leaseMs / extensionsPerLease);
  }

  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.ticking;
  }

  private async tick(): Promise<void> {
    const { recorder, recovery, logger } = this.options;
    try {
      const records = recorder.openRecords();
      await this.extend(records);
      const lost = await recovery.find(records.map(({ id }) => id));
      if (this.hasReachedForALease()) await recovery.end(lost);
    } catch (error) {
      this.reachedSince = undefined;
      logger.warn({ err: error }, 'the leases of runs could not be extended');
    }
  }

  /** Fails when the database is away. A run that cannot be written for a reason of its own keeps nobody from the others. */
  private async extend(records: readonly RunRecord[]): Promise<void> {
    const results = await Promise.allSettled(records.map((record) => record.extend()));
    for (const [index, result] of results.entries()) {
      if (result.status === 'fulfilled') continue;
      if (isDatabaseAway(result.reason)) throw result.reason;
      this.options.logger.error({ err: result.reason, runId: records[index]!.id }, 'a run cannot be written');
    }
  }

  private hasReachedForALease(): boolean {
    const { leaseMs } = this.options;
    const now = performance.now();
    // A process that stood still did not reach it either.
    if (this.reachedSince === undefined || now - this.reachedLast > leaseMs) this.reachedSince = now;
    this.reachedLast = now;
    return now - this.reachedSince >= leaseMs;
  }
}
