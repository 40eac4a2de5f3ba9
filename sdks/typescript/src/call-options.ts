/** What bounds one call. */
export interface CallOptions {
  /** Cancels the call; what it throws then has the code CANCELLED and the signal's reason as its cause. */
  signal?: AbortSignal;
  /** The most that the call may take, in milliseconds; the client's `timeoutMs` by default. */
  timeoutMs?: number;
}
