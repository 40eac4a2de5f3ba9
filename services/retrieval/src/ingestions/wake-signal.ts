/** Lets loops sleep until there may be work, without missing a call that comes while they are on their way to bed. */
export class WakeSignal {
  private calls = 0;
  private readonly sleepers = new Set<() => void>();

  /** Wakes all that sleep. */
  wake(): void {
    this.calls += 1;
    for (const rise of [...this.sleepers]) rise();
  }

  /** Wakes one of those that sleep. */
  wakeOne(): void {
    for (const rise of this.sleepers) return rise();
  }

  /** To be taken before looking for work: what comes after it is not slept through. */
  ticket(): number {
    return this.calls;
  }

  /** Resolves at a call, at once if there was one since the ticket. */
  after(ticket: number): Promise<void> {
    if (this.calls !== ticket) return Promise.resolve();
    return new Promise((resolve) => {
      const rise = () => {
        this.sleepers.delete(rise);
        resolve();
      };
      this.sleepers.add(rise);
    });
  }
}
