/** A text that waits, with what it costs: about how many tokens the model reads of it. */
export interface QueuedText {
  text: string;
  cost: number;
}

/**
 * Texts of several jobs that wait for a worker. Jobs take turns, so that a single question does not wait until a whole library
 * has been read.
 */
export class FairQueue<Item extends QueuedText, Job extends { waiting: Item[] }> {
  private readonly jobs: Job[] = [];
  private waitingCount = 0;

  /** How many texts wait. */
  get size(): number {
    return this.waitingCount;
  }

  add(job: Job): void {
    if (job.waiting.length === 0) return;
    this.jobs.push(job);
    this.waitingCount += job.waiting.length;
  }

  /** Drops what still waits of a job. */
  remove(job: Job): void {
    const index = this.jobs.indexOf(job);
    if (index === -1) return;
    this.jobs.splice(index, 1);
    this.waitingCount -= job.waiting.length;
  }

  /** Drops everything and tells whose it was. */
  clear(): Job[] {
    this.waitingCount = 0;
    return this.jobs.splice(0);
  }

  /**
   * Takes texts for one run of the model, one of each job in turn. A run costs its number of texts times its longest one, since the
   * model pads all to one length; a text above `costMax` runs alone.
   */
  take(costMax: number): { job: Job; item: Item }[] {
    const batch: { job: Job; item: Item }[] = [];
    let longest = 0;
    for (let job = this.jobs[0]; job !== undefined; job = this.jobs[0]) {
      const item = job.waiting[0]!;
      longest = Math.max(longest, item.cost);
      if (batch.length > 0 && longest * (batch.length + 1) > costMax) break;
      job.waiting.shift();
      this.waitingCount -= 1;
      batch.push({ job, item });
      this.jobs.shift();
      if (job.waiting.length > 0) this.jobs.push(job);
    }
    return batch;
  }
}
