/** Bounds what is under way at once, by number and by size. Who waits is let through in the order they came. */
export class InFlightLimit {
  private count = 0;
  private bytes = 0;
  private readonly waiting: { size: number; enter(): void }[] = [];

  constructor(
    private readonly countMax: number,
    private readonly bytesMax: number,
  ) {}

  /** Resolves when there is room; one that is larger than all the room goes alone. */
  async enter(size: number): Promise<void> {
    if (this.waiting.length === 0 && this.fits(size)) return this.take(size);
    await new Promise<void>((resolve) => this.waiting.push({ size, enter: resolve }));
  }

  leave(size: number): void {
    this.count -= 1;
    this.bytes -= size;
    for (let next = this.waiting[0]; next && this.fits(next.size); next = this.waiting[0]) {
      this.waiting.shift();
      this.take(next.size);
      next.enter();
    }
  }

  private fits(size: number): boolean {
    return this.count === 0 || (this.count < this.countMax && this.bytes + size <= this.bytesMax);
  }

  private take(size: number): void {
    this.count += 1;
    this.bytes += size;
  }
}
