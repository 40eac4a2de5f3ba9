/** One piece of work that waits for its turn. */
interface Waiting {
  since: number;
  run(): Promise<void>;
  refuse: (() => void) | undefined;
}

/** Runs one piece of work at a time, in the order they came; refuses those that waited too long. */
export class WorkQueue {
  private readonly waiting: Waiting[] = [];
  private running = false;

  constructor(private readonly waitMsMax: number) {}

  /** Adds work. `refuse` is called instead of `run` when it waited too long; without it the work waits as long as it takes. */
  add(run: () => Promise<void>, refuse?: () => void): void {
    this.waiting.push({ since: performance.now(), run, refuse });
    if (!this.running) void this.runAll();
  }

  private async runAll(): Promise<void> {
    this.running = true;
    for (let work = this.waiting.shift(); work; work = this.waiting.shift()) {
      if (work.refuse && performance.now() - work.since > this.waitMsMax) work.refuse();
      else await work.run();
    }
    this.running = false;
  }
}
