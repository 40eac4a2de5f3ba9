/** One piece of work that waits for its turn. */
interface Waiting {
  since: number;
  run(): Promise<void>;
  refuse(): void;
}

/** Runs one piece of work at a time, in the order they came; refuses those that waited too long. */
export class WorkQueue {
  private readonly waiting: Waiting[] = [];
  private running = false;

  constructor(private readonly waitMsMax: number) {}

  /** Adds work. `run` must not reject; `refuse` is called instead of it when it waited too long. */
  add(run: () => Promise<void>, refuse: () => void): void {
    this.waiting.push({ since: performance.now(), run, refuse });
    if (!this.running) void this.runAll();
  }

  private async runAll(): Promise<void> {
    this.running = true;
    for (let work = this.waiting.shift(); work; work = this.waiting.shift()) {
      if (performance.now() - work.since > this.waitMsMax) work.refuse();
      else await work.run();
    }
    this.running = false;
  }
}
