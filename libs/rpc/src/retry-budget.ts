/** How many calls may be tried again at once, after a quiet time: what a restart of one of a few replicas takes. */
const retriesAtOnce = 20;

/** How many retries each call earns. */
const retriesPerCall = 0.1;

/** Keeps retries from making an outage worse: over any time, at most 20 and a tenth of the calls. */
export class RetryBudget {
  private left = retriesAtOnce;

  /** A call begins, and earns its part. */
  earn(): void {
    this.left = Math.min(this.left + retriesPerCall, retriesAtOnce);
  }

  /** Whether one more retry may be made; if so it is taken. */
  take(): boolean {
    if (this.left < 1) return false;
    this.left--;
    return true;
  }
}
