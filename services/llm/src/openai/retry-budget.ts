/** What each call adds. Less than a tenth, so that the tokens it begins with are paid back within 300 calls. */
const tokensPerCall = 0.09;
const tokensMax = 3;

/**
 * Keeps retries to a tenth of the calls: when everything fails, attempts stay within 1.1 times the calls over any 300
 * of them, while a lone failure can be retried at once. A token bucket that calls fill and retries empty.
 */
export class RetryBudget {
  private tokens = tokensMax;

  /** To be called once for each call. */
  countCall(): void {
    this.tokens = Math.min(this.tokens + tokensPerCall, tokensMax);
  }

  /** Takes a retry out of the budget. Returns whether there was one. */
  takeRetry(): boolean {
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }
}
