import { type Logger } from '@weft/runtime';
import { type EntryStore } from './entry-store';

/** Few enough that no other statement waits long behind one batch. */
const batchSize = 500;

/** Removes expired answers in the background. They are not served in any case; this frees their room. */
export class ExpiredEntrySweeper {
  private timer: NodeJS.Timeout | undefined;
  private current: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly store: Pick<EntryStore, 'removeExpired'>,
    private readonly logger: Logger,
    private readonly intervalMs: number,
  ) {}

  start(): void {
    this.schedule();
  }

  /** Ends the background work; resolves when the batch in hand is done. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.current;
  }

  /** Removes what has expired until now, batch by batch. A failure is logged; the next sweep tries again. */
  async sweep(): Promise<void> {
    try {
      let removed: number;
      do {
        removed = await this.store.removeExpired(batchSize);
      } while (removed === batchSize && !this.stopped);
    } catch (error) {
      this.logger.warn({ err: error }, 'removing expired answers failed');
    }
  }

  /** The next sweep is planned when one ends, so that slow sweeps never run side by side. */
  private schedule(): void {
    this.timer = setTimeout(() => {
      this.current = this.sweep().then(() => {
        if (!this.stopped) this.schedule();
      });
    }, this.intervalMs);
    this.timer.unref();
  }
}
