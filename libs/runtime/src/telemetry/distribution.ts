/** What many values were: how many fell into each bucket, and their sum. */
export class Distribution {
  /** One more than there are boundaries: the last is of values above them all. */
  readonly counts: number[];
  count = 0;
  sum = 0;
  min = Infinity;
  max = -Infinity;

  /** @param boundaries the greatest value of each bucket, ascending */
  constructor(readonly boundaries: readonly number[]) {
    this.counts = Array.from({ length: boundaries.length + 1 }, () => 0);
  }

  add(value: number): void {
    const { boundaries, counts } = this;
    let bucket = 0;
    while (bucket < boundaries.length && value > boundaries[bucket]!) bucket += 1;
    counts[bucket]! += 1;
    this.count += 1;
    this.sum += value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
  }
}
