/** What a wait resolves with when nothing came in time. */
export const silence = Symbol('silence');

/** Waits for what comes and tells of silences. One timer serves all waits of a stream. */
export class HeartbeatWait {
  private onSilence: () => void = () => undefined;
  private readonly timer: NodeJS.Timeout;

  constructor(intervalMs: number) {
    this.timer = setTimeout(() => this.onSilence(), intervalMs);
  }

  /** Settles as `work` does, or resolves with `silence` when the interval passes before. The same work can be waited for again. */
  orSilence<T>(work: Promise<T>): Promise<T | typeof silence> {
    this.timer.refresh();
    return new Promise((resolve, reject) => {
      this.onSilence = () => resolve(silence);
      work.then(resolve, reject);
    });
  }

  close(): void {
    clearTimeout(this.timer);
  }
}
