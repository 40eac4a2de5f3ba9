import { WeftError } from '@weft/errors';

import { type EventRecord } from './record';

/** The most records that wait for a slow reader. */
const behindMax = 1000;

/** Hands new records to those who follow them, in this process. */
export class RecordFeed {
  private readonly followers = new Map<string, Set<RecordFollower>>();

  /** Gives records to those who follow their tenant. */
  add(records: readonly EventRecord[]): void {
    for (const record of records) {
      for (const follower of this.followers.get(record.tenantId) ?? []) follower.add(record);
    }
  }

  /** Follows the records of a tenant, from now on until it is closed; of one subject if it is not empty. */
  follow(tenantId: string, subject: string): RecordFollower {
    const followers = this.followers.get(tenantId) ?? new Set();
    this.followers.set(tenantId, followers);
    const follower = new RecordFollower(subject, () => {
      followers.delete(follower);
      if (followers.size === 0 && this.followers.get(tenantId) === followers) this.followers.delete(tenantId);
    });
    followers.add(follower);
    return follower;
  }
}

/** One who follows records. */
export class RecordFollower {
  private readonly waiting: EventRecord[] = [];
  private isBehind = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly subject: string,
    readonly close: () => void,
  ) {}

  add(record: EventRecord): void {
    if (this.subject !== '' && this.subject !== record.subject) return;
    if (this.waiting.length >= behindMax) this.isBehind = true;
    // Once a record is left out there is no use in keeping more.
    if (!this.isBehind) this.waiting.push(record);
    this.wake();
  }

  /**
   * The next record; undefined when none came for so long, or the signal was aborted.
   *
   * @throws WeftError OUT_OF_RANGE `TAIL_BEHIND` when the reader is more than 1,000 records behind
   */
  async next(silenceMsMax: number, signal: AbortSignal): Promise<EventRecord | undefined> {
    if (this.waiting.length === 0 && !this.isBehind && !signal.aborted) await this.wait(silenceMsMax, signal);
    if (this.isBehind) {
      const message = `The reader is more than ${behindMax} records behind. Tail again and list what is missing.`;
      throw new WeftError('OUT_OF_RANGE', 'TAIL_BEHIND', message);
    }
    return this.waiting.shift();
  }

  private wait(silenceMsMax: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.wake = () => undefined;
        resolve();
      };
      const timer = setTimeout(done, silenceMsMax);
      signal.addEventListener('abort', done, { once: true });
      this.wake = done;
    });
  }
}
