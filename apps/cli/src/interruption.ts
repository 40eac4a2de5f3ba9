/**
 * Ctrl-C and SIGTERM as abort signals: the first asks to stop, the second to stop at once, a third ends the process.
 * Without this, a signal would end the process in the middle of its work.
 */
export class Interruption {
  private readonly asked = new AbortController();
  private readonly insisted = new AbortController();
  private first: NodeJS.Signals | undefined;

  /** Aborted by the first signal. */
  readonly requested: AbortSignal = this.asked.signal;
  /** Aborted by the second signal. */
  readonly forced: AbortSignal = this.insisted.signal;

  /** The signal that came first; undefined while none has come. */
  get signal(): NodeJS.Signals | undefined {
    return this.first;
  }

  /** Listens until the returned function is called. */
  listen(): () => void {
    const listener = (signal: NodeJS.Signals) => this.onSignal(signal);
    process.on('SIGINT', listener).on('SIGTERM', listener);
    return () => process.off('SIGINT', listener).off('SIGTERM', listener);
  }

  private onSignal(signal: NodeJS.Signals): void {
    if (this.first === undefined) {
      this.first = signal;
      this.asked.abort();
    } else if (!this.insisted.signal.aborted) {
      this.insisted.abort();
    } else {
      process.exit(1);
    }
  }
}
